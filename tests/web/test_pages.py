from __future__ import annotations

import html
import re

import pytest

from syndicate.web.published import Published
from tests.web.stand import LONG, Stand, get

SUMMARY = "mindfulness-and-therapist-empathy"
PAGES = (
    "/",
    f"/summaries/{SUMMARY}/",
    "/topics/",
    "/topics/empathy/",
    "/topics/empathy+training/",
    "/kinds/",
    "/kinds/meta-analysis/",
    "/feeds/",
    "/feeds/depression-and-anxiety/",
    "/archive/",
    "/archive/2021/04/",
)


def alternates(page: str) -> list[str]:
    """Return the addresses that autodiscovery finds, in order, without the site's own part."""
    found = re.findall(r'<link rel="alternate" [^>]*href="([^"]+)"', page)
    return [html.unescape(href).removeprefix("http://127.0.0.1:8000") for href in found]


@pytest.mark.parametrize("path", PAGES)
def test_every_page(app: Published, path: str) -> None:
    answer = get(app, path)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.headers["Cache-Control"] == "public, max-age=60"
    page = answer.text
    assert '<html lang="en">' in page
    assert f'<link rel="canonical" href="http://127.0.0.1:8000{path}">' in page
    assert "The summaries are available in English only." in page
    assert "were written for this demonstration" in page
    assert page.count("<h1>") == 1
    assert "<script" not in page
    assert " style=" not in page
    assert "/feed.atom" in alternates(page)
    again = get(app, path, If_None_Match=answer.headers["ETag"])
    assert (again.status_code, again.data) == (304, b"")
    assert get(app, path, "HEAD").headers["Content-Length"] == str(len(answer.data))
    if path != "/":
        assert get(app, path.rstrip("/")).headers["Location"] == path


@pytest.mark.parametrize("path", PAGES)
def test_no_link_of_a_page_is_dead(app: Published, path: str) -> None:
    page = get(app, path).text
    links = {html.unescape(href) for href in re.findall(r'(?:href|src)="(/[^"]*)"', page)}
    links |= {*alternates(page)}
    assert links
    for link in links:
        assert get(app, link).status_code == 200, link


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


def test_a_summary_shows_all_that_is_known(stand: Stand) -> None:
    correction = '{date: 2022-01-05T09:00:00Z, note: "A value <b>was</b> wrong."}'

    def change(text: str) -> str:
        text = text.replace("  year: 2020\n", "  doi: 10.1000/xyz\n  year: 2020\n", 1)
        return text.replace("\nform:", f"\ncorrections: [{correction}]\nform:", 1)

    stand.edit(SUMMARY, change)
    assert stand.site.publish().problems == ()
    page = get(stand.open(), f"/summaries/{SUMMARY}/").text
    text = html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)))
    for expected in (
        "Mindfulness and empathy among therapists",
        "By Demonstration editors",
        "· April 2021 ·",
        "Meta-analysis",
        "Practice implications",
        "mindfulness and personal distress r −0.42 −0.55 to −0.27",
        "Cooper, D., Yap, K.",
        "https://doi.org/10.1000/xyz",
        "Topics: Empathy , Therapist Factors , Training",
        "5 January 2022 : A value <b>was</b> wrong.",
        "CC BY 4.0",
    ):
        assert expected in text
    assert "<b>was</b>" not in page


def test_the_newest_month_stands_on_the_home_page_headed_by_its_announcement(
    app: Published,
) -> None:
    page = get(app, "/").text
    headings = [html.unescape(h) for h in re.findall(r'<h3><a href="[^"]*">([^<]+)', page)]
    assert headings[0].startswith("April 2021: therapist skills")
    assert len(headings) == 3
    assert "April 2021" in page


