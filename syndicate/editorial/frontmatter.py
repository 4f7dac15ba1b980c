"""Splits a summary's file and reads its front matter: YAML in, text, lists and blocks out.

The one door to PyYAML. Every scalar stays the text it was (`no`, `1.10`, a date), but `null` is
nothing. Duplicate keys, anchors, aliases and tags are refused; every key keeps its line. What keys
mean is not known here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, NoReturn

import yaml

from syndicate.editorial.unreadable import NO_SPACE, Closed, Complaint, explain
from syndicate.errors import ContentError, Problem

MAX_FRONT: Final = 64 * 1024
_MAX_DEPTH = 6
_FENCE = "---"
_NEAR_FENCE = re.compile("[-\u2010-\u2015\u2212]+\\s*")  # as word processors change it
_FIELD = re.compile(
    "(?:schema|id|title|form|lang|published|draft|authors|topics|kind|description|citation|findings):"
)
_NOTHING = frozenset({"~", "null", "Null", "NULL"})  # YAML 1.2.2, 10.3.2
_YAML_TAG = "tag:yaml.org,2002:"

Place = tuple[str | int, ...]
"""Where a value stands: ("findings", 0, "value")."""

Value = str | list["Value"] | dict[str, "Value"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """A file cut in two. Lines count from 1."""

    front: str
    front_line: int
    body: str
    body_line: int

    @property
    def text_line(self) -> int:
        """Return the line of the body in which its first word stands."""
        blank = len(self.body) - len(self.body.lstrip())
        return self.body_line + self.body.count("\n", 0, blank)


@dataclass(slots=True)
class Front:
    """What the front matter says, the line of every place, and what is wrong."""

    values: dict[str, Value] = field(default_factory=dict)
    lines: dict[Place, int] = field(default_factory=dict)
    folded: set[Place] = field(default_factory=set)  # text over several lines
    problems: list[Problem] = field(default_factory=list)
    whole: bool = True  # False: unreadable from some line on, so that nothing can be called missing

    def line(self, place: Place) -> int:
        """Return the line of the place, or of the nearest place around it."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)


def split(path: str, text: str) -> Parts:
    """Cut a file at its two `---` lines. ContentError when there are none."""
    lines = text.split("\n")
    if lines[0].rstrip() != _FENCE:
        remedy = "begin the file with a line `---` and nothing before it, then `schema: 1`"
        raise ContentError(Problem(path, 1, "the front matter is missing", remedy))
    fences = [number for number, line in enumerate(lines) if line.rstrip() == _FENCE]
    if len(fences) == 1:
        near = next((n for n, line in enumerate(lines) if n and _NEAR_FENCE.fullmatch(line)), None)
        remedy = "put a line `---` between the front matter and the text"
        if near is not None:
            remedy = "write three hyphens in this line, `---`, and nothing else"
        raise ContentError(Problem(path, (near or 0) + 1, "the front matter does not end", remedy))
    end = fences[1]
    begins = next((n for n in range(end + 1, len(lines)) if lines[n].strip(" -")), end)
    if begins < fences[-1] and _FIELD.match(lines[begins]):
        message = f"the front matter ended in line {end + 1}, and goes on here"
        remedy = "keep one line `---` before its fields and one behind them, and each field once"
        raise ContentError(Problem(path, begins + 1, message, remedy))
    front, body = "\n".join(lines[1:end]), "\n".join(lines[end + 1 :])
    return Parts(front=front, front_line=2, body=body, body_line=end + 2)


def read(path: str, text: str, *, first_line: int = 2) -> Front:
    """Read front matter that begins at `first_line` of its file. Never raises: see `problems`."""
    front = Front()
    if len(text.encode()) > MAX_FRONT:
        message = f"the front matter is larger than {MAX_FRONT // 1024} KiB"
        front.problems.append(Problem(path, 1, message, "move text to the body"))
    for number, line in enumerate(text.split("\n"), first_line):
        if "\t" in line:
            message = "the front matter contains a tab"
            front.problems.append(Problem(path, number, message, "write spaces in its place"))
    if not front.problems:
        reader = _Reader(path, first_line, front, text.split("\n"))
        try:
            reader.read(text)
        except yaml.YAMLError as error:
            front.problems.append(_broken(path, text, first_line, error, reader.last))
        except _Stop:
            pass
    front.whole = all(problem.severity == "warning" for problem in front.problems)
    return front


def _broken(
    path: str, text: str, first_line: int, error: yaml.YAMLError, last: yaml.Event | None
) -> Problem:
    """Hand on what YAML said, and where; `last` is the event before it gave up."""
    said = Complaint("", 0, str(error).split("\n", 1)[0], 0)
    if isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        opened = error.context_mark or mark
        said = Complaint(
            context=error.context or "",
            context_line=opened.line if opened else 0,
            problem=error.problem or said.problem,
            line=mark.line if mark else 0,
        )
    closed = None
    if last is not None:
        assert last.start_mark is not None
        assert last.end_mark is not None
        lines = last.start_mark.line, last.end_mark.line
        if isinstance(last, yaml.ScalarEvent) and last.style in ("'", '"'):
            closed = Closed(*lines, last.style)
        elif (
            isinstance(last, yaml.CollectionEndEvent)
            and last.start_mark.index < last.end_mark.index
        ):
            closed = Closed(*lines, "]")  # the end of a block has no width
    return Problem(path, *explain(said, text.split("\n"), closed, first_line))


