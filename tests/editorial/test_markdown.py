"""What editors may write and what becomes of it: each .md beside .html or .txt."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syndicate.editorial.markdown import render
from syndicate.editorial.sanitize import sanitize
from syndicate.errors import ContentError, Problem

CORPUS = Path(__file__).parent.parent / "corpus" / "markdown"
GOOD = sorted(CORPUS.glob("*.html"))
BAD = sorted(CORPUS.glob("*.txt"))


def _read(path: Path) -> str:
    return path.with_suffix(".md").read_bytes().decode()  # line ends as they are


def test_every_file_of_the_corpus_has_its_expectation() -> None:
    assert {p.stem for p in CORPUS.glob("*.md")} == {p.stem for p in [*GOOD, *BAD]}


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_good_text_becomes_html_of_the_allow_list(path: Path) -> None:
    rendered = render(_read(path))
    html = rendered.body_html
    if rendered.heading_line:
        html += f"===== {rendered.heading_line}\n{rendered.implications_html}"
    assert html == path.read_text("utf-8")
    for part, lines in (
        (rendered.body_html, rendered.body_lines),
        (rendered.implications_html, rendered.implications_lines),
    ):
        assert sanitize(part)[:10] == part[:10]
        assert len(lines) == part.count("\n")


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_bad_text_is_refused_with_every_line_and_remedy(path: Path) -> None:
    with pytest.raises(ContentError) as refused:
        render(_read(path), path="content/x.md", first_line=101)
    told = [f"{p.line - 100}: {p.message}; {p.remedy}\n" for p in refused.value.problems]
    assert "".join(told) == path.read_text("utf-8")
    assert {p.path for p in refused.value.problems} == {"content/x.md"}


def test_the_plain_text_is_what_is_read_aloud() -> None:
    source = "# A *title*\n\nSome[^1] `code` &amp; [link](https://x.example/)\nmore  \nlines\n\n"
    source += "| a |\n|---|\n| b |\n\n    x = 1\n\n[^1]: note"
    assert render(source).text == (
        "A title\n\nSome code & link more lines\n\na\n\nb\n\nx = 1\n\nnote"
    )


@pytest.mark.parametrize(
    "near",
    [
        "[a](https://exa mple.org)",
        "[a *b*](https://exa mple.org/)",
        "[a] (https://example.org)",
        "[a]( www.exa mple.org",
        "(a)[https://example.org/x]",
        "[a](mailto: editor@example.org)",
    ],
)
def test_what_was_to_be_a_link_is_told(near: str) -> None:
    (warning,) = render(f"one\n\ntwo\nthree {near} four", first_line=11).warnings
    assert (warning.line, warning.severity) == (14, "warning")
    assert "is no link" in warning.message


@pytest.mark.parametrize(
    "text",
    [
        "[a](https://example.org 'title') and <https://example.org>",
        "[a](<https://example.org/x>), [b]( https://example.org )",
        "`[a] (https://example.org)`",
        "```\n[a](https://exa mple.org)\n```",
        "see [1] (p. 3) and (b)[4], [0.1, 0.2] (n = 30)",
        "the handbook (https://example.org) and [sic]",
        "[a][b]\n\n[b]: https://example.org",
    ],
)
def test_what_is_a_link_or_was_never_to_be_one_is_not_told(text: str) -> None:
    assert render(text).warnings == ()


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("one\n\n\u2022 two\n\u2022 three", [3, 4]),
        ("\uf0b7\tone", [1]),
        ("- \u2022 one", [1]),
        ("3 \u00b7 4 *a* \u2022 b", []),
        ("\u2022one", []),
        ("`\u2022 one`", []),
    ],
)
def test_bullets_that_make_no_list_are_told(text: str, lines: list[int]) -> None:
    assert [warning.line for warning in render(text).warnings] == lines


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("one\n\n| a | b |\n| c | d |", (3, "this makes no table")),
        ("one\n\na\tb\tc\nd\te\tf", (3, "this makes no table")),
        ("one\n\n    two", (3, "indented text is shown as code")),
    ],
)
def test_what_loses_its_form_is_told(text: str, told: tuple[int, str]) -> None:
    (warning,) = render(text).warnings
    assert (warning.line, warning.message.partition(":")[0]) == told


@pytest.mark.parametrize(
    "text", ["| a | b |\n|---|---|\n| c | d |", "|x| and |y|", "a\tb", "- one\n\n    two"]
)
def test_what_has_its_form_is_not_told(text: str) -> None:
    assert render(text).warnings == ()


def test_lines_of_the_html_lead_to_lines_of_the_file() -> None:
    source = "one\n\n- two\n- three\n\n## Practice implications\n\nfour[^1]\n\n[^1]: five\n"
    rendered = render(source, first_line=11)
    assert rendered.heading_line == 16
    assert rendered.body_lines == (11, 13, 13, 13, 13)
    assert rendered.implications_lines == (18, 20, 20, 20, 20, 20)


def test_empty_text_is_empty() -> None:
    rendered = render("")
    assert (rendered.body_html, rendered.implications_html, rendered.text) == ("", "", "")
    assert rendered.heading_line == 0


@pytest.mark.parametrize("text", ["a\tb\tc{}x\n" * 2, "[a]{}(x", "\u2022{}x", "|{}x|\n" * 2])
def test_no_look_at_a_line_grows_with_the_square_of_its_spaces(text: str) -> None:
    assert "x" in render(text.replace("{}", " " * 100_000)).text  # within the time limit


@pytest.mark.parametrize("text", ["x" * (256 * 1024 + 1), "![" * 5_001])
def test_text_that_would_take_long_is_refused(text: str) -> None:
    with pytest.raises(ContentError, match="shorten it"):
        render(text)


def test_lists_nested_past_the_limit_are_refused_and_never_cut() -> None:
    rendered = render("\n".join("  " * depth + "- x" for depth in range(70)))
    with pytest.raises(ContentError, match="32 deep"):
        sanitize(rendered.body_html)


LINES = st.lists(
    st.sampled_from(
        [
            *("# ", "## ", "- ", "1. ", "> ", "    ", "\n", "\n\n", "| a | b |\n|---|:-:|\n", "|"),
            *(
                "```\n",
                "~~~ x\n",
                "***",
                "---\n",
                "===\n",
                "*",
                "**",
                "_",
                "`",
                "``",
                "~",
                "^",
                "^[",
            ),
            *(
                "[^1]",
                "\n\n[^1]: ",
                "[",
                "]",
                "](https://x.example/)",
                "](javascript:1)",
                "[x]: y\n",
            ),
            *(
                "<",
                ">",
                "<b>",
                "</b>",
                "<!--",
                "-->",
                "<https://x.example/'>",
                "<a@x.example>",
                "&",
            ),
            *(
                "&lt;",
                "&#x202e;",
                "&#0;",
                "\\",
                "![",
                '"',
                "'",
                " ",
                "  \n",
                "\t",
                "\r\n",
                "x",
                "é",
            ),
            *(
                "## Practice implications\n",
                "p < .05",
                "n<b",
                "]]>",
                "\u2028",
                "https://x.example/",
            ),
        ]
    ),
    max_size=20,
).map("".join)


def _problems(work: Callable[[], object]) -> tuple[Problem, ...]:
    try:
        work()
    except ContentError as refused:
        return refused.problems
    return ()


@given(LINES)
@settings(max_examples=400)
def test_what_is_rendered_is_of_the_allow_list(text: str) -> None:
    lines = text.count("\n") + text.count("\r") + 1
    if problems := _problems(partial(render, text)):
        assert all(0 < problem.line <= lines and problem.remedy for problem in problems)
        return
    rendered = render(text)
    for part in (rendered.body_html, rendered.implications_html):
        # All that Markdown can bring that HTML may not hold is a character.
        assert all("U+" in problem.message for problem in _problems(partial(sanitize, part)))
