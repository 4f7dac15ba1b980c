from __future__ import annotations

import gzip
import json
import re

import feedparser
import pytest

from syndicate.web.published import Published
from tests.web.stand import LONG, Stand, get


@pytest.fixture
def app(demo_app: Published) -> Published:
    """Return the application that all share who only read."""
    return demo_app


@pytest.mark.parametrize("name", ["atom", "rss", "json"])
def test_a_free_selection_is_a_feed_like_any_other(app: Published, name: str) -> None:
    path = f"/topics/empathy+training+~adherence/feed.{name}"
    first = get(app, path)
    assert first.status_code == 200
    stored = get(app, f"/feed.{name}")
    assert set(first.headers.keys()) == set(stored.headers.keys())
    assert first.headers["Content-Type"] == stored.headers["Content-Type"]
    again = get(app, path, Accept_Encoding="gzip")
    assert gzip.decompress(again.data) == first.data
    for tag in (first.headers["ETag"], again.headers["ETag"]):
        assert get(app, f"{path}?x=y", If_None_Match=tag).status_code == 304
    assert get(app, path, "HEAD").data == b""
    assert get(app, path, "POST").status_code == 405
    assert get(app, path, "OPTIONS").headers["Access-Control-Allow-Origin"] == "*"
    if name != "json":
        parsed = feedparser.parse(first.data)
        assert parsed.bozo == 0
        assert parsed.entries


def test_a_selection_holds_what_it_says(app: Published) -> None:
    def titles(selection: str) -> set[str]:
        body = json.loads(get(app, f"/topics/{selection}/feed.json").data)
        return {entry["title"] for entry in body["items"]}

    union = titles("empathy") | titles("therapist-factors")
    assert titles("empathy+therapist-factors") == union
    assert titles("empathy+therapist-factors+~training") == union - titles("training")


@pytest.mark.parametrize(
    ("asked", "canonical"),
    [
        ("/topics/training+empathy/feed.atom", "/topics/empathy+training/feed.atom"),
        ("/topics/~training+empathy/feed.rss", "/topics/empathy+~training/feed.rss"),
        ("/topics/empathy+empathy/feed.json", "/topics/empathy/feed.json"),
        ("/topics/kind:meta-analysis/feed.atom", "/kinds/meta-analysis/feed.atom"),
        ("/topics/adherance/feed.atom", "/topics/adherence/feed.atom"),
        ("/topics/adherance+empathy/feed.atom", "/topics/adherence+empathy/feed.atom"),
        ("/topics/adherance/feed/archive/1.atom", "/topics/adherence/feed/archive/1.atom"),
        ("/topics/training+empathy/", "/topics/empathy+training/"),
        ("/topics/training+empathy", "/topics/training+empathy/"),
    ],
)
def test_equal_selections_have_one_address(app: Published, asked: str, canonical: str) -> None:
    answer = get(app, asked)
    assert (answer.status_code, answer.headers["Location"]) == (301, canonical)


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/topics/empathi/feed.atom", "did you mean 'empathy'?"),
        ("/topics/empathy+trainin/feed.atom", "did you mean 'training' or"),
        ("/kinds/meta-analyses/feed.rss", "did you mean 'meta-analysis'?"),
        ("/feeds/depression-and-anxity/feed.json", "did you mean 'depression-and-anxiety'?"),
        ("/topics/a+b+c+d+e+f+g+h+i/feed.atom", "9 topics are too many"),
        ("/feed.xyz", "atom, rss, json"),
        ("/topics/empathy/feed.xml", "atom, rss, json"),
        ("/feed/archive/1.atom", "0 archives"),
        ("/topics/empathy+training/feed/archive/1.atom", "0 archives"),
    ],
)
def test_what_is_not_there_says_what_is_near(app: Published, path: str, told: str) -> None:
    answer = get(app, path)
    assert answer.status_code == 404
    assert told in answer.text.replace("&#39;", "'")


# Archives (RFC 5005, section 4) ------------------------------------------------------------------


def test_the_history_of_a_feed_can_be_walked(long_app: Published) -> None:
    """Feed and archives together are the whole feed, and every link leads somewhere."""
    path, seen = "/feed.atom", []
    while path:
        answer = get(long_app, path)
        assert answer.status_code == 200
        parsed = feedparser.parse(answer.data)
        seen += [entry.id for entry in parsed.entries]
        links = {link.rel: link.href for link in parsed.feed.links}
        path = links.get("prev-archive", "").removeprefix("http://127.0.0.1:8000")
    assert len(set(seen)) == LONG + 7


@pytest.mark.parametrize("stem", ["/feed", "/topics/empathy/feed"])
def test_only_complete_archives_are_answered(long_app: Published, stem: str) -> None:
    newest = re.search(r"archive/(\d+)\.atom", get(long_app, f"{stem}.atom").text)
    assert newest
    sealed = int(newest[1])
    numbers = dict.fromkeys(range(1, sealed + 1), 200) | {0: 404, sealed + 1: 404, 99: 404}
    for number, status in numbers.items():
        for name in ("atom", "rss", "json"):
            answer = get(long_app, f"{stem}/archive/{number}.{name}")
            assert answer.status_code == status
            if status == 200:
                age = re.findall(r"max-age=(\d+)", answer.headers["Cache-Control"])
                assert int(age[0]) <= 3600
                assert "immutable" not in answer.headers["Cache-Control"]
                tag = answer.headers["ETag"]
                again = get(long_app, f"{stem}/archive/{number}.{name}", If_None_Match=tag)
                assert again.status_code == 304
    assert get(long_app, f"{stem}/archive/01.atom").headers["Location"] == f"{stem}/archive/1.atom"


# Old addresses ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("/feed", "/feed.rss"),
        ("/feed/", "/feed.rss"),
        ("/rss", "/feed.rss"),
        ("/rss.xml", "/feed.rss"),
        ("/index.xml", "/feed.rss"),
        ("/feed.xml", "/feed.rss"),
        ("/atom.xml", "/feed.atom"),
        ("/feed/atom/", "/feed.atom"),
        ("/category/empathy/feed/", "/topics/empathy/feed.rss"),
        ("/category/empathy/feed", "/topics/empathy/feed.rss"),
        ("/tag/adherance/feed/", "/topics/adherence/feed.rss"),
        ("/topics/adherance/feed.json", "/topics/adherence/feed.json"),
        ("/topics/adherance/", "/topics/adherence/"),
        ("/old/page.html", "/topics/empathy/"),
        ("/older.rdf", "/feed.rss"),
        ("/blog/", "/topics/adherence/"),
    ],
)
def test_old_addresses_lead_to_new_ones_in_one_hop(stand: Stand, old: str, new: str) -> None:
    stand.edit(
        "network.toml",
        lambda text: (
            f"""{text}
[http.redirects]
"/old/page.html" = "/topics/empathy/"
"/older.rdf" = "/feed/"
"/blog/" = "/topics/adherance/"
"/circle" = "/circles"
"/circles" = "/circle"
"""
        ),
    )
    stand.site.publish()
    app = stand.open()
    for method in ("GET", "HEAD"):
        answer = get(app, f"{old}?utm=x", method)
        assert (answer.status_code, answer.headers["Location"]) == (301, new)
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert get(app, new).status_code == 200


def test_an_unknown_category_names_near_topics(app: Published) -> None:
    answer = get(app, "/category/empaty/feed/")
    assert answer.status_code == 404
    assert "empathy" in answer.text