class _Stop(Exception):
    """The rest cannot be understood; the problem is noted already."""


class _Reader:
    """Builds values from YAML's events, so that depth is bounded before anything is composed."""

    def __init__(self, path: str, first_line: int, front: Front, source: list[str]) -> None:
        self._path = path
        self._first_line = first_line
        self._front = front
        self._source = source
        self._events: Iterator[yaml.Event] = iter(())
        self.last: yaml.Event | None = None

    def read(self, text: str) -> None:
        self._events = self._remembered(yaml.parse(text, Loader=yaml.CBaseLoader))
        for event in self._events:
            if isinstance(event, yaml.MappingStartEvent) and not self._front.values:
                self._refuse_marks(event)
                self._front.values = self._block((), depth=1)
            elif isinstance(event, yaml.NodeEvent):
                message = "the front matter is not a block of `key: value` lines"
                self._stop(event, message, "write `schema: 1`, `title: …` and so on")

    def _remembered(self, events: Iterator[yaml.Event]) -> Iterator[yaml.Event]:
        for event in events:
            self.last = event
            yield event

    def _wrong(self, event: yaml.Event, message: str, remedy: str) -> None:
        self._front.problems.append(Problem(self._path, self._line(event), message, remedy))

    def _line(self, event: yaml.Event) -> int:
        assert event.start_mark is not None  # only events made by hand have none
        return self._first_line + event.start_mark.line

    def _stop(self, event: yaml.Event, message: str, remedy: str) -> NoReturn:
        self._wrong(event, message, remedy)
        raise _Stop

    def _refuse_marks(self, event: yaml.Event) -> None:
        """Refuse what can blow a small file up (aliases) or name a type (tags)."""
        tagged = isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent) and event.tag
        if isinstance(event, yaml.AliasEvent):
            what = f"alias *{event.anchor}"
        elif isinstance(event, yaml.NodeEvent) and event.anchor is not None:
            what = f"anchor &{event.anchor}"
        elif tagged:
            what = f"tag {tagged.replace(_YAML_TAG, '!!')}"
        else:
            return
        remedy = "text that begins with & * or ! needs quotes around it"
        self._wrong(event, f"the {what} is not allowed", remedy)

    def _value(self, event: yaml.Event, place: Place, depth: int) -> Value:
        self._refuse_marks(event)
        if isinstance(event, yaml.ScalarEvent):
            assert event.start_mark is not None
            assert event.end_mark is not None
            if event.start_mark.line < event.end_mark.line:
                self._front.folded.add(place)
            self._doubt_comment(event)
            return "" if event.implicit[0] and event.value in _NOTHING else str(event.value)
        if isinstance(event, yaml.AliasEvent):
            return ""
        if depth > _MAX_DEPTH:
            self._stop(event, "lists and blocks stand too deep", "see docs/editors.md")
        if isinstance(event, yaml.SequenceStartEvent):
            return self._list(place, depth)
        return self._block(place, depth)

    def _doubt_comment(self, event: yaml.ScalarEvent) -> None:
        """Warn of `#1` behind a text without quotes: YAML leaves it out, as a comment."""
        assert event.end_mark is not None
        if not event.implicit[0]:
            return
        last = self._source[event.end_mark.line : event.end_mark.line + 1]  # none at the very end
        after = "".join(last)[event.end_mark.column :]
        if comment := re.match(r"\s+(#\S.*)", after):
            message = f"“{comment[1][:40]}” is left out, as a comment"
            remedy = "put quotes around the whole text, or a space after #"
            line = self._line(event)
            self._front.problems.append(Problem(self._path, line, message, remedy, "warning"))

    def _list(self, place: Place, depth: int) -> list[Value]:
        values: list[Value] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            here = (*place, len(values))
            self._front.lines[here] = self._line(event)
            values.append(self._value(event, here, depth + 1))
        return values

    def _block(self, place: Place, depth: int) -> dict[str, Value]:
        """Read `key: value` lines. A key without a value counts as left out."""
        values: dict[str, Value] = {}
        seen: dict[str, int] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                self._stop(event, "a key must be one word", "write `key: value`")
            self._refuse_marks(event)
            key = str(event.value)
            if key != key.strip():
                self._wrong(event, *NO_SPACE)
            here = (*place, key)
            line = self._line(event)
            if key in seen:
                self._wrong(event, f"{key!r} stands twice", f"delete this one or line {seen[key]}")
            seen.setdefault(key, line)
            self._front.lines.setdefault(here, line)
            value = self._value(next(self._events), here, depth + 1)
            if value != "":
                values[key] = value
        return values
