"""What holds for every page, in both languages."""

from __future__ import annotations

import html
import re

import pytest

from syndicate.web.published import Published
from tests.web.pages.reading import PAGES, SUMMARY, alternates, links
from tests.web.stand import Stand, get

BOTH = [f"{prefix}{path}" for path in PAGES for prefix in ("", "/fr")]


@pytest.mark.parametrize("path", BOTH)
def test_every_page(app: Published, path: str) -> None:
    answer = get(app, path)
    assert answer.status_code == 200
    code = "fr" if path.startswith("/fr/") else "en"
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.headers["Content-Language"].split(", ")[0] == code
    assert answer.headers["Cache-Control"] == "public, max-age=60"
    page = answer.text
    assert f'<html lang="{code}">' in page
    assert f'<link rel="canonical" href="http://127.0.0.1:8000{path}">' in page
    assert "The summaries are available in English only." in page
    assert "Les résumés sont offerts en anglais seulement." in page
    assert "were written for this demonstration" in page
    assert len(re.findall(r"<h1[ >]", page)) == 1
    assert " style=" not in page
    assert "/feed.atom" in alternates(page)
    again = get(app, path, If_None_Match=answer.headers["ETag"])
    assert (again.status_code, again.data) == (304, b"")
    assert get(app, path, "HEAD").headers["Content-Length"] == str(len(answer.data))
    if path.endswith("/") and path != "/":
        assert get(app, path.rstrip("/")).headers["Location"] == path


@pytest.mark.parametrize("path", PAGES)
def test_a_page_and_its_twin_name_each_other(app: Published, path: str) -> None:
    for here in (path, f"/fr{path}"):
        page = get(app, here).text
        versions = re.findall(r'<link rel="alternate" hreflang="(\w+)" href="([^"]+)">', page)
        base = "http://127.0.0.1:8000"
        assert dict(versions) == {"en": base + path, "fr": f"{base}/fr{path}"}
    assert f'<a class="language" href="{path}" lang="en" hreflang="en">English</a>' in page


@pytest.mark.parametrize("path", BOTH)
def test_no_link_of_a_page_is_dead(app: Published, path: str) -> None:
    page = get(app, path).text
    found = {*links(page), *alternates(page)}
    assert found
    for link in found:  # a form without choices leads on
        expected = 301 if link.endswith("/choose") else 200
        assert get(app, link).status_code == expected, link
    targets = set(re.findall(r'href="#([^"]+)"', page))
    assert targets <= set(re.findall(r' id="([^"]+)"', page))


@pytest.mark.parametrize("path", PAGES)
def test_pages_in_french_lead_to_pages_in_french(app: Published, path: str) -> None:
    page = get(app, f"/fr{path}").text
    other = re.compile(r"/(?:feed\.|opml|static/|v1/|oai|offer\.css)|.*/(?:feed\.|cite/|opml)")
    rest = {link for link in links(page) if not other.match(link)} - {path}
    assert rest
    assert {link for link in rest if not link.startswith("/fr/")} == set()


@pytest.mark.parametrize(
    ("path", "stems"),
    [
        ("/", ["/feed"]),
        ("/archive/2021/04/", ["/feed"]),
        ("/topics/empathy/", ["/topics/empathy/feed", "/feed"]),
        ("/topics/empathy+training/", ["/topics/empathy+training/feed", "/feed"]),
        ("/kinds/meta-analysis/", ["/kinds/meta-analysis/feed", "/feed"]),
        (
            f"/summaries/{SUMMARY}/",
            [
                "/feed",
                "/topics/empathy/feed",
                "/topics/therapist-factors/feed",
                "/topics/training/feed",
            ],
        ),
    ],
)
def test_the_pages_own_feed_comes_first(app: Published, path: str, stems: list[str]) -> None:
    own, *further = stems
    expected = [f"{own}.{name}" for name in ("atom", "rss", "json")]
    assert alternates(get(app, path).text) == [*expected, *(f"{stem}.atom" for stem in further)]


def test_a_site_below_a_path_links_to_itself(stand: Stand) -> None:
    """The proxy takes the path off; links and redirects must have it."""
    stand.environ = {"SYNDICATE_BASE_URL": "http://127.0.0.1:8000/research"}
    stand.site.base_url = "http://127.0.0.1:8000/research"
    stand.site.publish()
    app = stand.open()
    for prefix in ("", "/fr"):
        page = get(app, f"{prefix}/topics/").text
        assert f'href="http://127.0.0.1:8000/research{prefix}/topics/"' in page
        assert all(link.startswith("/research/") for link in links(page))
    for path, new in (
        ("/feed/", "/feed.rss"),
        ("/topics", "/topics/"),
        ("/topics/adherance/", ""),
        ("/fr/topics/training+empathy/", "/fr/topics/empathy+training/"),
    ):
        assert get(app, path).headers["Location"].startswith(f"/research{new}")


def test_errors_are_pages_in_the_language_of_the_address(app: Published) -> None:
    for path, title in (("/nope", "Not found"), ("/fr/nope", "Page introuvable")):
        answer = get(app, path)
        assert answer.status_code == 404
        assert f"<h1>{title}</h1>" in answer.text
        assert "Content-Security-Policy" in answer.headers
    assert "did you mean 'empathy'?" in html.unescape(get(app, "/topics/empaty/").text).lower()
