"""Gives summaries and their notices their places in the feeds that select them."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from syndicate.definitions import Definitions
from syndicate.documents import entry
from syndicate.model import Summary
from syndicate.store import feeds
from syndicate.store.engine import Connection
from syndicate.store.feeds import Member, MemberState, StoredFeed
from syndicate.store.summaries import Stored


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """An entry that belongs to a summary now, and how it stands in the feeds that have it."""

    entry_id: str
    state: MemberState
    updated: datetime
    rank: str


class Places:
    """The places in feeds while they are given; `feeds` are as they are now, by key."""

    def __init__(self, connection: Connection, definitions: Definitions) -> None:
        self._connection = connection
        self._definitions = definitions
        self.feeds = feeds.list_feeds(connection)
        self._keys = {stored.number: key for key, stored in self.feeds.items()}

    def give(self, rows: Sequence[tuple[Stored, Summary]]) -> set[str]:
        """Give these summaries their places; return the keys of the feeds concerned."""
        older = [stored.id for stored, _ in rows if stored.revision > 1]
        present = feeds.list_of_summaries(self._connection, older)
        new: list[Member] = []
        changed: list[Member] = []
        for stored, summary in rows:
            places = {(m.feed, m.entry_id): m for m in present.get(stored.id, ())}
            numbers = _numbers(summary, self._definitions, self.feeds, places.values())
            wanted = {w.entry_id: w for w in wanted_entries(stored, summary, self._definitions)}
            new += (
                _member(number, self._next(number), stored, one)
                for number in numbers
                for one in wanted.values()
                if (number, one.entry_id) not in places
            )
            for place in places.values():
                stays = place.feed in numbers
                after = _moved(place, stored, wanted.get(place.entry_id), stays=stays)
                if after != place:
                    changed.append(after)
        feeds.put_new(self._connection, new)
        feeds.put_changed(self._connection, changed)
        return {self._keys[member.feed] for member in (*new, *changed)}

    def _next(self, number: int) -> int:
        """Return the next free position of a feed."""
        key = self._keys[number]
        position = self.feeds[key].size
        self.feeds[key] = dataclasses.replace(self.feeds[key], size=position + 1)
        return position


def wanted_entries(stored: Stored, summary: Summary, definitions: Definitions) -> Iterator[_Wanted]:
    """Yield the summary's own place and its notices' (a notice is listed at its own date)."""
    withdrawn = summary.withdrawn
    updated = withdrawn.date if withdrawn else stored.updated
    listed = max(stored.listed_at, updated) if withdrawn else stored.listed_at
    yield _Wanted(
        entry_id=stored.id,
        state="withdrawn" if withdrawn else "live",
        updated=updated,
        rank=feeds.rank(listed, updated, stored.published),
    )
    for notice in summary.notices:
        listed = notice.date if summary.backfill else max(notice.date, stored.changed_at)
        yield _Wanted(
            entry_id=entry.notice_id(summary, notice, definitions),
            state="live",
            updated=notice.date,
            rank=feeds.rank(listed, notice.date, notice.date),
        )


def _numbers(
    summary: Summary,
    definitions: Definitions,
    stored_feeds: Mapping[str, StoredFeed],
    places: Iterable[Member],
) -> set[int]:
    """Return the feeds that have the summary now: a withdrawn one stays where it was."""
    chosen = {
        stored_feeds[feed.key].number
        for feed in definitions.feeds
        if feed.selection.matches(topics=summary.topics, kind=summary.kind, form=summary.form)
    }
    if summary.withdrawn is None:
        return chosen
    held = {m.feed for m in places if m.state != "left"}
    return held or chosen


def _member(number: int, position: int, stored: Stored, wanted: _Wanted) -> Member:
    return Member(
        feed=number,
        position=position,
        entry_id=wanted.entry_id,
        summary_id=stored.id,
        revision=stored.revision,
        state=wanted.state,
        updated=wanted.updated,
        rank=wanted.rank,
    )


def _moved(place: Member, stored: Stored, wanted: _Wanted | None, *, stays: bool) -> Member:
    """Return a place as it is after the change; what left keeps its position in the archives."""
    if wanted is None or not stays:
        return place if place.state == "left" else place._replace(state="left")
    rank = place.rank if place.is_notice else wanted.rank  # a notice is news once
    return place._replace(
        state=wanted.state,
        updated=wanted.updated,
        rank=rank,
        revision=stored.revision,
    )
