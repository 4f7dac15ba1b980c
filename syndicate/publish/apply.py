"""Writes a plan's steps: revisions, journal, places in feeds. Inside the caller's transaction."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from syndicate.definitions import Definitions
from syndicate.documents import entry
from syndicate.model import Change, Summary, SummaryId
from syndicate.publish import pulling
from syndicate.publish.plan import Plan, Step, is_change
from syndicate.store import feeds, files, journal, records, scheduled, summaries
from syndicate.store.engine import Connection
from syndicate.store.feeds import Member, MemberState, StoredFeed
from syndicate.store.scheduled import Waiting
from syndicate.store.summaries import Stored

NEWS = frozenset({"publish", "correct", "restore"})
"""What brings an entry to the top of its feeds; an edit or a move leaves it where it is."""


@dataclass(slots=True)
class Applied:
    """What was written: the new changes, and the feeds whose documents they concern."""

    changes: list[Change] = field(default_factory=list)
    feeds: set[str] = field(default_factory=set)


def apply(
    connection: Connection,
    plan: Plan,
    *,
    definitions: Definitions,
    known: Mapping[SummaryId, Stored],
    stored_feeds: Mapping[str, StoredFeed],
    seq: int,
    now: datetime,
) -> Applied:
    """Write the plan. `known` are the rows of the summaries that it changes, `seq` the head's."""
    rows: list[tuple[Stored, Summary]] = []
    applied = Applied()
    touched: set[int] = set()
    for step in plan.steps:
        stored = known.get(step.summary.id)
        if step.act == "move" and stored:
            summaries.put_path(connection, stored.id, step.path)
        if not is_change(step.act):
            continue
        seq += 1
        row = _row(step, stored, seq, now)
        rows.append((row, step.summary))
        applied.changes.append(
            Change(seq=seq, summary_id=row.id, revision=row.revision, op=step.act, at=now)
        )
    _schedule(connection, plan.steps)
    summaries.put(connection, rows)
    journal.append(connection, applied.changes)
    for part in _parts(rows):
        applied.feeds |= _place(connection, part, definitions, stored_feeds)
        touched |= pulling.write(connection, part, definitions)
    records.renew(connection, touched)
    files.remove(connection, plan.forgotten)
    files.put(connection, plan.seen)
    return applied


def _row(step: Step, stored: Stored | None, seq: int, now: datetime) -> Stored:
    summary = step.summary
    assert summary.published is not None
    assert summary.updated is not None
    if stored is None and summary.backfill:
        listed = summary.updated
    elif stored is None or step.act in NEWS:
        listed = max(summary.updated, now)
    else:
        listed = stored.listed_at
    return Stored(
        id=summary.id,
        slug=summary.slug,
        path=step.path,
        state="withdrawn" if summary.withdrawn else "published",
        revision=stored.revision + 1 if stored else 1,
        seq=seq,
        form=summary.form,
        kind=summary.kind,
        published=summary.published,
        updated=summary.updated,
        changed_at=now,
        listed_at=listed,
    )


def _schedule(connection: Connection, steps: Iterable[Step]) -> None:
    ended = [s.summary.id for s in steps if s.act not in ("schedule", "move", "keep")]
    scheduled.remove(connection, ended)
    rows = []
    for step in steps:
        if step.act == "schedule":
            summary = step.summary
            assert summary.published is not None
            rows.append(
                Waiting(
                    id=summary.id,
                    slug=summary.slug,
                    path=step.path,
                    due=summary.published,
                    text=summary,
                )
            )
    scheduled.put(connection, rows)


def _parts(
    rows: Sequence[tuple[Stored, Summary]], size: int = 1000
) -> Iterator[Sequence[tuple[Stored, Summary]]]:
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


# Places in feeds -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """An entry that belongs to a summary now, and how it stands in the feeds that have it."""

    entry_id: str
    state: MemberState
    updated: datetime
    rank: str


def _place(
    connection: Connection,
    rows: Sequence[tuple[Stored, Summary]],
    definitions: Definitions,
    stored_feeds: Mapping[str, StoredFeed],
) -> set[str]:
    """Give each summary and its notices their places; return the keys of the feeds concerned."""
    keys = {stored.number: key for key, stored in stored_feeds.items()}
    present = feeds.list_of_summaries(connection, [stored.id for stored, _ in rows])
    new: list[Member] = []
    changed: list[Member] = []
    ends: dict[int, int] = {}
    concerned: set[str] = set()
    for stored, summary in rows:
        places = {(m.feed, m.entry_id): m for m in present[stored.id]}
        numbers = _numbers(summary, definitions, stored_feeds, places.values())
        wanted = {w.entry_id: w for w in wanted_entries(stored, summary, definitions)}
        for number in numbers:
            for one in wanted.values():
                if (number, one.entry_id) not in places:
                    if number not in ends:
                        ends[number] = feeds.count(connection, number)
                    new.append(_member(number, ends[number], stored, one))
                    ends[number] += 1
                    concerned.add(keys[number])
        for place in places.values():
            after = _moved(place, stored, wanted.get(place.entry_id), stays=place.feed in numbers)
            if after != place:
                changed.append(after)
                concerned.add(keys[place.feed])
    feeds.put_new(connection, new)
    feeds.put_changed(connection, changed)
    return concerned


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
        return place if place.state == "left" else dataclasses.replace(place, state="left")
    rank = place.rank if place.is_notice else wanted.rank  # a notice is news once
    return dataclasses.replace(
        place,
        state=wanted.state,
        updated=wanted.updated,
        rank=rank,
        revision=stored.revision,
    )
