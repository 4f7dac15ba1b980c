"""The other language is offered to who prefers it; pages stay the same for everybody."""

from __future__ import annotations

import pytest

from syndicate.web import offers
from syndicate.web.published import Published
from tests.web.pages.reading import PAGES
from tests.web.stand import get


@pytest.fixture
def app(demo_app: Published) -> Published:
    """Return the application that all share who only read."""
    return demo_app


@pytest.mark.parametrize(
    ("header", "code"),
    [
        (None, None),
        ("", None),
        ("fr", "fr"),
        ("fr-CA,fr;q=0.9,en;q=0.8", "fr"),
        ("en-CA,en;q=0.9,fr-CA;q=0.8", "en"),
        ("de, fr;q=0.5", "fr"),
        ("de", None),
        ("*", None),
        ("fr, en", "fr"),
        ("en, fr", "en"),
        ("en;q=0.2, fr;q=0.7", "fr"),
        ("fr;q=0", None),
        ("FR-ca", "fr"),
        ("fro", None),
        ("fr;q=x, en", "en"),
        ("fr," * 1_000, None),
    ],
)
def test_which_language_is_preferred(header: str | None, code: str | None) -> None:
    found = offers.preferred(header)
    assert (found.code if found else None) == code


def test_the_style_sheet_alone_looks_at_the_preference(app: Published) -> None:
    shown = get(app, "/offer.css", Accept_Language="fr-CA,en;q=0.5")
    assert shown.headers["Vary"] == "Accept-Language"
    assert shown.headers["Cache-Control"].startswith("private, ")
    assert shown.headers["Content-Type"] == "text/css; charset=utf-8"
    assert ".offer:lang(fr) { display: block; }" in shown.text
    assert ":lang(en)" in get(app, "/offer.css", Accept_Language="en").text
    assert get(app, "/offer.css").data == b""
    for answer in (shown, get(app, "/offer.css")):
        assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_the_same_for_everybody(app: Published, path: str) -> None:
    """So it can be kept by any cache, and nobody is led away from what was asked for."""
    for prefix, other, text in (
        ("", "fr", "Cette page est aussi offerte en français"),
        ("/fr", "en", "This page is offered in English, too."),
    ):
        ours, theirs = (
            get(app, prefix + path, Accept_Language=header) for header in ("en", "fr-CA")
        )
        assert (ours.status_code, theirs.status_code) == (200, 200)
        assert ours.data == theirs.data
        assert ours.headers["ETag"] == theirs.headers["ETag"]
        assert "Accept-Language" not in ours.headers["Vary"]
        twin = f"/fr{path}" if other == "fr" else path
        offer = f'<p class="offer" lang="{other}"><a href="{twin}" hreflang="{other}">{text}'
        assert ours.text.count(offer) == 1
        assert '<link rel="stylesheet" href="/offer.css">' in ours.text


def test_it_is_hidden_unless_it_is_shown(app: Published) -> None:
    style = get(app, "/static/site.css").text
    assert ".offer { display: none;" in style
