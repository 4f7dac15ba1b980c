from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from syndicate.editorial import frontmatter
from syndicate.errors import ContentError


def test_scalars_stay_as_they_were_written() -> None:
    text = "a: no\nb: 1.10\nc: 2021-04-01\nd: 0x1F\ne: ['null', .5, 'x: y']\nf: |\n  two\n  lines\n"
    front = frontmatter.read("x.md", text)
    assert front.values == {
        "a": "no",
        "b": "1.10",
        "c": "2021-04-01",
        "d": "0x1F",
        "e": ["null", ".5", "x: y"],
        "f": "two\nlines\n",
    }
    assert front.problems == []


def test_a_key_without_a_value_counts_as_left_out() -> None:
    front = frontmatter.read("x.md", 'a:\nb: ""\nc: {d: , e: f}\ng: null\nh: ~\ni: [Null]\n')
    assert front.values == {"c": {"e": "f"}, "i": [""]}
    assert front.line(("a",)) == 2


def test_every_place_has_its_line() -> None:
    text = "a: 1\nlist:\n  - b: 2\n    c: 3\n  - {d: 4,\n     e: 5}\n"
    front = frontmatter.read("x.md", text, first_line=10)
    assert front.line(("a",)) == 10
    assert front.line(("list", 0, "c")) == 13
    assert front.line(("list", 1, "e")) == 15
    assert front.line(("list", 1, "unknown", 7)) == 14
    assert front.line(("unknown",)) == 1


def test_text_over_several_lines_is_known() -> None:
    text = "a: b\nc: 'd\n  e'\nf: g\n  h\ni:\n  - j: >\n      k\nl: |\n  m\nn: 'o'\n"
    front = frontmatter.read("x.md", text)
    assert front.folded == {("c",), ("f",), ("i", 0, "j"), ("l",)}


@pytest.mark.parametrize(
    ("text", "left_out"),
    [
        ("a: b #1 c", "“#1 c” is left out, as a comment"),
        ("a:\n  - [b, c #2\n  ]", "“#2” is left out, as a comment"),
        ("a: b # c", ""),
        ("a: b#1", ""),
        ("a: 'b #1'", ""),
        ("a: >\n  b #1", ""),
        ("a: |", ""),
    ],
)
def test_text_that_yaml_takes_for_a_comment_is_told(text: str, left_out: str) -> None:
    front = frontmatter.read("x.md", text)
    assert [problem.message for problem in front.problems] == [left_out][: len(left_out)]
    assert front.whole


@pytest.mark.parametrize(
    "text",
    [
        "---\na: b\n---\none\n\n---\n\ntwo: three\n",
        "---\na: b\n---\n---\n\nTitles: they are long.\n",
        "---\na: b\n---\nid: without another line of hyphens\n",
    ],
)
def test_lines_of_hyphens_may_part_the_text(text: str) -> None:
    assert frontmatter.split("x.md", text).front == "a: b"


def test_the_body_begins_after_the_second_fence() -> None:
    parts = frontmatter.split("x.md", "--- \na: 1\n---\n\nText\n---\nmore")
    assert (parts.front, parts.front_line) == ("a: 1", 2)
    assert (parts.body, parts.body_line) == ("\nText\n---\nmore", 4)
    assert parts.text_line == 5


def test_front_matter_has_a_limit() -> None:
    front = frontmatter.read("x.md", "a: " + "x" * frontmatter.MAX_FRONT)
    assert [str(problem) for problem in front.problems] == [
        "x.md:1: the front matter is larger than 64 KiB; move text to the body"
    ]
    assert not front.whole


@pytest.mark.parametrize(
    "bomb",
    [
        "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\n",
        "a: " + "[" * 30_000,
        "{" * 900,
        "? " * 900,
        "- " * 20_000,
        "a: !!python/object/apply:os.system [echo]",
        "<<: *nothing",
    ],
    ids=lambda bomb: bomb[:12],
)
def test_bombs_are_refused_at_once(bomb: str) -> None:
    front = frontmatter.read("x.md", bomb)
    assert front.problems
    assert not front.whole


