from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from lxml import etree

from syndicate.web import structured
from syndicate.web.published import Published
from tests.web.pages.reading import PAGES, SUMMARY
from tests.web.stand import BASE, Stand, get

MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def located(app: Published, path: str) -> dict[str, str | None]:
    """Return the addresses of a sitemap, each with its date."""
    answer = get(app, path)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/xml; charset=utf-8"
    entries = etree.fromstring(answer.data)
    return {
        str(entry.findtext(f"{MAP}loc")).removeprefix(BASE): entry.findtext(f"{MAP}lastmod")
        for entry in entries
    }


def test_the_sitemaps_name_every_page_once_and_no_other(app: Published) -> None:
    index = located(app, "/sitemap.xml")
    found: dict[str, str | None] = {}
    for path in index:
        part = located(app, path)
        assert not found.keys() & part.keys()
        found |= part
    assert len(found) > 100
    for path in found:
        assert get(app, path).status_code == 200, path
    expected = {path for path in PAGES if not re.search(r"\+|whole|preview|search", path)}
    assert {*expected, *(f"/fr{path}" for path in expected)} <= found.keys()
    assert found[f"/summaries/{SUMMARY}/"] is not None


def test_a_sitemap_says_when_a_summary_changed(stand: Stand) -> None:
    app = stand.open()
    before = located(app, "/sitemap.xml")
    stand.site.now += timedelta(days=3)
    stand.edit(SUMMARY, lambda text: text.replace("few and small", "small and few"))
    assert stand.site.publish().problems == ()
    app.generations.look()
    after = located(app, "/sitemap.xml")
    changed = {path for path in after if before[path] != after[path]}
    assert changed == {"/sitemaps/2021-04.xml"}
    dates = located(app, "/sitemaps/2021-04.xml")
    assert dates[f"/fr/summaries/{SUMMARY}/"] == stand.site.now.strftime("%Y-%m-%dT%H:%M:%SZ")
    stand.withdraw(SUMMARY)
    app.generations.look()
    assert f"/summaries/{SUMMARY}/" not in located(app, "/sitemaps/2021-04.xml")


@pytest.mark.parametrize("name", ["2019-01", "2021-13", "x", "pages2", "0000-01"])
def test_there_are_no_other_sitemaps(app: Published, name: str) -> None:
    assert get(app, f"/sitemaps/{name}.xml").status_code == 404


def test_robots(stand: Stand) -> None:
    text = get(stand.open(), "/robots.txt").text
    assert text.startswith("User-agent: *\n")
    for path in ("/choose", "/search", "/fr/choose", "/fr/search"):
        assert f"Disallow: {path}\n" in text
    assert f"Sitemap: {BASE}/sitemap.xml\n" in text


def test_security_txt_runs_out_a_year_after_the_last_publish(stand: Stand) -> None:
    app = stand.open()
    fields = dict(
        line.split(": ", 1) for line in get(app, "/.well-known/security.txt").text.splitlines()
    )
    head = app.generations.current.head
    assert head is not None
    assert head.published_at is not None
    assert fields == {
        "Contact": "mailto:editors@pprnet.example",
        "Expires": (head.published_at + timedelta(days=365)).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "Preferred-Languages": "en, fr",
        "Canonical": f"{BASE}/.well-known/security.txt",
    }
    stand.edit("network.toml", lambda text: text.replace('contact = "', '# contact = "'))
    stand.site.publish()
    app.generations.look()
    assert get(app, "/.well-known/security.txt").status_code == 404


def test_the_icons_are_there(app: Published) -> None:
    page = get(app, "/").text
    for path in (
        "/favicon.ico",
        re.findall(r'rel="icon" href="([^"]+)"', page)[0],
        re.findall(r'rel="apple-touch-icon" href="([^"]+)"', page)[0],
        re.findall(r'og:image" content="http://127.0.0.1:8000([^"]+)"', page)[0],
        re.findall(r"<icon>http://127.0.0.1:8000([^<]+)</icon>", get(app, "/feed.atom").text)[0],
    ):
        answer = get(app, path)
        assert answer.status_code == 200
        assert answer.headers["Content-Type"].startswith("image/")


# In the pages ------------------------------------------------------------------------------------


def data_of(page: str) -> dict[str, Any]:
    (found,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    data: dict[str, Any] = json.loads(found)
    return data


def test_a_summary_is_an_article_that_cites_a_scholarly_one(stand: Stand) -> None:
    stand.edit(
        SUMMARY,
        lambda text: (
            text.replace("  year: 2020\n", "  doi: 10.1000/xyz\n  year: 2020\n", 1)
            .replace("title: Mindfulness", "title: </script><b>Mindfulness")
            .replace("\nform:", '\nminor_edits: [{date: 2022-01-01T00:00:00Z, note: "T"}]\nform:')
        ),
    )
    assert stand.site.publish().problems == ()
    page = get(stand.open(), f"/fr/summaries/{SUMMARY}/").text
    assert page.count("</script>") == 1
    data = data_of(page)
    assert data["@type"] == "Article"
    assert data["headline"] == "</script><b>Mindfulness and empathy among therapists"
    assert data["inLanguage"] == "en"
    assert data["datePublished"] == "2021-04-01T12:01:00Z"
    cited = data["citation"]
    assert cited["@type"] == "ScholarlyArticle"
    assert cited["name"].startswith("Mindfulness and empathy among counseling")
    assert cited["sameAs"] == "https://doi.org/10.1000/xyz"
    assert cited["author"][0] == {"@type": "Person", "familyName": "Cooper", "givenName": "D."}
    assert cited["isPartOf"] == {"@type": "Periodical", "name": "Mindfulness"}


def test_an_announcement_cites_nothing(app: Published) -> None:
    data = data_of(get(app, "/summaries/april-2021-updated-handbook/").text)
    assert data["@type"] == "Article"
    assert "citation" not in data
    assert data_of(get(app, "/").text)["@type"] == "WebSite"


def test_what_is_shared_has_a_title_and_a_picture(app: Published) -> None:
    page = get(app, f"/summaries/{SUMMARY}/").text
    found = dict(re.findall(r'<meta property="og:(\w+)" content="([^"]+)">', page))
    assert found["type"] == "article"
    assert found["title"] == "Mindfulness and empathy among therapists"
    assert found["url"] == f"{BASE}/summaries/{SUMMARY}/"
    assert found["description"].startswith("Mindfulness in therapists went with less")
    assert structured.og_type(None) == "website"


def test_the_own_feed_stands_in_the_link_header_too(app: Published) -> None:
    link = get(app, "/fr/topics/empathy/").headers["Link"]
    assert link == (
        f'<{BASE}/fr/topics/empathy/>; rel="canonical", '
        f'<{BASE}/topics/empathy/feed.atom>; rel="alternate"; type="application/atom+xml"'
    )
