"""What other sites show of this one in a frame: who may, what is in it, and how it is emptied."""

from __future__ import annotations

import html
import json
import re
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree as ET

import pytest

from syndicate.store.upgrade import upgrade
from syndicate.web.published import Published
from tests.web.pages.reading import PAGES, SUMMARY, assert_html, text_of
from tests.web.stand import BASE, Stand, get

PAGE = f"/summaries/{SUMMARY}/"
EMBEDS = (
    f"/embed{PAGE}",
    "/embed/topics/empathy/",
    "/embed/topics/empathy+training/",
    "/embed/kinds/meta-analysis/",
    "/embed/feeds/depression-and-anxiety/",
    "/embed/",
)


def directives(policy: str) -> dict[str, str]:
    split = (directive.strip().partition(" ") for directive in policy.split(";"))
    return {name: value for name, _, value in split}


@pytest.mark.parametrize("path", [f"{p}{path}" for p in ("", "/fr") for path in EMBEDS])
def test_any_site_may_show_it_and_it_can_do_nothing(app: Published, path: str) -> None:
    answer = get(app, path)
    again = get(app, path, If_None_Match=answer.headers["ETag"])
    assert (answer.status_code, again.status_code) == (200, 304)
    for each in (answer, again, get(app, path, "HEAD")):
        policy = directives(each.headers["Content-Security-Policy"])
        assert policy["frame-ancestors"] == "*"
        assert policy["sandbox"] == "allow-popups allow-popups-to-escape-sandbox"
        assert policy["default-src"] == "'none'"
        assert policy.keys().isdisjoint({"script-src", "connect-src", "img-src"})
        assert "X-Frame-Options" not in each.headers
        assert each.headers["Cache-Control"] == "public, no-cache"
        assert "Set-Cookie" not in each.headers
    page = answer.text
    assert_html(page)
    assert "<script" not in page
    assert "<img" not in page
    asked = re.findall(r'(?:src|<link rel="stylesheet" href)="([^"]+)"', page)
    assert [address.partition("?")[0] for address in asked] == ["/static/site.css"]
    assert '<base target="_blank">' in page
    assert 'rel="license"' in page
    assert "Psychotherapy Practice Research Network" in text_of(page)


@pytest.mark.parametrize("path", [*PAGES, "/feed.atom", "/v1/state", "/nope"])
def test_nothing_else_may_be_shown_in_a_frame(app: Published, path: str) -> None:
    headers = get(app, path).headers
    assert headers["X-Frame-Options"] == "DENY"
    if "Content-Security-Policy" in headers:
        assert directives(headers["Content-Security-Policy"])["frame-ancestors"] == "'none'"


def test_a_summary_is_shown_with_all_that_is_owed(app: Published) -> None:
    page = get(app, f"/embed{PAGE}").text
    text = text_of(page)
    assert "Practice implications" in text
    assert "Demonstration editors, Psychotherapy Practice Research Network" in text
    assert f'<link rel="canonical" href="{BASE}{PAGE}">' in page
    assert '<meta name="robots" content="noindex">' in page


def test_a_topic_shows_its_newest(app: Published) -> None:
    shown = re.findall(r'<h2[^>]*><a href="([^"]+)"', get(app, "/embed/topics/empathy/").text)
    page = get(app, "/topics/empathy/").text
    assert shown
    assert shown == re.findall(r'<h2[^>]*><a href="([^"]+)"', page)[:10]


def test_a_withdrawal_empties_it_at_once(stand: Stand) -> None:
    app = stand.open()
    before = get(app, f"/embed{PAGE}")
    (title,) = re.findall(r"<h1[^>]*><a[^>]*>([^<]+)", before.text)
    assert title in get(app, "/embed/topics/empathy/").text
    stand.withdraw(SUMMARY, "legal")
    app.generations.look()
    after = get(app, f"/embed{PAGE}", If_None_Match=before.headers["ETag"])
    assert after.status_code == 410
    assert title not in after.text
    assert "withdrawn" in after.text
    assert after.headers["Cache-Control"] == "public, no-cache"
    assert "X-Frame-Options" not in after.headers  # the frame says so, instead of being refused
    assert title not in get(app, "/embed/topics/empathy/").text
    french = get(app, f"/fr/embed{PAGE}")
    assert (french.status_code, title in french.text) == (410, False)


@pytest.mark.parametrize("path", ["/embed/topics/nope/", "/embed/summaries/nope/", "/embed/x/"])
def test_what_is_not_there_says_so_in_the_frame(app: Published, path: str) -> None:
    answer = get(app, path)
    assert answer.status_code == 404
    assert "Nothing is shown here any more." in answer.text
    assert directives(answer.headers["Content-Security-Policy"])["frame-ancestors"] == "*"
    assert "X-Frame-Options" not in answer.headers


