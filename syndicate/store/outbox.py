"""The outbox: one event for each change, written with it, until it is planned for everybody.

Events are planned in batches, so that what was published together is told together. A batch and
how far it has come are in the store: whoever plans may die and another goes on.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, Row, Select, func, insert, select, update

from syndicate.model import Change, SummaryId
from syndicate.store import instants
from syndicate.store.alert_tables import event, subscription
from syndicate.store.schema import change

MOST_IN_BATCH: Final = 500
_PATIENCE: Final = 3
"""Whoever publishes again and again delays the first news by so many settling times at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Changes that are told together. `cursor`: the last subscription that they are planned for."""

    changes: tuple[Change, ...]
    cursor: int
    ready_at: datetime  # when they had settled

    @property
    def first(self) -> int:
        return self.changes[0].seq


def append(connection: Connection, seqs: Collection[int]) -> None:
    """Write the events of changes, in the transaction of the changes."""
    if seqs:
        connection.execute(insert(event), [{"seq": seq} for seq in seqs])


def close_unheard(connection: Connection, now: datetime) -> int:
    """End the events that came before every subscription; return how many."""
    first = select(func.min(subscription.c.since)).where(subscription.c.standing != "ended")
    since = connection.execute(first).scalar_one()
    unheard = update(event).where(event.c.planned_at.is_(None), event.c.batch.is_(None))
    if since is not None:
        unheard = unheard.where(event.c.seq <= since)
    return connection.execute(unheard.values(planned_at=instants.write(now))).rowcount


def find_batch(connection: Connection, *, settle: timedelta, now: datetime) -> Batch | None:
    """Return the batch to plan: the one begun, else the events that have settled by now."""
    rows = connection.execute(_open().where(event.c.batch.is_not(None))).all()
    if rows:
        return _batch(rows, settle)
    rows = connection.execute(_open().limit(MOST_IN_BATCH)).all()
    if not rows:
        return None
    batch = _batch(rows, settle)
    if batch.ready_at > now:
        return None
    seqs = [row.seq for row in rows]
    connection.execute(
        update(event)
        .where(event.c.seq.between(seqs[0], seqs[-1]), event.c.planned_at.is_(None))
        .values(batch=seqs[0], cursor=0)
    )
    return batch


def _open() -> Select[tuple[int, int, str, int, str, str]]:
    query = select(
        event.c.seq,
        event.c.cursor,
        change.c.summary_id,
        change.c.revision,
        change.c.op,
        change.c.at,
    )
    joined = query.join(change, change.c.seq == event.c.seq)
    return joined.where(event.c.planned_at.is_(None)).order_by(event.c.seq)


def _batch(rows: Sequence[Row[tuple[int, int, str, int, str, str]]], settle: timedelta) -> Batch:
    changes = tuple(
        Change(
            seq=row.seq,
            summary_id=SummaryId(row.summary_id),
            revision=row.revision,
            op=row.op,
            at=instants.read(row.at),
        )
        for row in rows
    )
    dates = [one.at for one in changes]
    ready = min(max(dates) + settle, min(dates) + _PATIENCE * settle)
    return Batch(changes=changes, cursor=rows[0].cursor or 0, ready_at=ready)


def advance(connection: Connection, batch: Batch, cursor: int) -> None:
    """Note that the batch is planned for all subscriptions up to `cursor`."""
    connection.execute(update(event).where(event.c.seq == batch.first).values(cursor=cursor))


def finish(connection: Connection, batch: Batch, now: datetime) -> None:
    """Note that the batch is planned for everybody."""
    connection.execute(
        update(event).where(event.c.batch == batch.first).values(planned_at=instants.write(now))
    )


def list_unplanned(connection: Connection) -> list[int]:
    """Return the changes that are not planned for everybody yet."""
    query = select(event.c.seq).where(event.c.planned_at.is_(None)).order_by(event.c.seq)
    return list(connection.execute(query).scalars())


def find_oldest(connection: Connection) -> datetime | None:
    """Return the date of the oldest change that is not planned yet."""
    row = connection.execute(_open().limit(1)).first()
    return instants.read(row.at) if row else None
