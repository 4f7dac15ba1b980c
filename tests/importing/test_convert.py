"""One entry, one file: what it says and what it needs."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syndicate.definitions import Definitions
from syndicate.editorial import summary
from syndicate.editorial.clashes import claim_of, clashes
from syndicate.editorial.taken import Taken
from syndicate.errors import ContentError
from syndicate.foreign import ForeignEntry
from syndicate.importing.convert import find_id
from tests import networks
from tests.importing.conftest import TOPICS
from tests.importing.entries import DATE, PLAIN, REFERENCE, RESEARCH, converted, read


def test_a_summary_of_research_is_recognised(network: Definitions) -> None:
    imported = converted(RESEARCH, network)
    piece = read(imported, network)
    assert imported.path == "content/summaries/2021/04/does-rehearsal-help.md"
    assert (imported.dropped, imported.needs) == ((), ())
    assert (piece.form, piece.kind, piece.topics) == ("research", "meta-analysis", ("training",))
    assert (piece.id, piece.title) == ("https://blog.example/?p=42", "Does rehearsal help?")
    assert (piece.published, piece.month_only) == (DATE, False)
    assert (piece.authors, piece.backfill, piece.draft) == (("Sam Sample",), True, False)
    assert piece.citation is not None
    assert (piece.citation.doi, piece.citation.year) == ("10.1234/a.1", 2020)
    assert "Sample, S." not in piece.body_html
    assert piece.implications_html == "<p>Those who train can make room for it.</p>\n"


def test_the_file_reads_as_if_an_editor_had_written_it(network: Definitions) -> None:
    assert (
        converted(RESEARCH, network).text
        == """\
---
schema: 1
# imported from https://blog.example/rehearsal/
id: "https://blog.example/?p=42"
title: "Does rehearsal help?"
form: research
lang: en
published: 2021-04-05T14:00:00Z
backfill: true
authors: ["Sam Sample"]
topics: [training]
kind: meta-analysis
citation:
  text: "Sample, S., & Probe, P. (2020). Rehearsal. Example Review, 12, 45-67. doi:10.1234/A.1"
---
The authors asked whether rehearsal helps, and it did.

## Practice implications

