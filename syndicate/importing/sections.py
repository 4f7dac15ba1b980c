"""Finds what a blog entry has of a summary of research: practice implications and the reference.

A guess from shape alone: a heading or bold words "Practice implications", and one paragraph that
reads like an APA reference. Nothing is made up; what is not found is left to an editor.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from syndicate.editorial.citation import find_doi, find_year
from syndicate.editorial.markdown import IMPLICATIONS
from syndicate.importing.markup import Element, Node, blocks, text

_HEADING = re.compile(rf"{IMPLICATIONS}\s*[:.]?", re.IGNORECASE)
_LABEL = re.compile(r"(?:full )?(?:citation|reference|source|article)s?\s*:\s*", re.IGNORECASE)
# Of people: "Cooper, D., Yap, K. (2020). Title", "de Jong, K. et al. (2021, May). Title".
_PERSON = re.compile(r"(?:\w{1,4} ){0,3}\w[\w’'\u2010-]*(?: \w[\w’'-]*)?, \w\.")
_APA = re.compile(r"[^()]{3,600}\((?:1[89]|20)\d\d[a-z]?(?:,[^()]{1,30})?\)\. ")
_LONGEST = 2000  # of a reference in the front matter


@dataclass(frozen=True, slots=True, kw_only=True)
class Sections:
    """An entry's blocks in parts. `headings` counts "Practice implications"; `references` too."""

    body: tuple[Element, ...]
    implications: tuple[Element, ...]
    citation: str
    headings: int
    references: int


def find(source: Sequence[Element]) -> Sections:
    """Split blocks at the first heading of the implications, and take the one reference out.

    Where several paragraphs read like references, none is taken: which one is for an editor.
    """
    split = [part for block in source for part in _split_run_in(block)]
    places = [index for index, block in enumerate(split) if _is_heading(block)]
    references = [block for block in split if _reference(block)]
    taken = references[0] if len(references) == 1 and places else None
    kept = [
        Element("p", (Element("strong", block.children),)) if index in places[1:] else block
        for index, block in enumerate(split)
        if block is not taken and index not in places[:1]
    ]
    head = split[: places[0]] if places else split
    cut = sum(block is not taken for block in head)
    return Sections(
        body=tuple(kept[:cut]),
        implications=tuple(kept[cut:]),
        citation=_reference(taken) if taken else "",
        headings=len(places),
        references=len(references),
    )


def _is_heading(block: Element) -> bool:
    return block.name in {"h3", "h4"} and bool(_HEADING.fullmatch(text(block)))


def _split_run_in(block: Element) -> list[Element]:
    """Make a heading of bold words at a paragraph's start that say "Practice implications"."""
    if block.name != "p":
        return [block]
    children = [
        child for child in block.children if not (isinstance(child, str) and not child.strip())
    ]
    first: Node | None = children[0] if children else None
    if not isinstance(first, Element) or first.name not in {"strong", "em"}:
        return [block]
    if not _HEADING.fullmatch(text(first)):
        return [block]
    rest = list(children[1:])
    if rest and isinstance(rest[0], str):
        rest[0] = rest[0].lstrip(" \n:.\u2013\u2014")
    return [Element("h3", (text(first),)), *blocks(rest)]


def _reference(block: Element) -> str:
    """Return the text of a paragraph that reads like a reference, without its label."""
    if block.name != "p":
        return ""
    words = text(block)
    label = _LABEL.match(words)
    words = words[label.end() :] if label else words
    if len(words) > _LONGEST:
        return ""
    if label:
        return words if find_doi(words) or find_year(words) else ""
    by_author = bool(_APA.match(words)) and bool(_PERSON.match(words))
    return words if by_author else ""
