"""Writes the front matter of an imported summary: plain text in, YAML out.

Text is written as JSON strings, which YAML reads the same, so that nothing in it can be a sign.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from syndicate.editorial.characters import find_forbidden
from syndicate.editorial.fields import SCHEMA
from syndicate.model import Form


@dataclass(frozen=True, slots=True, kw_only=True)
class Front:
    """What an import knows of a summary. `remarks` become comments for the editor."""

    id: str
    title: str
    form: Form
    published: datetime | None
    month_only: bool
    draft: bool
    authors: Sequence[str]
    topics: Sequence[str]
    kind: str
    citation: str
    doi: str
    remarks: Sequence[str]


def line(text: str) -> str:
    """Return text on one line, in NFC, without the characters that no document can carry."""
    refused = {character for _, character in find_forbidden(text)}
    kept = "".join(" " if character in refused else character for character in text)
    return unicodedata.normalize("NFC", " ".join(kept.split()))


def render(front: Front) -> str:
    """Return the block between and with the two `---` lines."""
    return "\n".join(("---", *_lines(front), "---", ""))


def _lines(front: Front) -> Iterator[str]:
    yield f"schema: {SCHEMA}"
    yield from (f"# {line(remark)}" for remark in front.remarks)
    yield f"id: {_quoted(front.id)}"
    yield f"title: {_quoted(front.title)}"
    yield f"form: {front.form}"
    yield "lang: en"
    if front.published is not None:
        yield f"published: {front.published:%Y-%m-%dT%H:%M:%SZ}"
    for name, flag in (("month_only", front.month_only), ("draft", front.draft)):
        if flag:
            yield f"{name}: true"
    yield "backfill: true"
    if front.authors:
        yield f"authors: [{', '.join(map(_quoted, front.authors))}]"
    if front.topics:
        yield f"topics: [{', '.join(front.topics)}]"
    if front.kind:
        yield f"kind: {front.kind}"
    if front.citation:
        yield "citation:"
        yield f"  text: {_quoted(front.citation)}"
        if front.doi:
            yield f"  doi: {_quoted(front.doi)}"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
