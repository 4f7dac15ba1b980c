"""How the tests read pages."""

from __future__ import annotations

import html
import re
from typing import Final

import html5lib

SUMMARY: Final = "mindfulness-and-therapist-empathy"
PAGES: Final = (
    "/",
    f"/summaries/{SUMMARY}/",
    "/summaries/april-2021-updated-handbook/",
    "/topics/",
    "/topics/empathy/",
    "/topics/empathy+training/",
    "/topics/suicide-and-crisis-intervention/",
    "/kinds/",
    "/kinds/meta-analysis/",
    "/feeds/",
    "/feeds/depression-and-anxiety/",
    "/archive/",
    "/archive/2021/04/",
    "/archive/2021/04/whole/",
    "/search",
    "/subscribe",
    "/partners/",
    "/feed/preview/",
    "/topics/empathy+training/feed/preview/",
)
"""One of every sort; those that end in a slash are led to from without."""


def assert_html(page: str) -> None:
    """Parse as the standard has it; html5lib's strict parser raises at the first error."""
    html5lib.HTMLParser(strict=True).parse(page)
    ids = re.findall(r'\sid="([^"]*)"', page)
    assert len(ids) == len(set(ids)), "an id stands twice"


def alternates(page: str) -> list[str]:
    """Return the feeds that autodiscovery finds, in order, without the site's own part."""
    found = re.findall(
        r'<link rel="alternate" type="application/(?!json\+oembed)[^>]*href="([^"]+)"', page
    )
    return [html.unescape(href).removeprefix("http://127.0.0.1:8000") for href in found]


def links(page: str) -> set[str]:
    """Return the addresses of this site that a page names."""
    return {html.unescape(link) for link in re.findall(r'(?:href|src|action)="(/[^"]*)"', page)}


def text_of(page: str) -> str:
    """Return a page's text, each run of spaces as one."""
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)))


def titles(page: str) -> list[str]:
    """Return the titles of the summaries that a list shows, in order."""
    found = re.findall(r'<h[23][^>]*><a href="[^"]*/summaries/[^"]*">([^<]+)', page)
    return [html.unescape(title) for title in found]
