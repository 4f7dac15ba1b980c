"""A small, strict reader of HTML: the third opinion beside bleach and nh3.

It shares no code with them, takes only markup that is balanced (after HTML's optional end tags)
and reports the rest by line. sanitize.py compares what it reads before and after each library.
It repairs nothing and decides nothing about what is allowed: that is policy.py's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from typing import Literal

from syndicate.editorial.policy import (
    MAX_ATTRIBUTES,
    MAX_BYTES,
    MAX_DEPTH,
    MAX_SIGNS,
    MAX_TAGS,
)
from syndicate.errors import Problem


@dataclass(frozen=True, slots=True)
class Event:
    """A start tag, end tag or run of text; `other` is markup that is none of them.

    `name` is the element's name in lower case, or the decoded text. Two events are equal wherever
    they stand: `line` (from 1) is not compared, and attributes are sorted by name.
    """

    kind: Literal["start", "end", "text", "other"]
    name: str
    attributes: tuple[tuple[str, str], ...] = ()
    line: int = field(default=0, compare=False)


# Runs of characters are possessive, and what follows one begins with another character: so no input
# takes more than linear time. Groups are not: those are broken in Python before 3.11.4 (gh-101955).
_TOKEN = re.compile(
    r"""(?P<text>[^<]++|<(?![A-Za-z/!?]))
      | <(?P<end>/?)(?P<name>[A-Za-z][A-Za-z0-9]*+)
         (?P<attributes>(?:\s++[A-Za-z][\w:.-]*+(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s"'<>=`]++))?)*)
         \s*+/?>
      | (?P<other><[^<>]*+>?)""",
    re.VERBOSE | re.ASCII,
)
_ATTRIBUTE = re.compile(
    r"""([A-Za-z][\w:.-]*+)(?:\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s"'<>=`]++)))?""", re.ASCII
)
# HTML Living Standard, 13.1.2.4: a start tag that ends what is open, and what needs no end tag.
_ENDS_OPEN: dict[str, frozenset[str]] = {
    **dict.fromkeys(
        ("p", "h3", "h4", "ul", "ol", "dl", "blockquote", "pre", "table", "hr"), frozenset({"p"})
    ),
    "li": frozenset({"p", "li"}),
    **dict.fromkeys(("dt", "dd"), frozenset({"p", "dt", "dd"})),
    **dict.fromkeys(("td", "th"), frozenset({"p", "td", "th"})),
    "tr": frozenset({"p", "td", "th", "tr"}),
    **dict.fromkeys(
        ("thead", "tbody", "tfoot"), frozenset({"p", "td", "th", "tr", "thead", "tbody", "tfoot"})
    ),
}
_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}
)
_OPTIONAL_END = _ENDS_OPEN["tbody"] | {"li", "dt", "dd"}


def tokens(html: str) -> Iterator[Event]:
    """Yield the pieces of any text in order, none lost, with no judgement of their nesting."""
    line = begun = 1
    text = ""  # a sign “<” that begins no tag is matched by itself
    for match in _TOKEN.finditer(html):
        if match["text"] is not None:
            begun = begun if text else line
            text += match["text"]
        else:
            if text:
                yield Event("text", unescape(text), (), begun)
                text = ""
            if match["other"] is not None:
                yield Event("other", match["other"], (), line)
            else:
                kind: Literal["start", "end"] = "end" if match["end"] else "start"
                yield Event(kind, match["name"].lower(), _attributes(match["attributes"]), line)
        line += match[0].count("\n")
    if text:
        yield Event("text", unescape(text), (), begun)


def _attributes(source: str) -> tuple[tuple[str, str], ...]:
    if not source:
        return ()
    return tuple(
        sorted(
            (name.lower(), unescape(double or single or bare))
            for name, double, single, bare in _ATTRIBUTE.findall(source)
        )
    )


def find_excess(html: str) -> Problem | None:
    """Return what is over the limits of size and number of tags, without reading any markup."""
    for what, count, most in (
        ("bytes of HTML", len(html.encode("utf-8", "surrogatepass")), MAX_BYTES),
        ("tags", sum(1 for _ in re.finditer("<[A-Za-z]", html)), MAX_TAGS),
        ("signs “<” and “&”", html.count("<") + html.count("&"), MAX_SIGNS),
    ):
        if count > most:
            return Problem("", 0, f"{count:,} {what} are too many", f"keep it under {most:,}")
    return None


def parse(html: str) -> tuple[list[Event], list[Problem]]:
    """Return the tree as a flat list of events, and every reason why it is not quite a tree."""
    reader = _Reader()
    for event in tokens(html):
        reader.read(event)
    reader.close()
    return reader.events, reader.problems


class _Reader:
    """Keeps the open elements while events pass."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.problems: list[Problem] = []
        self._open: list[Event] = []
        self._after_pre = False

    def read(self, event: Event) -> None:
        after_pre, self._after_pre = self._after_pre, False
        match event.kind:
            case "start":
                self._start(event)
            case "end":
                self._end(event)
            case "text":
                self._text(event, after_pre=after_pre)
            case "other":
                self._fault(
                    event,
                    f"“{event.name[:40]}” is not a well-formed tag",
                    "write &lt; for the sign “<”, or take the markup out",
                )

    def close(self) -> None:
        self._end_all(1)

    def _start(self, event: Event) -> None:
        if len(event.attributes) > MAX_ATTRIBUTES:
            many = f"<{event.name}> has {len(event.attributes)} attributes"
            self._fault(event, many, f"keep it under {MAX_ATTRIBUTES}")
        ends = _ENDS_OPEN.get(event.name, frozenset())
        while self._open and self._open[-1].name in ends:
            self._end_last()
        if event.name == "tr" and self._open and self._open[-1].name == "table":
            self._start(Event("start", "tbody", (), event.line))  # 13.2.6.4.9: implied
        self.events.append(event)
        if event.name in _VOID:
            return
        self._open.append(event)
        self._after_pre = event.name == "pre"
        if len(self._open) == MAX_DEPTH + 1:
            deep = f"<{event.name}> is nested more than {MAX_DEPTH} deep"
            self._fault(event, deep, "use fewer levels of lists and quotations")

    def _end(self, event: Event) -> None:
        depths = [i for i, opened in enumerate(self._open) if opened.name == event.name]
        if not depths:
            self._fault(event, f"</{event.name}> closes nothing", "take it out or open it before")
            return
        if event.attributes:
            self._fault(event, f"</{event.name}> has attributes", "take them out")
        self._end_all(depths[-1] + 2)
        self._end_last()

    def _text(self, event: Event, *, after_pre: bool) -> None:
        # 13.1.2.5: the first line break in <pre> is not part of its text.
        text = event.name.removeprefix("\n") if after_pre else event.name
        if text:
            self.events.append(Event("text", text, (), event.line))

    def _end_last(self) -> Event:
        last = self._open.pop()
        self.events.append(Event("end", last.name))
        return last

    def _end_all(self, depth: int) -> None:
        """End the open elements from the innermost up to the one at this depth (from 1)."""
        while len(self._open) >= depth:
            last = self._end_last()
            if last.name not in _OPTIONAL_END:
                self._fault(last, f"<{last.name}> is never closed", f"add </{last.name}>")

    def _fault(self, event: Event, message: str, remedy: str) -> None:
        self.problems.append(Problem("", event.line, message, remedy))
