"""What is written is read back by the libraries of those who use such files."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import bibtexparser
import pytest
import rispy
from hypothesis import given
from hypothesis import strategies as st

from syndicate.documents import citing
from syndicate.documents.reference import Name, Reference

ARTICLE = Reference(
    key="expressing-emotion-article",
    kind="article",
    authors=(Name("Flückiger", "C."), Name("King", "M. L.", "Jr."), Name("A & B Group")),
    has_more_authors=True,
    title="50% of {all} costs_& more: $1 ~ #2",
    container="Psychotherapy & Practice",
    volume="55",
    issue="4",
    pages="461–472",
    year=2018,
    doi="10.1037/a_b(c)",
)
PAGE = Reference(
    key="a-slug",
    kind="page",
    authors=(Name("Demonstration editors"),),
    title="A title",
    container="A network",
    year=2021,
    date=datetime(2021, 4, 1, 12, tzinfo=UTC),
    url="https://feeds.network.example/summaries/a-slug/",
    abstract="In two sentences.\nAnd more.",
)


def test_ris() -> None:
    (found,) = rispy.loads(citing.render_ris(ARTICLE).decode())
    assert found == {
        "type_of_reference": "JOUR",
        "title": ARTICLE.title,
        "authors": ["Flückiger, C.", "King, M. L., Jr.", "A & B Group", "et al."],
        "secondary_title": ARTICLE.container,
        "volume": "55",
        "number": "4",
        "start_page": "461",
        "end_page": "472",
        "year": "2018",
        "doi": "10.1037/a_b(c)",
        "language": "en",
    }
    (page,) = rispy.loads(citing.render_ris(PAGE).decode())
    assert (page["type_of_reference"], page["date"]) == ("ELEC", "2021/04/01")
    assert page["urls"] == [PAGE.url]
    assert page["abstract"] == "In two sentences. And more."


def test_bibtex() -> None:
    text = citing.render_bibtex(ARTICLE).decode()
    library = bibtexparser.parse_string(
        text, append_middleware=[bibtexparser.middlewares.LatexDecodingMiddleware()]
    )
    assert library.failed_blocks == []
    (entry,) = library.entries
    fields = {field.key: field.value for field in entry.fields}
    assert (entry.entry_type, entry.key) == ("article", ARTICLE.key)
    assert fields["title"] == ARTICLE.title
    assert fields["journal"] == ARTICLE.container
    assert fields["author"] == "Flückiger, C. and King, Jr., M. L. and A & B Group and others"
    assert (fields["volume"], fields["number"], fields["pages"]) == ("55", "4", "461–472")
    assert fields["doi"] == ARTICLE.doi
    assert r"50\% of \{all\} costs\_\& more: \$1 \textasciitilde{} \#2" in text


def test_csl_json() -> None:
    (found,) = json.loads(citing.render_csl(ARTICLE))
    assert found["type"] == "article-journal"
    assert found["author"] == [
        {"family": "Flückiger", "given": "C."},
        {"family": "King", "given": "M. L.", "suffix": "Jr."},
        {"literal": "A & B Group"},
        {"literal": "et al."},
    ]
    assert found["issued"] == {"date-parts": [[2018]]}
    assert (found["page"], found["DOI"]) == ("461–472", ARTICLE.doi)
    (page,) = json.loads(citing.render_csl(PAGE))
    assert page["issued"] == {"date-parts": [[2021, 4, 1]]}
    (bare,) = json.loads(
        citing.render_csl(Reference(key="k", kind="article", authors=(), title="T"))
    )
    assert "issued" not in bare


@pytest.mark.parametrize("style", citing.STYLES)
@given(title=st.text(max_size=60), family=st.text(min_size=1, max_size=20))
def test_no_text_breaks_a_record(style: str, title: str, family: str) -> None:
    made = Reference(key="k", kind="article", authors=(Name(family, "A."),), title=title, year=2020)
    body = citing.STYLES[style].render(made).decode("utf-8", "strict")
    match style:
        case "ris":
            lines = body.removesuffix("\r\n").split("\r\n")
            assert all(line[2:6] == "  - " for line in lines)
            assert len(lines) == 6
        case "bib":
            library = bibtexparser.parse_string(body)
            assert len(library.entries) == 1
            assert library.failed_blocks == []
        case _:
            assert json.loads(body)[0]["issued"]
