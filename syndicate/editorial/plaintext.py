"""What sanitised HTML says as plain text, and the first sentences that describe a summary.

Reads only HTML that passed sanitize.py; it cleans nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from syndicate.editorial.parsed import tokens
from syndicate.model import SafeHtml

_VOID: Final = frozenset({"br", "hr"})
_INLINE: Final = frozenset({"a", "abbr", "cite", "code", "em", "q", "strong", "sub"})
# A sentence ends at . ! or ?, perhaps a closing quote or bracket, then a space and a new start.
_END = re.compile(r"[.!?\u2026][\"'\u2019\u201d)\]]*(?=\s+[\"'\u2018\u201c(\[]*[^\W_a-z])|\Z")
_ABBREVIATION = re.compile(
    r"(?:^|[\s(\[])(?:[A-Za-z]|al|approx|cf|ca|dr|drs|ed|eds|e\.g|i\.e|fig|mr|mrs|ms|nos?|pp|prof|"
    r"resp|sr|jr|st|vol|vs|u\.s|u\.k)\.$",
    re.IGNORECASE,
)


def text_of(html: SafeHtml) -> str:
    """Return the text of HTML, every run of space one space."""
    return " ".join("".join(_pieces(html, prose_only=False)).split())


def prose_of(html: SafeHtml) -> str:
    """Return the text of the paragraphs alone: no headings, lists, tables or footnote marks."""
    return " ".join("".join(_pieces(html, prose_only=True)).split())


def _pieces(html: SafeHtml, *, prose_only: bool) -> Iterator[str]:
    """Yield text, and a space wherever an element parts words."""
    opened: list[str] = []
    for event in tokens(html):
        if event.kind == "text":
            if not prose_only or (opened[:1] == ["p"] and "sup" not in opened):
                yield event.name
            continue
        if event.kind == "start" and event.name not in _VOID:
            opened.append(event.name)
        elif event.kind == "end" and opened:
            opened.pop()
        if event.name not in _INLINE and not (prose_only and event.name == "sup"):
            yield " "


def first_sentences(text: str, limit: int) -> str:
    """Return the first whole sentences that fit into `limit` characters, or nothing."""
    fitting = ""
    for match in _END.finditer(text):
        if match.end() > limit:
            break
        sentence = text[: match.end()]
        if match.end() == len(text) or not _ABBREVIATION.search(sentence):
            fitting = sentence
    return fitting


def first_words(text: str, limit: int) -> str:
    """Return the first whole words and an ellipsis, in `limit` characters, or nothing."""
    words, _, _ = text[: max(limit - 1, 0)].rpartition(" ")
    words = words.rstrip(" ,;:\u2013\u2014-(")
    return f"{words} \u2026" if words else ""