def test_a_list_of_months_and_their_numbers(app: Published) -> None:
    page = get(app, "/archive/").text
    assert re.findall(r'<a href="(/archive/[^"]+/)">(\w+ \d+)', page) == [
        ("/archive/2021/04/", "April 2021"),
        ("/archive/2021/03/", "March 2021"),
        ("/archive/2020/12/", "December 2020"),
        ("/archive/2020/11/", "November 2020"),
    ]
    assert "3 summaries" in page
    assert "1 summary" in page


@pytest.mark.parametrize(("path", "total"), [("/topics/empathy/", LONG + 1), ("/", 0)])
def test_long_lists_come_in_parts(long_app: Published, path: str, total: int) -> None:
    found: list[str] = []
    here = path
    while here:
        page = get(long_app, here).text
        part = re.findall(r'<h2><a href="(/summaries/[^"]+)"', page)
        assert len(part) <= 100
        found += part
        older = re.search(r'<a href="(\?before=[^"]+)" rel="next">', page)
        here = path + html.unescape(older[1]) if older else ""
    assert len(found) == len(set(found)) == total


def test_parts_of_a_list_are_kept_apart(long_app: Published) -> None:
    page = get(long_app, "/topics/empathy/").text
    older = re.search(r'<a href="(\?before=[^"]+)" rel="next">', page)
    assert older
    for _ in range(2):
        assert get(long_app, "/topics/empathy/").text == page
        assert get(long_app, "/topics/empathy/" + html.unescape(older[1])).text != page


# What is no longer there ------------------------------------------------------------------------


def test_a_withdrawn_summary_says_when_and_why(stand: Stand) -> None:
    stand.withdraw(
        SUMMARY,
        "superseded",
        note="Figures <i>were</i> corrected.",
        replaced_by="alliance-predicts-outcome",
    )
    answer = get(stand.open(), f"/summaries/{SUMMARY}/")
    assert answer.status_code == 410
    assert "Mindfulness and empathy among therapists" in answer.text
    assert "31 December 2023" in answer.text
    assert "a newer summary takes its place" in answer.text
    assert "Figures &lt;i&gt;were" in answer.text
    assert 'href="/summaries/alliance-predicts-outcome/"' in answer.text
    assert "Content-Security-Policy" in answer.headers


def test_one_withdrawn_for_legal_reasons_is_not_named(stand: Stand) -> None:
    stand.withdraw(SUMMARY, "legal", note="At the demand of Mindfulness Inc.")
    app = stand.open()
    answer = get(app, f"/summaries/{SUMMARY}/")
    assert answer.status_code == 410
    assert "indfulness" not in answer.text
    for path in ("/", "/topics/empathy/", "/archive/2021/04/"):
        assert "Mindfulness and empathy" not in get(app, path).text


def test_a_former_slug_leads_to_the_present_one(stand: Stand) -> None:
    (path,) = stand.site.folder.rglob(f"{SUMMARY}.md")
    path.rename(path.with_name("mindful-therapists.md"))
    assert stand.site.publish().problems == ()
    answer = get(stand.open(), f"/summaries/{SUMMARY}/")
    assert (answer.status_code, answer.headers["Location"]) == (
        301,
        "/summaries/mindful-therapists/",
    )


def test_a_site_below_a_path_links_to_itself(stand: Stand) -> None:
    """The proxy takes the path off; links and redirects must have it."""
    stand.environ = {"SYNDICATE_BASE_URL": "http://127.0.0.1:8000/research"}
    stand.site.base_url = "http://127.0.0.1:8000/research"
    stand.site.publish()
    app = stand.open()
    page = get(app, "/topics/").text
    assert 'href="http://127.0.0.1:8000/research/topics/"' in page
    links = re.findall(r'(?:href|src)="(/[^"]*)"', page)
    assert all(link.startswith("/research/") for link in links)
    for path, new in (("/feed/", "/feed.rss"), ("/topics", "/topics/"), ("/topics/adherance/", "")):
        assert get(app, path).headers["Location"].startswith(f"/research{new}")
