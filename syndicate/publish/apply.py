"""Writes a plan's steps: revisions, journal, places in feeds. Inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from syndicate.definitions import Definitions
from syndicate.model import Change, Summary, SummaryId
from syndicate.publish import indexing, pulling
from syndicate.publish.failpoints import reach
from syndicate.publish.places import Places
from syndicate.publish.spool import Spool
from syndicate.publish.steps import Part, Plan, Step, is_change
from syndicate.store import files, journal, outbox, records, scheduled, summaries
from syndicate.store.engine import Connection
from syndicate.store.scheduled import Waiting
from syndicate.store.summaries import Stored

NEWS = frozenset({"publish", "correct", "restore"})
"""What brings an entry to the top of its feeds; an edit or a move leaves it where it is."""


class Writer:
    """Writes the parts of a plan, one after another, inside one transaction."""

    def __init__(
        self,
        connection: Connection,
        definitions: Definitions,
        *,
        seq: int,
        now: datetime,
    ) -> None:
        self.changes: Spool[Change] = Spool()
        self.feeds: set[str] = set()  # keys of those whose documents are concerned
        self.seq = seq  # of the newest change
        self.texts: dict[SummaryId, Summary] = {}  # of the last part: often there is no other
        self._connection = connection
        self._definitions = definitions
        self.places = Places(connection, definitions)
        self._now = now

    def write(self, plan: Plan) -> None:
        # a slug or path that one part gives up may be taken by another before it
        summaries.give_up_slugs(self._connection, plan.given_up)
        scheduled.remove(self._connection, plan.waiting)
        buckets: set[int] = set()
        for part in plan.parts:
            rows = self._write(part)
            self.texts = {stored.id: text for stored, text in rows}
            buckets |= pulling.write(self._connection, rows, self._definitions)
            reach("partly")
        records.renew(self._connection, buckets)

    def _write(self, part: Part) -> list[tuple[Stored, Summary]]:
        """Write a part; return what it makes public, or has."""
        connection, now = self._connection, self._now
        rows: list[tuple[Stored, Summary]] = []
        changes: list[Change] = []
        for step in part.steps:
            if step.act == "move" and step.stored:
                summaries.put_path(connection, step.stored.id, step.path)
            if not is_change(step.act):
                continue
            self.seq += 1
            row = _row(step, self.seq, now)
            rows.append((row, step.summary))
            changes.append(
                Change(seq=row.seq, summary_id=row.id, revision=row.revision, op=step.act, at=now)
            )
        _schedule(connection, part.steps)
        summaries.put(connection, rows)
        indexing.write(connection, rows)
        journal.append(connection, changes)
        outbox.append(connection, [change.seq for change in changes])
        self.changes.extend(changes)
        self.feeds |= self.places.give(rows)
        files.remove(connection, part.forgotten)
        files.put(connection, part.seen)
        return rows


def _row(step: Step, seq: int, now: datetime) -> Stored:
    summary, stored = step.summary, step.stored
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
