from __future__ import annotations

import pytest

from syndicate.editorial.sanitize import clean
from syndicate.importing import markup, sections
from syndicate.importing.sections import Sections

REFERENCE = (
    "Sample, S., &amp; Probe, P. (2020). Rehearsal and skill. Journal of Examples, 12, 45-67."
)
BODY = "<p>What the study found.</p>"


def found(html: str) -> Sections:
    return sections.find(markup.parse(clean(html)[0]))


def texts(blocks: tuple[markup.Element, ...]) -> list[str]:
    return [markup.text(block) for block in blocks]


@pytest.mark.parametrize(
    "heading",
    [
        "<h2>Practice Implications</h2><p>Do this.</p>",
        "<h4>PRACTICE IMPLICATIONS:</h4><p>Do this.</p>",
        "<p><strong>Practice Implications</strong></p><p>Do this.</p>",
        "<p> <b>Practice implications:</b><br>Do this.</p>",
        "<p><b>Practice Implications.</b> Do this.</p>",
        "<p><em>Practice implications</em>: Do this.</p>",
        "<p><strong><em>Practice implications</em></strong> \u2013 Do this.</p>",
        "<b><p>Practice implications</p></b><p>Do this.</p>",
    ],
)
def test_the_heading_is_found_however_a_blog_writes_it(heading: str) -> None:
    parts = found(BODY + heading)
    assert texts(parts.body) == ["What the study found."]
    assert texts(parts.implications) == ["Do this."]
    assert parts.headings == 1


@pytest.mark.parametrize(
    "html",
    [
        "<p>Practice implications</p><p>bare</p>",
        "<p>The <b>practice implications</b> are few.</p>",
        "<h3>Practice implications of the study</h3><p>x</p>",
        "<blockquote><h3>Practice implications</h3></blockquote>",
    ],
)
def test_what_only_mentions_it_is_no_heading(html: str) -> None:
    assert found(html).headings == 0


def test_a_second_heading_is_counted_and_becomes_bold() -> None:
    parts = found(f"{BODY}<h3>Practice implications</h3><p>a</p><h3>Practice implications</h3>b")
    assert parts.headings == 2
    assert [block.name for block in parts.implications] == ["p", "p", "p"]


@pytest.mark.parametrize(
    "paragraph",
    [
        f"<p>{REFERENCE}</p>",
        f"<p>Citation: {REFERENCE}</p>",
        f"<p><b>Reference:</b> {REFERENCE}</p>",
        '<p>Source: A report, <a href="https://x.example/">doi:10.1234/x</a></p>',
        "<p>de Jong, K., Conijn, J. M. (2021, May). On feedback. Example Review.</p>",
        "<p>O\u2019Brien, M. et al. (2019a). On empathy. Example Review.</p>",
    ],
)
@pytest.mark.parametrize("first", [True, False])
def test_the_reference_is_taken_out_of_the_text(paragraph: str, *, first: bool) -> None:
    rest = f"{BODY}<h3>Practice implications</h3><p>Do this.</p>"
    parts = found(paragraph + rest if first else rest + paragraph)
    assert parts.citation
    assert not parts.citation.startswith(("Citation", "Reference", "Source"))
    assert texts(parts.body) == ["What the study found."]
    assert texts(parts.implications) == ["Do this."]


@pytest.mark.parametrize(
    "paragraph",
    [
        "<p>Sample, S. wrote (2020) much about it.</p>",
        "<p>In the last year (2020), therapists met online, as Sample, S. said.</p>",
        "<p>Citation: none so far</p>",
        f"<ul><li>{REFERENCE}</li></ul>",
        f"<p>Citation: {REFERENCE} {'x ' * 1000}</p>",
    ],
)
def test_prose_is_no_reference(paragraph: str) -> None:
    parts = found(f"{BODY}{paragraph}<h3>Practice implications</h3><p>Do this.</p>")
    assert parts.citation == ""
    assert len(parts.body) == 2


def test_of_two_references_none_is_chosen() -> None:
    parts = found(f"<p>{REFERENCE}</p><p>{REFERENCE}</p><h3>Practice implications</h3><p>x</p>")
    assert (parts.citation, parts.references, len(parts.body)) == ("", 2, 2)


def test_without_implications_the_reference_stays_in_the_text() -> None:
    parts = found(f"{BODY}<p>{REFERENCE}</p>")
    assert (parts.citation, len(parts.body)) == ("", 2)
