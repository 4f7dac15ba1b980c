"""The ledger of calls: one says all that was not told before; claimed by lease, noted singly."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

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


@dataclass(frozen=True, slots=True)
class Call:
    """One that was claimed. `attempts` counts this one; `slug` is the summary's present one."""

    callback: str
    change: Change
    slug: str
    attempts: int


# Planning --------------------------------------------------------------------------------------


def plan(connection: Connection, now: datetime) -> int:
    """Make a call of the newest change for each callback that has not heard of it; count them."""
    head = journal.get_head(connection).seq
    behind = select(callback.c.id).where(callback.c.seq < head, is_live(now))
    ids = list(connection.execute(behind.with_for_update(skip_locked=True)).scalars())
    if ids:
        at = instants.write(now)
        fresh = {"seq": head, "state": "queued", "made_at": at, "due_at": at, "attempts": 0}
        connection.execute(insert(call), [{**fresh, "callback": id} for id in ids])
        connection.execute(update(callback).where(callback.c.id.in_(ids)).values(seq=head))
    return len(ids)


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


def claim(connection: Connection, id: str, *, owner: str, now: datetime) -> Call | None:
    """Take the newest call of one callback that is due, in place of older ones not tried yet.

    It says all that they would: that there is something to pull. None where nothing is due any
    more, or another worker is at this callback.
    """
    mine = select(callback.c.id).where(callback.c.id == id).with_for_update(skip_locked=True)
    due = select(func.max(call.c.seq)).where(call.c.callback == id, *_due(now))
    if connection.execute(mine).first() is None or not (seq := connection.execute(due).scalar()):
        return None
    _skip(connection, id, seq, now, call.c.attempts == 0)
    connection.execute(
        update(call)
        .where(call.c.callback == id, call.c.seq == seq)
        .values(
            state="sending",
            owner=owner,
            due_at=instants.write(now + LEASE),
            attempts=call.c.attempts + 1,
        )
    )
    return _get(connection, id, seq)


def _skip(
    connection: Connection, id: str, seq: int, now: datetime, condition: ColumnElement[bool]
) -> None:
    """End the open calls of a callback that came before `seq` and meet a condition."""
    older = call.c.callback == id, call.c.seq < seq, call.c.ended_at.is_(None)
    ended = {"state": "skipped", "owner": None, "ended_at": instants.write(now)}
    connection.execute(update(call).where(*older, condition).values(ended))


def _get(connection: Connection, callback: str, seq: int) -> Call:
    query = (
        select(change, summary.c.slug, call.c.attempts)
        .join(summary, summary.c.id == change.c.summary_id)
        .join(call, call.c.seq == change.c.seq)
        .where(call.c.callback == callback, call.c.seq == seq)
    )
    row = connection.execute(query).one()
    told = Change(
        seq=row.seq,
        summary_id=SummaryId(row.summary_id),
        revision=row.revision,
        op=row.op,
        at=instants.read(row.at),
    )
    return Call(callback, told, row.slug, row.attempts)


def note_sent(connection: Connection, one: Call, *, owner: str, now: datetime) -> None:
    """Note that it was told, and with it what older calls that failed were to tell."""
    values = {"state": "sent", "owner": None, "ended_at": instants.write(now), "reply": None}
    connection.execute(_owned(one, owner).values(values))
    _skip(connection, one.callback, one.change.seq, now, call.c.owner.is_(None))


def note_failure(
    connection: Connection,
    one: Call,
    reply: str,
    *,
    owner: str,
    now: datetime,
    due: datetime | None,
) -> None:
    """Write a failed attempt; it is tried again when `due`, or is a dead letter where None.

    It takes the place of an older one that failed, and its turns: that something new has come puts
    off neither the next attempt nor the last.
    """
    values: dict[str, Any] = {"state": "queued", "owner": None, "reply": reply}
    if due is None:
        values |= {"state": "failed", "ended_at": instants.write(now)}
    else:
        open_ = call.c.callback == one.callback, call.c.ended_at.is_(None), call.c.owner.is_(None)
        older = select(call.c.due_at, call.c.attempts).where(*open_, call.c.seq < one.change.seq)
        found = connection.execute(older.order_by(call.c.attempts.desc())).first()
        values |= found._mapping if found else {"due_at": instants.write(due)}  # noqa: SLF001 - public
        _skip(connection, one.callback, one.change.seq, now, call.c.owner.is_(None))
    connection.execute(_owned(one, owner).values(values))


def _owned(one: Call, owner: str) -> Update:
    return update(call).where(
        call.c.callback == one.callback, call.c.seq == one.change.seq, call.c.owner == owner
    )


# Looking back ----------------------------------------------------------------------------------


def replay(connection: Connection, one: Callback, since: int | None, now: datetime) -> int:
    """Queue dead letters again, or a call of what came after `since`; count the calls."""
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
    return int(head > since)


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