@pytest.mark.parametrize("text", ["", "# only a comment\n", "\n\n"])
def test_nothing_is_an_empty_block(text: str) -> None:
    front = frontmatter.read("x.md", text)
    assert (front.values, front.problems) == ({}, [])


@pytest.mark.parametrize(
    ("line", "remedy"),
    [
        ("a: b: c", "put quotes around text that holds them"),
        ("a: *emphasis* and more", "begins with @ ` % & * ! > | ? - needs quotes"),
        ("a: @someone", "begins with @ ` % & * ! > | ? - needs quotes"),
        ("a: !<x", "begins with @ ` % & * ! > | ? - needs quotes"),
        ("a: `code`", "begins with @ ` % & * ! > | ? - needs quotes"),
        (r'a: "\d"', "use 'single quotes'"),
        ("a: > .05", "begins with @ ` % & * ! > | ? - needs quotes"),
        ("a: “b: c”", "do not count as quotes: type \" or '"),
        ('a: "b', "close it at the end of its text"),
        ("a: 'b's c'", "inside '…' write ''"),
        ("a: [b", "add ] at the end"),
        ("a: [b] c", "put quotes around text that begins with [ or {"),
        ("a: {b: c} d", "put quotes around text that begins with [ or {"),
        ("a: ? b", "begins with @ ` % & * ! > | ? - needs quotes"),
        ("a: - b", "begins with @ ` % & * ! > | ? - needs quotes"),
        ("a: [b]\n c: d", "check quotes, brackets and indentation"),
        ("a: {b: c", "add } at the end"),
        ("a: 1\nb", "a text that goes on from the line before is indented"),
        ("  a: b\n c: d", "check quotes, brackets and indentation"),
        ("a: \x07", "check quotes, brackets and indentation"),
    ],
)
def test_what_breaks_yaml_most_often_has_its_remedy(line: str, remedy: str) -> None:
    (problem,) = frontmatter.read("x.md", line).problems
    assert problem.message.startswith("broken YAML: ")
    assert remedy in problem.remedy


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('a: "b\nc: d\ne: f', "the quotation mark that opens in this line is never closed"),
        (
            'a: "b\nc: "d"\n',
            "the quotation mark that opens in this line is not closed before line 3",
        ),
        ("a: [b\nc: d\ne: f", "the [ of this line is not closed, or a comma is missing before li"),
        ("a: {b: c\n\nd: e\n", "the { of this line is not closed, or a comma is missing before l"),
        ('a: {b: "c" d: e}\nf: g', "text goes on after its closing quotation mark"),
    ],
)
def test_what_is_not_closed_is_told_where_it_opens(text: str, message: str) -> None:
    (problem,) = frontmatter.read("x.md", text).problems
    assert problem.line == 2
    assert message in problem.message


def test_a_second_block_is_refused() -> None:
    front = frontmatter.read("x.md", "a: 1\n...\n--- b\n")
    assert [problem.line for problem in front.problems] == [4]


@given(st.dictionaries(st.from_regex(r"[a-z]{1,8}", fullmatch=True), st.integers(), min_size=1))
def test_what_is_written_plainly_is_read_back(values: dict[str, int]) -> None:
    text = "".join(f"{key}: {value}\n" for key, value in values.items())
    front = frontmatter.read("x.md", text)
    assert front.values == {key: str(value) for key, value in values.items()}
    assert [front.line((key,)) for key in values] == list(range(2, len(values) + 2))


@given(st.text(max_size=80))
@example("{0")
def test_any_text_is_read_or_has_problems(text: str) -> None:
    try:
        parts = frontmatter.split("x.md", f"---\n{text}\n---\n")
    except ContentError:  # a line of it looks like the end
        return
    front = frontmatter.read("x.md", parts.front.replace("\ufeff", ""))
    assert front.whole != bool(front.problems)