Those who train can make room for it.
"""
    )


def test_everything_else_is_an_announcement(network: Definitions) -> None:
    imported = converted(PLAIN, network)
    piece = read(imported, network)
    assert (piece.form, piece.kind, piece.citation) == ("announcement", None, None)
    assert imported.dropped == ("kind 'meta-analysis': there are no practice implications",)
    assert imported.needs == ()


@pytest.mark.parametrize(
    ("changes", "needs"),
    [
        ({"categories": ("Training",)}, ("kind",)),
        (
            {"content_html": RESEARCH.content_html.replace(REFERENCE, "It was read.")},
            ("citation",),
        ),
        (
            {"content_html": f"<p>{REFERENCE}</p>" + RESEARCH.content_html},
            ("citation (which of 2?)",),
        ),
        (
            {"content_html": RESEARCH.content_html + "<h2>Practice implications</h2><p>b</p>"},
            ("to be made 2 summaries: so often it says “Practice implications”",),
        ),
        ({"published": None}, ("published",)),
        ({"language": "fr-CA"}, ("a look at its language: it says that it is 'fr-CA'",)),
        ({"published": None, "categories": ()}, ("kind", "published")),
    ],
)
def test_what_is_missing_makes_a_draft_that_says_so(
    network: Definitions, changes: dict[str, object], needs: tuple[str, ...]
) -> None:
    imported = converted(replace(RESEARCH, **changes), network)  # type: ignore[arg-type]
    assert imported.needs == needs
    assert f"# needs: {'; '.join(needs)}" in imported.text
    assert read(imported, network).draft


def test_a_draft_stays_a_draft(network: Definitions) -> None:
    imported = converted(PLAIN, network, draft=True)
    assert imported.needs == ("your word that it is finished: it was a draft",)
    assert read(imported, network).draft


def test_an_entry_without_text_is_a_draft_with_the_readers_own_words(network: Definitions) -> None:
    imported = converted(replace(PLAIN, content_html="<img src=x>"), network)
    assert imported.needs == ("the text is missing",)
    assert read(imported, network).draft


@pytest.mark.parametrize(
    "text",
    [
        "<p>La thérapie de groupe est une approche qui peut aider les gens dans la vie.</p>",
        "<p>" + "x" * 300_000 + "</p>",
        "<b>" * 3_000,
    ],
)
def test_what_no_file_can_hold_is_refused(network: Definitions, text: str) -> None:
    with pytest.raises(ContentError):
        converted(replace(PLAIN, content_html=text), network)


# Ids, slugs, dates -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "id",
    [
        "https://x.example/?p=1",
        "tag:x.example,2004:3.17",
        "urn:uuid:60a76c80-d399-11d9-b93c-0003939e",
    ],
)
def test_an_id_that_is_a_uri_is_kept(network: Definitions, id: str) -> None:
    assert find_id(ForeignEntry(id=id), network, "scope") == id


@pytest.mark.parametrize(
    "id", ["", "17", "1 at https://x.example", "javascript:alert(1)", "data:,x"]
)
def test_other_ids_make_a_tag_that_is_the_same_each_time(network: Definitions, id: str) -> None:
    entry = ForeignEntry(id=id, link="https://x.example/a")
    minted = find_id(entry, network, "https://x.example/")
    assert re.fullmatch(r"tag:network\.example,2013:summary/[a-z2-7]{16}", minted)
    assert find_id(entry, network, "https://x.example/") == minted
    assert find_id(entry, network, "https://other.example/") != minted
    assert find_id(replace(entry, title="New"), network, "https://x.example/") == minted


def test_slugs_and_minutes_that_are_taken_are_passed_over(network: Definitions) -> None:
    taken = Taken(slugs={"does-rehearsal-help", "does-rehearsal-help-2"}, instants={DATE})
    imported = converted(PLAIN, network, taken=taken)
    assert imported.slug == "does-rehearsal-help-3"
    assert imported.published == DATE.replace(minute=1)
    assert "date: 2021-04-05T14:00Z is taken; moved to 14:01" in imported.dropped


def test_a_month_is_kept_as_one(network: Definitions) -> None:
    piece = read(
        converted(replace(PLAIN, published=None, published_text="April 2021"), network), network
    )
    assert (piece.published, piece.month_only) == (DATE.replace(day=1, hour=12), True)


def test_an_undated_draft_stands_in_the_month_of_the_import(network: Definitions) -> None:
    assert converted(replace(PLAIN, published=None), network).path.startswith(
        "content/summaries/2026/03/"
    )


def test_a_doi_beside_the_text_joins_the_reference(network: Definitions) -> None:
    entry = replace(
        RESEARCH,
        content_html=RESEARCH.content_html.replace(" doi:10.1234/A.1", ""),
        doi="10.5555/b.2",
    )
    citation = read(converted(entry, network), network).citation
    assert citation is not None
    assert citation.doi == "10.5555/b.2"


def test_text_in_the_front_matter_can_be_no_sign(network: Definitions) -> None:
    title = "id: \"x\"\n---\n# {a: [b]} 'c' \\d &e *f !g %h @i `j` \u202ek \0l"
    imported = converted(replace(PLAIN, title=title, authors=(title,)), network)
    piece = read(imported, network)
    assert piece.id == PLAIN.id
    assert (
        piece.title
        == piece.authors[0]
        == ("id: \"x\" --- # {a: [b]} 'c' \\d &e *f !g %h @i `j` k l")
    )


TEXT = st.text(max_size=30)


@settings(max_examples=60)
@given(
    entry=st.builds(
        ForeignEntry,
        id=TEXT,
        link=TEXT,
        title=TEXT,
        content_html=st.lists(
            TEXT | st.sampled_from(["<p>", "</p>", "<b>", "<ul><li>", "&#0;", "<h2>", "---\n"]),
            max_size=6,
        ).map("".join),
        published=st.none() | st.datetimes(timezones=st.just(UTC)),
        published_text=TEXT,
        authors=st.lists(TEXT, max_size=3).map(tuple),
        categories=st.lists(TEXT | st.just("training"), max_size=3).map(tuple),
        language=st.sampled_from(["", "en", "fr"]),
    )
)
def test_whatever_comes_the_file_is_one_that_check_accepts(entry: ForeignEntry) -> None:
    network = networks.make(*TOPICS, networks.topic("miscellaneous", "Miscellaneous"))
    own_id = find_id(entry, network, "scope")
    try:
        imported = converted(entry, network, id=own_id)
    except ContentError as refused:
        assert refused.problems  # noqa: PT017 - what is left out is left out for a reason
        return
    parsed = summary.parse(imported.path, imported.text.encode(), network)
    assert parsed.summary.id == own_id
    assert parsed.summary.draft == bool(imported.needs)
    assert clashes([claim_of(imported.path, parsed)]) == []
