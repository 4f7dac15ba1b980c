"""What a page weighs and whether it is HTML: for every sort of page, in both languages."""

from __future__ import annotations

import html
import re

import html5lib
import pytest

from syndicate.web.published import Published
from tests.web.pages.reading import PAGES, SUMMARY, assert_html
from tests.web.stand import Stand, get

MOST = 50_000  # bytes of a page with its stylesheet and script, without any coding
FURTHER = (
    "/search?q=empathy",
    "/search?q=nothingofthekind",
    "/nope",
    "/topics/empaty/",
    f"/embed/summaries/{SUMMARY}/",
    "/embed/topics/empathy/",
    "/embed/",
    "/embed/nope/",
)
BOTH = [f"{prefix}{path}" for path in (*PAGES, *FURTHER) for prefix in ("", "/fr")]
ENGLISH = ("/v1/", "/v1/items", "/v1/topics", "/v1/problems/")


def loaded(page: str) -> set[str]:
    """Return what a browser loads for a page before anything is done, but for images."""
    found = re.findall(r'<link rel="stylesheet" href="([^"]+)"', page)
    found += re.findall(r'<script src="([^"]+)"', page)
    return {html.unescape(link) for link in found}


@pytest.mark.parametrize("path", BOTH)
def test_every_page_is_valid_html(app: Published, path: str) -> None:
    assert_html(get(app, path).text)


@pytest.mark.parametrize("path", ENGLISH)
def test_what_programs_get_is_valid_html_as_a_page(app: Published, path: str) -> None:
    answer = get(app, path, Accept="text/html")
    assert answer.headers["Content-Type"].startswith("text/html")
    assert_html(answer.text)


def test_a_withdrawn_summarys_page_is_valid_html(stand: Stand) -> None:
    stand.withdraw(SUMMARY, note="The data were of other patients.")
    app = stand.open()
    for path in (f"/summaries/{SUMMARY}/", f"/fr/embed/summaries/{SUMMARY}/"):
        answer = get(app, path)
        assert answer.status_code == 410
        assert_html(answer.text)


def test_the_check_finds_what_is_wrong() -> None:
    with pytest.raises(html5lib.html5parser.ParseError):
        assert_html("<!doctype html><title>x</title><p><div></p></div>")


@pytest.mark.parametrize("path", BOTH)
def test_a_page_with_all_that_it_loads_weighs_little(app: Published, path: str) -> None:
    page = get(app, path).data
    parts = [page, *(get(app, link).data for link in sorted(loaded(page.decode())))]
    assert len(parts) > 1
    assert sum(map(len, parts)) < MOST


@pytest.mark.parametrize("path", BOTH)
def test_a_page_holds_no_script_or_style_of_its_own(app: Published, path: str) -> None:
    answer = get(app, path)
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    for tag in re.findall(r"<script[^>]*>", answer.text):
        assert ' src="/static/' in tag or 'type="application/ld+json"' in tag
    assert not re.findall(r"<style|<[^>]*\son\w+=|<[^>]*\sstyle=", answer.text)
    for link in loaded(answer.text) | set(
        re.findall(r'<(?:img|iframe)[^>]* src="([^"]+)"', answer.text)
    ):
        assert link.startswith(("/", "http://127.0.0.1:8000/")), link
