"""The editor's bench, asked as a browser asks it."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest
from werkzeug.test import Client, TestResponse

from syndicate.cli.previewing import Site as Files
from syndicate.web import bench
from syndicate.web.bench import views
from tests import small
from tests.sites import Site
from tests.web.pages.reading import assert_html
from tests.web.pages.test_embeds import directives

ROOT = "http://127.0.0.1:8001"
DRAFT = """---
schema: 1
id: tag:pprnet.example,2013:summary/begun
title: A text that is begun
lang: en
draft: true
---
The analysis joined 12 studies of empathy and found that r = 0.30 described them well.
"""


@pytest.fixture
def site(tmp_path: Path) -> Site:
    made = small.make(tmp_path / "site", f"sqlite:///{tmp_path / 'store.sqlite'}")
    made.write("finished", form="research")
    made.write_text("begun", DRAFT)
    made.write("coming", number=1, published="2999-01-01T12:00:00Z")
    made.write("wrong", number=2, topics=["empaty"])
    return made


@pytest.fixture
def client(site: Site) -> Client:
    found = Files(site.folder, ROOT)
    return Client(views.make(bench.Files(listed=found.listed, read=found.read, stamp=found.stamp)))


def get(client: Client, path: str, host: str = "127.0.0.1:8001") -> TestResponse:
    return client.get(path, base_url=f"http://{host}")


def panes(page: str) -> dict[str, str]:
    found = re.findall(r'<iframe src="([^"]+)" title="([^"]+)"', page)
    return {title: html.unescape(address) for address, title in found}


def test_all_files_are_listed_the_last_saved_first(site: Site, client: Client) -> None:
    site.write("last", number=9)
    shown = re.findall(r'<a href="/bench/([^"]+)"', get(client, "/").text)
    assert shown[0] == site.path("last")
    assert len(shown) == 5


@pytest.mark.parametrize("slug", ["finished", "begun", "coming"])
def test_page_feeds_and_mail_stand_side_by_side(site: Site, client: Client, slug: str) -> None:
    answer = get(client, f"/bench/{site.path(slug)}")
    assert answer.status_code == 200
    assert_html(answer.text)
    found = panes(answer.text)
    assert list(found) == ["Page", "Atom", "RSS", "Mail"]
    title = "A text that is begun" if slug == "begun" else f"What is known of {slug}"
    for name, address in found.items():
        pane = get(client, address)
        assert pane.status_code == 200, name
        assert_html(pane.text)
        assert title in html.unescape(pane.text), name
        policy = directives(pane.headers["Content-Security-Policy"])
        assert policy["frame-ancestors"] == "'self'"
        assert "script-src" not in policy or name == "Page"
        for asked in re.findall(r'(?:src|rel="stylesheet" href)="(/[^"]+)"', pane.text):
            assert get(client, asked).status_code == 200, asked
    assert "&lt;entry" in get(client, found["Atom"]).text
    assert "&lt;item" in get(client, found["RSS"]).text
    assert "Mail</a>: PPRNet demo: " in answer.text
    assert get(client, f"{found['Mail']}&text").text.startswith("Subject: PPRNet demo: ")


def test_what_a_draft_still_lacks_is_told_beside_it(site: Site, client: Client) -> None:
    page = get(client, f"/bench/{site.path('begun')}").text
    assert "<span>draft</span>" in page
    told = [html.unescape(one) for one in re.findall(r"<li>(warning[^<]+)", page)]
    assert any("line 1: `topics`" in one for one in told)
    assert any("practice implications" in one for one in told)
    assert "<span>scheduled</span>" in get(client, f"/bench/{site.path('coming')}").text


def test_an_error_is_told_in_place_of_the_panes(site: Site, client: Client) -> None:
    page = get(client, f"/bench/{site.path('wrong')}").text
    assert panes(page) == {}
    assert "unknown topic" in page
    assert get(client, f"/page/{site.path('wrong')}").status_code == 404
    topics = site.folder / "feeds/topics.toml"
    topics.write_text("broken")
    page = get(client, f"/bench/{site.path('finished')}").text
    assert "feeds/topics.toml" in page
    assert panes(page) == {}


@pytest.mark.parametrize("path", ["content/summaries/none.md", "../secret", "feeds/network.toml"])
def test_nothing_but_summaries_is_shown(client: Client, path: str) -> None:
    assert panes(get(client, f"/bench/{path}").text) == {}
    for pane in ("page", "feed/atom", "mail"):
        assert get(client, f"/{pane}/{path}").status_code == 404


def test_a_save_changes_what_the_script_asks_for(site: Site, client: Client) -> None:
    path = site.path("finished")
    page = get(client, f"/bench/{path}").text
    (stamp,) = re.findall(r'data-stamp="(\w+)"', page)
    (asks,) = re.findall(r'data-asks="([^"]+)"', page)
    assert get(client, asks).text == stamp
    site.write("finished", title="Another title")
    assert get(client, asks).text != stamp
    assert "Another title" in get(client, f"/page/{path}").text
    stamp = get(client, asks).text
    network = site.folder / "feeds/network.toml"
    network.write_text(network.read_text("utf-8") + "\n# saved\n", "utf-8")
    assert get(client, asks).text != stamp


def test_the_script_is_one_that_the_policy_lets_run(site: Site, client: Client) -> None:
    answer = get(client, f"/bench/{site.path('finished')}")
    policy = directives(answer.headers["Content-Security-Policy"])
    assert (policy["script-src"], policy["connect-src"]) == ("'self'", "'self'")
    scripts = re.findall(r"<script([^>]*)>(.*?)</script>", answer.text)
    assert scripts == [(' src="/own/bench.js" defer', "")]
    assert get(client, "/own/bench.js").headers["Content-Type"].startswith("text/javascript")
    assert re.findall(r"<[^>]+ on\w+=", answer.text) == []
    assert get(client, "/own/views.py").status_code == 404


def test_in_french(site: Site, client: Client) -> None:
    answer = get(client, f"/bench/{site.path('finished')}?language=fr")
    found = panes(answer.text)
    assert '<html lang="fr">' in get(client, found["Page"]).text
    assert '<html lang="fr">' in get(client, found["Mail"]).text


def test_a_withdrawal_is_shown_as_readers_will_see_it(site: Site, client: Client) -> None:
    site.write(
        "finished", withdrawn={"date": "2024-02-01T12:00:00Z", "reason": "error", "note": "Wrong."}
    )
    found = panes(get(client, f"/bench/{site.path('finished')}").text)
    assert "was withdrawn on" in get(client, found["Page"]).text
    assert "Withdrawn: " in get(client, found["RSS"]).text
    assert "Withdrawn" in get(client, found["Mail"]).text


def test_a_network_without_alerts_has_no_mail(site: Site, client: Client) -> None:
    network = site.folder / "feeds/network.toml"
    network.write_text(network.read_text("utf-8").partition("[alerts]")[0], "utf-8")
    assert "writes no alerts" in get(client, f"/mail/{site.path('finished')}").text


def test_only_this_machine_is_answered(site: Site, client: Client) -> None:
    """A page elsewhere whose name was made to lead here must not read drafts."""
    path = f"/bench/{site.path('finished')}"
    assert get(client, path, host="localhost:8001").status_code == 200
    assert get(client, path, host="evil.example:8001").status_code == 421