def test_another_spelling_leads_to_the_right_one(app: Published) -> None:
    for path, target in (
        ("/embed/topics/training+empathy/", "/embed/topics/empathy+training/"),
        ("/fr/embed/topics/empathy", "/fr/embed/topics/empathy/"),
    ):
        assert get(app, path).headers["Location"] == target


# oEmbed ------------------------------------------------------------------------------------------


def discovered(page: str) -> dict[str, str]:
    found = re.findall(r'<link rel="alternate" type="(\w+/\w+)\+oembed"[^>]* href="([^"]+)"', page)
    return {media_type: html.unescape(address) for media_type, address in found}


@pytest.mark.parametrize(
    "path", [PAGE, "/fr" + PAGE, "/topics/empathy/", "/fr/kinds/meta-analysis/"]
)
def test_a_page_leads_to_its_frame(app: Published, path: str) -> None:
    found = discovered(get(app, path).text)
    assert found.keys() == {"application/json", "text/xml"}
    assert parse_qs(urlsplit(found["application/json"]).query)["url"] == [BASE + path]
    answer = get(app, found["application/json"].removeprefix(BASE))
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    told = json.loads(answer.data)
    assert (told["version"], told["type"]) == ("1.0", "rich")
    prefix, page = ("/fr", path[3:]) if path.startswith("/fr") else ("", path)
    (address,) = re.findall(r'<iframe src="([^"]+)"', told["html"])
    assert address == f"{BASE}{prefix}/embed{page}"
    assert get(app, address.removeprefix(BASE)).status_code == 200
    assert "<script" not in told["html"]
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in told["html"]
    xml = get(app, found["text/xml"].removeprefix(BASE))
    assert xml.headers["Content-Type"] == "text/xml; charset=utf-8"
    assert {one.tag: one.text for one in ET.fromstring(xml.data)} == {
        name: str(value) for name, value in told.items()
    }


@pytest.mark.parametrize(
    ("query", "size"),
    [
        ("", (600, 450)),
        ("&maxwidth=320&maxheight=200", (320, 200)),
        ("&maxwidth=5000", (600, 450)),
        ("&maxwidth=wide&maxheight=0", (600, 450)),
    ],
)
def test_a_frame_is_no_larger_than_asked_for(
    app: Published, query: str, size: tuple[int, int]
) -> None:
    told = json.loads(get(app, f"/oembed?url={BASE}{PAGE}{query}").data)
    assert (told["width"], told["height"]) == size
    assert f'width="{size[0]}" height="{size[1]}"' in told["html"]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 400),
        (f"url={BASE}{PAGE}&format=yaml", 501),
        ("url=https://elsewhere.example/summaries/x/", 404),
        (f"url={BASE}/subscribe", 404),
        (f"url={BASE}/summaries/nope/", 404),
        (f"url={BASE}/topics/nope/", 404),
        ("url=http://[", 404),
    ],
)
def test_what_has_no_frame(app: Published, query: str, status: int) -> None:
    answer = get(app, f"/oembed?{query}")
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.text.strip()


def test_a_withdrawn_summary_has_no_frame(stand: Stand) -> None:
    stand.withdraw(SUMMARY)
    app = stand.open()
    assert get(app, f"/oembed?url={BASE}{PAGE}").status_code == 404
    assert discovered(get(app, PAGE).text) == {}


# The page for partners ---------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/partners/", "/fr/partners/"])
def test_the_page_for_partners_shows_what_it_offers(app: Published, path: str) -> None:
    answer = get(app, path)
    assert_html(answer.text)
    policy = directives(answer.headers["Content-Security-Policy"])
    assert policy["frame-src"] == "'self'"
    frames = re.findall(r'<div class="shown"><iframe src="(/[^"]+)"([^>]*)></iframe>', answer.text)
    assert len(frames) == 2
    for shown, rest in frames:  # of this very host, whichever it is; others need the whole address
        assert get(app, shown).status_code == 200
        code = html.escape(f'<iframe src="{BASE}{shown}"{rest}></iframe>')
        assert f"<code>{code.replace('&quot;', '&#34;')}</code>" in answer.text
    samples = [html.unescape(one) for one in re.findall(r"<code>([^<]+)</code></pre>", answer.text)]
    for sample in samples:
        if sample.startswith((BASE, "curl ")):
            address = sample.removeprefix("curl ").removeprefix(BASE)
            assert get(app, address).status_code == 200, sample


def test_a_site_without_summaries_has_the_page_too(stand: Stand) -> None:
    for path in stand.site.folder.rglob("content/summaries/**/*.md"):
        path.unlink()
    stand.site.engine.dispose()
    (stand.site.folder / "store.sqlite").unlink()
    upgrade(stand.site.engine)
    stand.site.publish()
    answer = get(stand.open(), "/partners/")
    assert answer.status_code == 200
    assert answer.text.count("<iframe") == 1
