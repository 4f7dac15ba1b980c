"""The ledger of calls: one for each change and callback, claimed by lease, noted one by one."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Update,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)

from syndicate.model import Change, SummaryId
from syndicate.store import callbacks, instants, journal
from syndicate.store.callbacks import Callback, is_live
from syndicate.store.schema import change, summary
from syndicate.store.webhook_tables import call, callback

LEASE: Final = timedelta(minutes=10)
"""So long a claimed call is its owner's."""
PART: Final = 500
"""Changes that are planned for one callback in one transaction."""


@dataclass(frozen=True, slots=True)
class Call:
    """One that was claimed. `attempts` counts this one; `slug` is the summary's present one."""

    callback: str
    change: Change
    slug: str
    attempts: int


# Planning --------------------------------------------------------------------------------------


def plan(connection: Connection, now: datetime) -> int:
    """Make the calls of what has changed, and move each callback's cursor with them; count them."""
    head = journal.get_head(connection).seq
    behind = select(callback.c.id, callback.c.seq).where(callback.c.seq < head, is_live(now))
    made, at = 0, instants.write(now)
    for id, seq in connection.execute(behind.with_for_update(skip_locked=True)).all():
        seqs = [one.seq for one in journal.list_since(connection, seq, limit=PART)]
        if seqs:
            fresh = {"callback": id, "state": "queued", "made_at": at, "due_at": at, "attempts": 0}
            connection.execute(insert(call), [{**fresh, "seq": number} for number in seqs])
        reached = seqs[-1] if seqs else head
        connection.execute(update(callback).where(callback.c.id == id).values(seq=reached))
        made += len(seqs)
    return made


# Calling ---------------------------------------------------------------------------------------


def list_waiting(connection: Connection, now: datetime, *, limit: int) -> list[str]:
    """Return the callbacks that have calls due, those first that have waited longest."""
    due = select(call.c.callback).where(*_due(now))
    oldest = due.group_by(call.c.callback).order_by(func.min(call.c.due_at), call.c.callback)
    return list(connection.execute(oldest.limit(limit)).scalars())


def _due(now: datetime) -> tuple[ColumnElement[bool], ...]:
    rested = or_(callback.c.rests_until.is_(None), callback.c.rests_until <= instants.write(now))
    takes = exists().where(callback.c.id == call.c.callback, is_live(now), rested)
    return call.c.ended_at.is_(None), call.c.due_at <= instants.write(now), takes


def claim(
    connection: Connection, callback: str, *, owner: str, now: datetime, limit: int
) -> list[Call]:
    """Take the calls of one callback that are due, oldest change first; they are leased."""
    due = (
        select(call.c.seq)
        .where(call.c.callback == callback, *_due(now))
        .order_by(call.c.seq)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    seqs = list(connection.execute(due).scalars())
    connection.execute(
        update(call)
        .where(call.c.callback == callback, call.c.seq.in_(seqs))
        .values(
            state="sending",
            owner=owner,
            due_at=instants.write(now + LEASE),
            attempts=call.c.attempts + 1,
        )
    )
    return _list(connection, callback, seqs)


def _list(connection: Connection, callback: str, seqs: Collection[int]) -> list[Call]:
    query = (
        select(change, summary.c.slug, call.c.attempts)
        .join(summary, summary.c.id == change.c.summary_id)
        .join(call, call.c.seq == change.c.seq)
        .where(call.c.callback == callback, call.c.seq.in_(seqs))
        .order_by(call.c.seq)
    )
    return [
        Call(
            callback,
            Change(
                seq=row.seq,
                summary_id=SummaryId(row.summary_id),
                revision=row.revision,
                op=row.op,
                at=instants.read(row.at),
            ),
            row.slug,
            row.attempts,
        )
        for row in connection.execute(query)
    ]


def note_sent(connection: Connection, one: Call, *, owner: str, now: datetime) -> bool:
    """Tell whether it was the owner's still; it is not where its callback was removed."""
    values = {"state": "sent", "owner": None, "ended_at": instants.write(now), "reply": None}
    mine = _owned(one.callback, [one.change.seq], owner)
    return connection.execute(mine.values(values)).rowcount > 0


def note_failure(
    connection: Connection,
    one: Call,
    reply: str,
    *,
    owner: str,
    now: datetime,
    due: datetime | None,
) -> None:
    """Write a failed attempt; it is tried again when `due`, or is a dead letter where None."""
    values: dict[str, str | None] = {"state": "queued", "owner": None, "reply": reply}
    if due:
        values["due_at"] = instants.write(due)
    else:
        values |= {"state": "failed", "ended_at": instants.write(now)}
    connection.execute(_owned(one.callback, [one.change.seq], owner).values(values))


def release(
    connection: Connection, callback: str, seqs: Collection[int], *, owner: str, now: datetime
) -> None:
    """Give back what was claimed and not tried; it may be claimed again at once."""
    connection.execute(
        _owned(callback, seqs, owner).values(
            state="queued",
            owner=None,
            due_at=instants.write(now),
            attempts=call.c.attempts - 1,
        )
    )


def _owned(callback: str, seqs: Collection[int], owner: str) -> Update:
    return update(call).where(
        call.c.callback == callback, call.c.seq.in_(seqs), call.c.owner == owner
    )


# Looking back ----------------------------------------------------------------------------------


def replay(connection: Connection, one: Callback, since: int | None, now: datetime) -> int:
    """Queue the dead letters of a callback again, or all changes after `since`; count them."""
    again = {
        "state": "queued", "owner": None, "ended_at": None, "attempts": 0,
        "due_at": instants.write(now),
    }  # fmt: skip
    mine = update(call).where(call.c.callback == one.id)
    if since is None:
        return connection.execute(mine.where(call.c.state == "failed").values(again)).rowcount
    connection.execute(delete(call).where(call.c.callback == one.id, call.c.seq > since))
    connection.execute(update(callback).where(callback.c.id == one.id).values(seq=since))
    head = journal.get_head(connection).seq
    return max(head - since, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How webhooks stand. `oldest`: since when something is due, planned or not."""

    live: int
    ended: int  # it answered 410
    waiting: int  # calls
    failed: int  # calls that are tried no more
    oldest: datetime | None


def look(connection: Connection, now: datetime) -> Standing:
    known, live = callbacks.list_all(connection), callbacks.list_all(connection, is_live(now))
    counts = select(call.c.state, func.count().label("number")).group_by(call.c.state)
    states = {row.state: int(row.number) for row in connection.execute(counts)}
    behind = journal.list_since(connection, min((o.seq for o in live), default=0), limit=1)
    due = connection.execute(select(func.min(call.c.due_at)).where(*_due(now))).scalar()
    since = [one.at for one in behind if live] + ([instants.read(due)] if due else [])
    return Standing(
        live=len(live),
        ended=sum(one.ended_at is not None for one in known),
        waiting=states.get("queued", 0) + states.get("sending", 0),
        failed=states.get("failed", 0),
        oldest=min(since, default=None),
    )


def forget(connection: Connection, before: datetime) -> int:
    """Forget the calls that succeeded or were skipped before an instant; count them."""
    old = delete(call).where(
        call.c.ended_at < instants.write(before), call.c.state.in_(["sent", "skipped"])
    )
    return connection.execute(old).rowcount
