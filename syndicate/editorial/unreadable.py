"""Front matter that is no YAML: where the slip was made, and what to do, in an editor's words.

YAML's own parser points at the place where it gave up, which for a quotation mark that was never
closed is the end of the file. Pure: it is told what the parser said, and knows no parser.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

NO_SPACE: Final = (
    "a space of this line only looks like one (a non-breaking space)",
    "type it anew",
)
_CLOSE = "close it at the end of its text"


class Closed(NamedTuple):
    """What `mark` has closed: a quotation mark, or `]` for either bracket. Lines count from 0."""

    first: int
    last: int
    mark: str


class Complaint(NamedTuple):
    """What the parser said, as in "while scanning a quoted scalar: found unexpected end".

    `context_line` is where what it was reading begins, `line` where it gave up; from 0.
    """

    context: str
    context_line: int
    problem: str
    line: int


class _Slip(NamedTuple):
    said: str
    opens: bool  # the slip is where the thing begins, not where the parser gave up
    message: str  # "" for the parser's own
    remedy: str


_SLIPS: Final = (
    _Slip(
        "quoted scalar: .*end of stream",
        True,
        "the quotation mark that opens in this line is never closed",
        _CLOSE,
    ),
    _Slip("escape", False, "", "use 'single quotes', where a backslash is only a backslash"),
    *(
        _Slip(
            f"flow {shape}: did not find",
            True,
            f"the {opened} of this line is not closed, or a comma is missing",
            f"add {closed} at the end, and a comma between the parts",
        )
        for shape, opened, closed in (("sequence", "[", "]"), ("mapping", "{", "}"))
    ),
    _Slip(
        "simple key: could not find",
        True,
        "this line has no colon and space after its key",
        "write `key: value`; a text that goes on from the line before is indented",
    ),
    _Slip(
        "mapping values are not allowed",
        False,
        "a colon and a space stand where no key can be",
        "put quotes around text that holds them; begin the keys of a block below each other",
    ),
    _Slip(
        "cannot start any token|an alias|an anchor|a tag|a directive|a block scalar"
        "|mapping keys|sequence entries",
        False,
        "text begins with a sign that YAML keeps for itself",
        "text that begins with @ ` % & * ! > | ? - needs quotes around it",
    ),
    _Slip(
        "(block mapping|block collection): did not find",
        False,
        "this line does not fit to those before it",
        "check quotes, brackets and indentation here and on the line before",
    ),
    _Slip("", False, "", "check quotes, brackets and indentation here and on the line before"),
)


def explain(
    said: Complaint, lines: Sequence[str], closed: Closed | None, first_line: int
) -> tuple[int, str, str]:
    """Return the line (counted from `first_line`), the message and the remedy.

    `closed` is what was read last, if it stood in quotation marks or brackets.
    """
    slip = next(slip for slip in _SLIPS if re.search(slip.said, f"{said.context}: {said.problem}"))
    line = said.context_line if slip.opens else said.line
    message, remedy = slip.message or said.problem, slip.remedy
    if "did not find expected" in said.problem and closed and closed.last == said.line:
        line, message, remedy = _after(closed, first_line)
    elif "flow" in said.context and line < said.line:
        message += f" before line {first_line + said.line}"
    if line < len(lines) and re.match(r"(?:[ -]*|[ -]*\w+:)[^\S \t]", lines[line]):
        message, remedy = NO_SPACE
    elif line < len(lines) and re.search("[“”‘’„«»]", lines[line]):  # noqa: RUF001
        remedy += "; the curly “ ” ‘ ’ do not count as quotes: type \" or '"  # noqa: RUF001
    return first_line + line, f"broken YAML: {message}", remedy


def _after(closed: Closed, first_line: int) -> tuple[int, str, str]:
    if closed.mark == "]":
        message = "text goes on after its closing bracket"
        return closed.first, message, "put quotes around text that begins with [ or {"
    if closed.first < closed.last:
        last = first_line + closed.last
        message = f"the quotation mark that opens in this line is not closed before line {last}"
        return closed.first, message, _CLOSE
    remedy = "quote all of it; inside \"…\" write \\\" for the mark itself, inside '…' write ''"
    return closed.first, "text goes on after its closing quotation mark", remedy
