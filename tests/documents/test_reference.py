from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.documents import reference
from syndicate.documents.reference import Name, Reference
from syndicate.editorial.citation import make_citation
from syndicate.model import Citation


def read(text: str) -> Reference:
    return reference.of_article("k", make_citation(text, doi=None, year=None))


def test_an_article_in_a_journal() -> None:
    found = read(
        "Peluso, P. R., & Freund, R. R. (2018). Therapist and client expression: A meta-analysis. "
        "Psychotherapy, 55(4), 461–472. https://doi.org/10.1037/PST0000165"
    )
    assert found == Reference(
        key="k",
        kind="article",
        authors=(Name("Peluso", "P. R."), Name("Freund", "R. R.")),
        title="Therapist and client expression: A meta-analysis",
        container="Psychotherapy",
        volume="55",
        issue="4",
        pages="461–472",
        year=2018,
        doi="10.1037/pst0000165",
    )


@pytest.mark.parametrize(
    ("text", "authors", "more"),
    [
        (
            "O’Brien, M., Del Re, A. C., & van der Berg, J.-P.",
            ["O’Brien", "Del Re", "van der Berg"],
            0,
        ),
        ("Ferrari, G., … Karekla, M.", ["Ferrari", "Karekla"], 1),
        ("Cooper, D., Yap, K., et al.", ["Cooper", "Yap"], 1),
        ("King, M. L., Jr., & Smith, A.", ["King", "Smith"], 0),
        ("World Health Organization.", ["World Health Organization"], 0),
        ("World Health Organization & Smith, A.", ["World Health Organization", "Smith"], 0),
    ],
)
def test_authors(text: str, authors: list[str], more: int) -> None:
    found = read(f"{text} (2020). A title. A Journal, 1, 2–3.")
    assert [name.family for name in found.authors] == authors
    assert found.has_more_authors == bool(more)
    assert (found.title, found.container) == ("A title", "A Journal")


@pytest.mark.parametrize(
    ("text", "title", "where"),
    [
        (
            "Is it so? A review. Mindfulness, 11, 2243–2257.",
            "Is it so? A review",
            "Mindfulness|11||2243–2257",
        ),
        ("Apps. npj Digital Medicine, 2, 118.", "Apps", "npj Digital Medicine|2||118"),
        (
            "Treating. Clinical Psychology Review, 75.",
            "Treating",
            "Clinical Psychology Review|75||",
        ),
        ("On it. A Journal, 3(S1), Article e12.", "On it", "A Journal|3|S1|Article e12"),
        ("On it. A Journal. Advance online publication.", "On it", "A Journal|||"),
        ("Handbook of it. Wiley.", "Handbook of it", "Wiley|||"),
        ("Only a title", "Only a title", "|||"),
    ],
)
def test_where_it_appeared(text: str, title: str, where: str) -> None:
    found = read(f"Doe, J. (in press). {text}")
    assert found.title == title
    assert f"{found.container}|{found.volume}|{found.issue}|{found.pages}" == where


def test_what_is_no_reference_stays_whole() -> None:
    text = "Driessen, E., et al. Meta-analysis of data of 7 trials. To appear."
    found = read(text)
    assert (found.title, found.authors, found.year) == (text, (), None)


@given(st.text("aB1.,:;?!()–& ", max_size=60))
def test_no_word_is_lost(text: str) -> None:
    found = read(f"Doe, J. (2020). {text}")
    parts = (found.title, found.container, found.volume, found.issue, found.pages)
    assert set(re.findall(r"\w+", text)) <= set(re.findall(r"\w+", " ".join(parts)))


def test_no_text_takes_long() -> None:
    for text in ("a. " * 700, "(" * 2000, "A, B., " * 300, "x, 1(" * 400, ", 1" * 700):
        reference.of_article("k", Citation(text=f"Doe, J. (2020). {text}"))


def test_a_summary_is_cited_by_its_own_address() -> None:
    from syndicate.definitions import load
    from syndicate.editorial import summary
    from tests.sites import REPOSITORY

    definitions = load(REPOSITORY, base_url="https://feeds.network.example")
    path = "content/summaries/2021/04/mindfulness-and-therapist-empathy.md"
    text = summary.parse(path, (REPOSITORY / path).read_bytes(), definitions).summary
    found = reference.of_summary(text, definitions)
    assert found.url == "https://feeds.network.example/summaries/mindfulness-and-therapist-empathy/"
    assert found.authors == (Name("Demonstration editors"),)
    assert (found.year, found.date) == (2021, None)  # known to the month
    assert found.container == definitions.network.title
