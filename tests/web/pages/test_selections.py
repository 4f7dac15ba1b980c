from __future__ import annotations

import html
import re

import pytest

from syndicate.web.listing import LENGTH
from syndicate.web.published import Published
from tests.web.pages.reading import links, titles
from tests.web.stand import LONG, get


@pytest.mark.parametrize(
    ("path", "total"),
    [
        ("/topics/empathy/", LONG + 1),
        ("/topics/empathy+~training/", LONG),  # not stored: nobody defined it
        ("/topics/empathy+form:announcement/", LONG),
        ("/kinds/meta-analysis/", 5),
        ("/archive/2019/12/", 0),
        ("/archive/2020/01/", 0),
    ],
)
def test_long_lists_come_in_parts(long_app: Published, path: str, total: int) -> None:
    found: list[str] = []
    parts, here = 0, path
    while here:
        page = get(long_app, here).text
        part = titles(page)
        assert len(part) <= LENGTH
        found += part
        older = re.search(r'<a href="([^"]+/before/[^"]+/)" rel="next">', page)
        assert ('rel="first"' in page) == (here != path)
        here, parts = older[1] if older else "", parts + 1
    assert len(found) == len(set(found))
    assert len(found) == total or path.startswith("/archive/")
    assert parts == max(1, -(-len(found) // LENGTH))


def test_parts_of_a_list_are_kept_apart(long_app: Published) -> None:
    page = get(long_app, "/topics/empathy/").text
    older = re.search(r'href="([^"]+/before/[^"]+)" rel="next"', page)
    assert older
    for _ in range(2):
        assert get(long_app, "/topics/empathy/").text == page
        assert get(long_app, "/topics/empathy/?before=2019").text == page
        assert get(long_app, older[1]).text != page
    assert get(long_app, "/topics/empathy/before/20190101T000000Z/").status_code == 404


@pytest.mark.parametrize(
    ("query", "location"),
    [
        ("topic=empathy&kind=meta-analysis", "/topics/empathy+kind:meta-analysis/"),
        ("topic=training&topic=empathy", "/topics/empathy+training/"),
        ("topic=&kind=meta-analysis", "/kinds/meta-analysis/"),
        ("topic=empathy&kind=", "/topics/empathy/"),
        ("topic=adherance", "/topics/adherence/"),
        ("topic=&kind=", "/topics/"),
        ("", "/topics/"),
        ("utm=x", "/topics/"),
    ],
)
def test_a_choice_leads_to_its_page(app: Published, query: str, location: str) -> None:
    for prefix in ("", "/fr"):
        answer = get(app, f"{prefix}/choose?{query}")
        assert (answer.status_code, answer.headers["Location"]) == (301, prefix + location)
        assert get(app, prefix + location).status_code == 200


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("topic=empathi", "did you mean"),
        ("topic=" + "&topic=".join("abcdefghi"), "9 topics are too many"),
        ("topic=%3Cb%3E", "is not a topic"),
    ],
)
def test_a_choice_that_is_none_says_so(app: Published, query: str, told: str) -> None:
    answer = get(app, f"/choose?{query}")
    assert answer.status_code == 404
    assert told in html.unescape(answer.text).lower()
    assert "<b>" not in answer.text


def test_a_list_can_be_narrowed_by_what_it_has(app: Published) -> None:
    page = html.unescape(get(app, "/topics/empathy/").text)
    assert '<option value="empathy" selected>Empathy (1)</option>' in page
    assert '<option value="meta-analysis">Meta-analysis (1)</option>' in page
    assert "randomised-trial" not in page  # nothing on the topic is of that kind
    both = html.unescape(get(app, "/topics/empathy+kind:meta-analysis/").text)
    assert "<h1>Empathy, Meta-analysis</h1>" in both
    assert '<option value="meta-analysis" selected>Meta-analysis (1)</option>' in both
    assert "/topics/empathy+kind:meta-analysis/feed.rss" in links(both)


@pytest.mark.parametrize(
    ("path", "english", "french"),
    [
        ("/topics/empathy/", "Empathy", "Empathie"),
        ("/topics/empathy+training/", "Empathy or Training", "Empathie ou Formation"),
        (
            "/topics/empathy+form:announcement+~training/",
            "Empathy, Announcements, not Training",
            "Empathie, Annonces, sauf Formation",
        ),
        ("/kinds/randomised-trial/", "Randomised trial", "Essai randomisé"),
    ],
)
def test_a_selection_is_said_in_words(app: Published, path: str, english: str, french: str) -> None:
    assert f"<h1>{english}</h1>" in get(app, path).text
    assert f"<h1>{french}</h1>" in get(app, f"/fr{path}").text


def test_a_defined_feed_has_its_own_title(app: Published) -> None:
    page = get(app, "/fr/feeds/depression-and-anxiety/").text
    assert '<h1 lang="en">PPRNet demo: Depression and Anxiety</h1>' in page
