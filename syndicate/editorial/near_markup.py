"""What stands in a text as it is although it was to be markup: links, lists and tables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from markdown_it.token import Token

# A space within the address, a space before it, round and square brackets exchanged.
_LINK = re.compile(r"\]\s*\(\s*(?:https?:|mailto:|www\.)[^)]*\)?|\)\[(?:https?:|www\.)[^\]]*\]?")
_BULLET = re.compile("[\u00b7\u2022\u2023\u25aa\u25cf\u25e6\uf0b7]\\s")  # of word processors
BREAKS = frozenset({"softbreak", "hardbreak"})


class Near(NamedTuple):
    """A near miss in a block, after so many line breaks; `snippet` is as it stands there."""

    message: str
    remedy: str
    breaks: int = 0
    snippet: str = ""


def of_block(block: Token) -> Iterator[Near]:
    """Yield what readers would see otherwise than it was meant."""
    if block.type == "code_block":
        yield Near("indented text is shown as code", "delete the spaces before it")
    if block.type != "inline":
        return
    if _is_table(block.content):
        remedy = "put | between the cells, and a line |---|---| below the first row"
        yield Near("this makes no table: the cells run together", remedy)
    breaks = 0
    for before, token in pairwise([block, *(block.children or [])]):
        if token.type == "text":
            yield from _of_text(token.content, breaks, begins=before.type != "text")
        breaks += token.type in BREAKS


def _of_text(text: str, breaks: int, *, begins: bool) -> Iterator[Near]:
    if begins and _BULLET.match(text):
        told = f"“{text[0]}” makes no list: the lines run into each other"
        yield Near(told, "begin each with `- `", breaks)
    for near in _LINK.finditer(text):
        told = f"“{near[0][:80]}” is no link: readers see it as it stands"
        remedy = "write [text](https://…), with no space from “]” to “)”"
        yield Near(told, remedy, breaks, near[0])


def _is_table(text: str) -> bool:
    """Tell a table without its second line, or with cells as a word processor parts them."""
    rows = [line.strip(" ") for line in text.split("\n", 2)[:2]]
    barred = all(row[:1] == row[-1:] == "|" and row.count("|") > 2 for row in rows)
    return len(rows) == 2 and (barred or all(row.count("\t") > 1 for row in rows))
