from __future__ import annotations

import re
from pathlib import Path

import pytest

from syndicate.web.published import Published
from tests.web.pages.reading import links, text_of, titles
from tests.web.stand import Stand, get


def test_the_newest_month_stands_on_the_home_page_headed_by_its_announcement(
    app: Published,
) -> None:
    page = get(app, "/").text
    assert "<h1>April 2021</h1>" in page
    assert titles(page) == [
        "April 2021: therapist skills, supervision and psychodynamic therapy",
        "Mindfulness and empathy among therapists",
        "The alliance predicts outcome even after adjusting for other factors",
    ]
    assert "Handbook of Psychotherapy and Behavior Change" in page
    assert {"/archive/2021/03/", "/archive/2020/11/", "/archive/"} <= links(page)


def test_an_empty_site_has_a_home(tmp_path: Path, sqlite_url: str) -> None:
    from tests import small

    site = small.make(tmp_path / "site", sqlite_url)
    site.base_url = "http://127.0.0.1:8000"
    site.publish()
    stand = Stand(site)
    app = stand.open()
    for path in ("/", "/archive/"):
        assert "Nothing has been published yet." in get(app, path).text
    assert get(app, "/archive/2021/04/").status_code == 404
    stand.close()


def test_a_list_of_months_and_their_numbers(app: Published) -> None:
    page = get(app, "/archive/").text
    assert re.findall(r'<a href="(/archive/2[^"]+/)">(\w+ \d+)', page) == [
        ("/archive/2021/04/", "April 2021"),
        ("/archive/2021/03/", "March 2021"),
        ("/archive/2020/12/", "December 2020"),
        ("/archive/2020/11/", "November 2020"),
    ]
    assert re.findall(r"<h2>(\d+)</h2>", page) == ["2021", "2020"]
    assert "3 summaries" in page
    assert "1 summary" in page


@pytest.mark.parametrize(
    ("path", "earlier", "later"),
    [
        ("/archive/2021/04/", "/archive/2021/03/", None),
        ("/archive/2020/12/", "/archive/2020/11/", "/archive/2021/03/"),
        ("/archive/2020/11/", None, "/archive/2020/12/"),
    ],
)
def test_months_lead_to_their_neighbours(
    app: Published, path: str, earlier: str | None, later: str | None
) -> None:
    page = get(app, path).text
    assert re.findall(r'href="([^"]+)" rel="prev"', page) == ([earlier] if earlier else [])
    assert re.findall(r'href="([^"]+)" rel="next"', page) == ([later] if later else [])


def test_a_whole_month_is_there_to_be_read(app: Published) -> None:
    text = text_of(get(app, "/archive/2021/04/whole/").text)
    for expected in (
        "Handbook of Psychotherapy and Behavior Change",
        "They showed no significant effect on any empathy scale.",
        "Learn to notice ruptures in the alliance, and to repair them.",
        "Cooper, D., Yap, K.",
    ):
        assert expected in text
    assert text.count("Practice implications") == 2


def test_months_in_french(app: Published) -> None:
    page = get(app, "/fr/archive/2021/04/").text
    assert "<h1>Avril 2021</h1>" in page
    assert '<h2 lang="en"><a href="/fr/summaries/' in page
    assert "← Mars 2021" in page
