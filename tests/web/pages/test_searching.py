from __future__ import annotations

import html
import json
import re
from urllib.parse import quote, unquote

import pytest
from lxml import etree

from syndicate.web.published import Published
from tests import checking
from tests.web.pages.reading import links, text_of, titles
from tests.web.stand import LONG, Stand, get

MINDFULNESS = "Mindfulness and empathy among therapists"


def test_without_words_it_says_how_to_search(app: Published) -> None:
    for path in ("/search", "/search?q=", "/search?q=+%21"):
        page = get(app, path).text
        assert "in the byline or the reference of the article" in page
        assert "feed-address" not in page
    assert "dans le titre" in get(app, "/fr/search").text


def test_what_is_found_is_listed_with_a_feed_of_it(app: Published) -> None:
    page = get(app, "/search?q=mindful+-suicide").text
    assert titles(page) == [MINDFULNESS]
    assert "1 summary found" in text_of(page)
    assert 'value="mindful -suicide"' in page
    assert 'value="http://127.0.0.1:8000/search/mindful+-suicide/feed.atom" readonly' in page
    assert "/search/mindful+-suicide/feed.rss" in links(page)
    assert '<link rel="alternate" type="application/atom+xml"' in page


def test_searches_are_not_taken_for_each_other(app: Published) -> None:
    first = get(app, "/search?q=mindfulness")
    second = get(app, "/search?q=smartphone")
    assert titles(first.text) == [MINDFULNESS] != titles(second.text)
    assert get(app, "/search").text != first.text
    assert first.headers["ETag"] != second.headers["ETag"]
    again = get(app, "/search?q=mindfulness", If_None_Match=first.headers["ETag"])
    assert again.status_code == 304


def test_what_is_typed_comes_back_as_text(app: Published) -> None:
    page = get(app, "/search?q=" + quote('"><script>alert(1)</script>')).text
    assert "<script>" not in page
    assert 'value="&#34;&gt;&lt;script&gt;' in page


@pytest.mark.parametrize(
    ("typed", "meant", "topics"),
    [
        ("empaty", "empathy", ["empathy"]),
        ("mindfullness", "mindfulness", []),
        ("author:flukiger", "author:fluckiger", []),
        ("anxieux", "", ["anxiety-disorders"]),
        ("xylophone", "", []),
        ("dépression mexico", "", ["depression-and-depressive-symptoms"]),
    ],
)
def test_who_finds_nothing_is_led_on(
    app: Published, typed: str, meant: str, topics: list[str]
) -> None:
    for prefix in ("", "/fr"):
        page = get(app, f"{prefix}/search?q={quote(typed)}").text
        main = page.partition("<main")[2].partition("</main>")[0]
        offered = [unquote(one) for one in re.findall(r'href="[^"]*/search\?q=([^"]+)"', main)]
        assert offered == ([meant] if meant else [])
        assert re.findall(r'"[^"]*/topics/([^/"]+)/"', main) == topics
        assert f"{prefix}/topics/" in links(main)
        assert "author:wampold" in main
        assert all(titles(get(app, f"/search?q={quote(one)}").text) for one in offered)


def test_many_come_in_parts(long_app: Published) -> None:
    found: list[str] = []
    here: str = "/search?q=what+is+known"
    while here:
        page = get(long_app, here).text
        found += titles(page)
        more = re.search(r'href="([^"]+)" rel="next"', page)
        here = html.unescape(more[1]) if more else ""
    assert len(found) == len(set(found)) == LONG
    assert f"{LONG} summaries found" in text_of(page)


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/search?q=topic:empathi", "did you mean 'empathy'"),
        ("/search?q=" + "a" * 201, "too long"),
        ("/search?q=" + "+".join("abcdefghijklm"), "13 terms are too many"),
        ("/search?q=a&page=0", "begin at its top"),
        ("/search?q=a&page=999", "begin at its top"),
        ("/search?q=a&page=x", "begin at its top"),
        ("/search/topic:empathi/feed.atom", "did you mean 'empathy'"),
        ("/search/alliance/feed.xyz", "feeds come as"),
    ],
)
def test_what_cannot_be_searched(app: Published, path: str, told: str) -> None:
    answer = get(app, path)
    assert answer.status_code == 404
    assert told in html.unescape(answer.text).lower()


# The feed of a search ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["atom", "rss", "json"])
def test_a_search_is_a_feed_like_any_other(app: Published, name: str) -> None:
    path = f"/search/alliance+-kind:randomised-trial/feed.{name}"
    answer = get(app, path)
    assert answer.status_code == 200
    assert checking.problems(name, answer.data, f"http://127.0.0.1:8000{path}") == []
    assert get(app, path, If_None_Match=answer.headers["ETag"]).status_code == 304
    stored = get(app, f"/feed.{name}")
    assert set(answer.headers.keys()) == set(stored.headers.keys())


def test_the_feed_holds_what_the_page_lists(app: Published) -> None:
    for words in ("alliance", "therapist", "author:cooper", "title:mindfulness", "meta-analysis"):
        page = get(app, f"/search?q={words}").text
        body = json.loads(get(app, f"/search/{words}/feed.json").data)
        assert {one["title"] for one in body["items"]} == set(titles(page))
        assert body["items"]


@pytest.mark.parametrize(
    ("asked", "canonical"),
    [
        ("-suicide+alliance", "alliance+-suicide"),
        ("Alliance", "alliance"),
        ("alliance alliance", "alliance"),
        ("topic:adherance", "topic:adherence"),
        ("doi:10.1000/XYZ", "doi:10.1000/xyz"),
        ("Привет", quote("привет")),
    ],
)
def test_equal_searches_have_one_address(app: Published, asked: str, canonical: str) -> None:
    answer = get(app, f"/search/{quote(asked, safe='/:+')}/feed.atom")
    expected = f"/search/{canonical}/feed.atom"
    assert (answer.status_code, answer.headers["Location"]) == (301, expected)
    assert get(app, expected).status_code == 200


def test_whoever_follows_a_search_is_told_of_a_withdrawal(stand: Stand) -> None:
    stand.withdraw("alliance-predicts-outcome")
    feed = etree.fromstring(get(stand.open(), "/search/patient-characteristics/feed.atom").data)
    space = {"a": "http://www.w3.org/2005/Atom", "at": "http://purl.org/atompub/tombstones/1.0"}
    (gone,) = feed.iterfind("at:deleted-entry", space)
    assert gone.get("ref") == "tag:pprnet.example,2013:summary/4aanu4px"
    (told,) = [str(title.text) for title in feed.iterfind("a:entry/a:title", space)]
    assert told.startswith("Withdrawn: The alliance")
