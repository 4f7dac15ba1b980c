"""Keeps what can be searched in line with what is published."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping
from typing import Final

from syndicate.model import Summary
from syndicate.query import fold
from syndicate.store import search, site, summaries
from syndicate.store.batches import batches
from syndicate.store.engine import Connection
from syndicate.store.search import Text
from syndicate.store.summaries import Stored

INDEXED: Final = "1"
"""Goes up when the same summary would be found by other words; all are then indexed anew."""

_TAG: Final = re.compile(r"<[^>]*>")
_AT_ONCE: Final = 500


def write(connection: Connection, rows: Iterable[tuple[Stored, Summary]]) -> None:
    """Index changed summaries. What was withdrawn for legal reasons is found by nothing."""
    texts = [text for _, text in rows]
    hidden = [t.id for t in texts if t.withdrawn and t.withdrawn.reason == "legal"]
    search.remove(connection, hidden)
    search.put(connection, [text_of(text) for text in texts if text.id not in hidden])


def catch_up(connection: Connection, values: Mapping[str, str]) -> None:
    """Index everything where a store was filled by a program that did so in another way."""
    if site.BASE_URL in values and values.get(site.INDEXED) != INDEXED:
        for part in batches(summaries.iterate(connection), _AT_ONCE):
            write(connection, part)


def text_of(summary: Summary) -> Text:
    """Return what a summary is found by: its words, its writers', and those of its reference."""
    citation = summary.citation
    said: list[str] = [summary.body_html, summary.implications_html]
    said += [finding.label for finding in summary.findings]
    return Text(
        summary_id=summary.id,
        title=fold(summary.title),
        body=fold(html.unescape(_TAG.sub(" ", " ".join(said)))),
        people=fold(" ".join([*summary.authors, citation.text if citation else ""])),
        doi=citation.doi if citation else None,
    )
