from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.editorial.citation import (
    citation_html,
    find_doi,
    find_year,
    make_citation,
    normalise_doi,
)
from syndicate.editorial.sanitize import sanitize
from syndicate.editorial.values import FieldError
from syndicate.model import Citation


@pytest.mark.parametrize(
    ("written", "bare"),
    [
        ("10.1016/j.cpr.2019.101810", "10.1016/j.cpr.2019.101810"),
        ("10.1016/J.CPR.2019.101810.", "10.1016/j.cpr.2019.101810"),
        ("https://doi.org/10.1038/s41746-019-0188-8", "10.1038/s41746-019-0188-8"),
        ("http://dx.doi.org/10.1038/S41746-019-0188-8", "10.1038/s41746-019-0188-8"),
        ("doi:10.1038/s41746-019-0188-8", "10.1038/s41746-019-0188-8"),
        ("DOI: 10.1038/s41746-019-0188-8,", "10.1038/s41746-019-0188-8"),
        ("https://doi.org/10.1000%2F182?nosfx=y#top", "10.1000/182"),
        (
            "10.1002/(SICI)1097-4679(199812)54:8<1057::AID-JCLP4>3.0.CO;2-0",
            "10.1002/(sici)1097-4679(199812)54:8<1057::aid-jclp4>3.0.co;2-0",
        ),
        ("10.1000.10/x(1)).", "10.1000.10/x(1)"),
        ("10.1000/doi:x", "10.1000/doi:x"),
    ],
)
def test_a_doi_is_kept_bare_and_in_lower_case(written: str, bare: str) -> None:
    assert normalise_doi(written) == bare


@pytest.mark.parametrize(
    "text",
    [
        "",
        "10.1/x",
        "11.1000/182",
        "10.1000/",
        "10.1000/a b",
        '10.1000/a"b',
        "https://evil.example/10.1000/182",
        "https://doi.org/10.1000%2F182%22",
        "javascript:10.1000/182",
        "10.1000/" + "x" * 200,
        "10.1000/x" + ")" * 60_000,
    ],
)
def test_what_is_no_doi_is_refused(text: str) -> None:
    with pytest.raises(FieldError):
        normalise_doi(text)


_SUFFIX = st.text(string.ascii_letters + string.digits + "().;:-_/<>%éß", min_size=1, max_size=30)


@given(st.sampled_from(["", "doi:", "https://doi.org/", "http://dx.doi.org/"]), _SUFFIX)
def test_normalising_twice_changes_nothing(prefix: str, suffix: str) -> None:
    try:
        once = normalise_doi(f"{prefix}10.1234/{suffix}")
    except FieldError:
        return
    assert normalise_doi(once) == once
    assert normalise_doi(str(Citation(text="", doi=once).doi_url)) == once


@pytest.mark.parametrize(
    ("text", "doi", "year"),
    [
        ("A. (2020). B. C, 1. https://doi.org/10.1000/ABC.", "10.1000/abc", 2020),
        ("A. (2019a, March). B (doi:10.1000/abc).", "10.1000/abc", 2019),
        ("A. (in press). B. 75, 10.1000", None, None),
        ("A. (2020). See https://example.org/10.1000/abc", None, 2020),
        ("A. 10.1000/" + "x" * 300, None, None),
        ("Driessen, E., et al. Meta-analysis.", None, None),
        ("A. (1895/1955). B. (2001).", None, 2001),
    ],
)
def test_doi_and_year_are_found_in_a_reference(
    text: str, doi: str | None, year: int | None
) -> None:
    assert (find_doi(text), find_year(text)) == (doi, year)
    assert make_citation(text, doi=None, year=None) == Citation(text=text, doi=doi, year=year)


def test_what_is_given_comes_before_what_is_found() -> None:
    citation = make_citation("A. (2020). 10.1000/abc", doi="10.1000/xyz", year=1999)
    assert (citation.doi, citation.year) == ("10.1000/xyz", 1999)


_LINK = (
    '<a href="https://doi.org/10.1000/a" rel="nofollow noopener noreferrer">'
    "https://doi.org/10.1000/a</a>"
)


@pytest.mark.parametrize(
    ("text", "doi", "html"),
    [
        ("A & B. (2020). <C>.", None, "<p>Citation: A &amp; B. (2020). &lt;C&gt;.</p>"),
        ("A. (2020).", "10.1000/a", f"<p>Citation: A. (2020). {_LINK}</p>"),
        ("A. (2020). DOI: 10.1000/A.", "10.1000/a", f"<p>Citation: A. (2020). {_LINK}</p>"),
        ("A. 10.1000/a, part 2.", "10.1000/a", f"<p>Citation: A. {_LINK}, part 2.</p>"),
        ("A. 10.1000/b", "10.1000/a", f"<p>Citation: A. 10.1000/b {_LINK}</p>"),
    ],
)
def test_the_paragraph_links_the_doi_once(text: str, doi: str | None, html: str) -> None:
    assert citation_html(Citation(text=text, doi=doi)) == html
    assert sanitize(html) == html


def test_an_address_holds_only_what_an_address_may() -> None:
    doi = "10.1002/(sici)1(1998)54:8<10::aid>3.0.co;2-0&\u00e9#?"
    assert Citation(text="", doi=doi).doi_url == (
        "https://doi.org/10.1002/(sici)1(1998)54:8%3C10::aid%3E3.0.co;2-0%26%C3%A9%23%3F"
    )
    html = citation_html(Citation(text="A.", doi=doi))
    assert sanitize(html)
