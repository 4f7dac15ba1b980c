"""What is news to whom: selections against summaries, and several changes of one summed up."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final, Literal, TypeGuard

from syndicate import selection
from syndicate.definitions import Definitions
from syndicate.errors import NotFound
from syndicate.model import Op, Summary
from syndicate.selection import Selection

What = Literal["new", "corrected", "withdrawn", "restored"]
Skipped = Literal[
    "untold",  # withdrawn before it was told
    "unread",  # a correction or withdrawal of what the reader never got
    "retagged",  # it left what the reader asks for, or the reader stopped asking for it
    "paused",
    "bounced",
    "ended",
    "held",  # after a restore: it went out before, as far as is known
]

FIRST: Final[frozenset[Op]] = frozenset({"publish", "restore"})
"""Told to whoever asks for such summaries."""
FOLLOWING: Final[frozenset[Op]] = frozenset({"correct", "withdraw", "restore"})
"""Told to whoever had the entry, whatever they ask for now."""


def is_first(op: Op, summary: Summary) -> bool:
    """Tell whether a change is news to whoever asks: history that was brought in never is."""
    return op in FIRST and not summary.backfill


class Matcher:
    """Tells which selections a summary belongs to; each selection is read once."""

    def __init__(self, definitions: Definitions) -> None:
        self._definitions = definitions
        self._read: dict[str, Selection | None] = {}

    def matches(self, text: str, summary: Summary) -> bool:
        """Tell whether a selection has a summary; one that names what is gone has none."""
        if text not in self._read:
            self._read[text] = self._find(text)
        found = self._read[text]
        return found is not None and found.matches(
            topics=summary.topics, kind=summary.kind, form=summary.form
        )

    def _find(self, text: str) -> Selection | None:
        if not text:
            return selection.EVERYTHING
        try:
            return self._definitions.resolve(selection.parse(text))
        except NotFound:
            return None


def sum_up(ops: Collection[Op], summary: Summary, *, had: bool, asked: bool) -> What | Skipped:
    """Return what a bulletin says of a summary to which all of `ops` happened since the last one.

    `had`: the reader got the entry earlier. `asked`: it belongs to what the reader asks for now.
    """
    if summary.withdrawn:
        return "withdrawn" if had else "untold"
    if not had:
        if FIRST.isdisjoint(ops):
            return "unread"
        return "new" if asked else "retagged"
    return "restored" if "restore" in ops else "corrected"


def is_told(result: What | Skipped) -> TypeGuard[What]:
    """Tell whether a bulletin says anything of it."""
    return result in ("new", "corrected", "withdrawn", "restored")


def is_skipped(result: What | Skipped) -> TypeGuard[Skipped]:
    return not is_told(result)


def note_of(what: What, summary: Summary) -> str:
    """Return the editor's own words on a correction or a withdrawal; for legal reasons none."""
    if what == "withdrawn" and summary.withdrawn and summary.withdrawn.reason != "legal":
        return summary.withdrawn.note
    if what == "corrected" and summary.corrections:
        return max(summary.corrections, key=lambda correction: correction.date).note
    return ""
