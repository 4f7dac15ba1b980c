"""What partners take: of their quotas, in the ledger, and how far their copies have come.

Each process gathers it in memory and writes it in one small transaction, at most about once a
second (`store.engine.recording`). So these rows are no part of what publishers hold the lock for.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, Table, delete, select, update

from syndicate import quotas
from syndicate.model import Quota
from syndicate.quotas import Owed, Taken, Windows
from syndicate.store import instants
from syndicate.store.partner_tables import allowance, confirmed, ledger
from syndicate.store.replacing import insert_in

MOST_COPIES: Final = 50
"""Of each partner; a further one takes the place of that which was idle longest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """How far a copy has come: `seq` is what the cursor proved that it sent last, 0 without one."""

    partner: str
    scope: str  # sync.Scope.meant
    epoch: str
    seq: int
    begun_at: datetime
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A row of the ledger: so many answers of one kind on one day (UTC)."""

    partner: str
    date: str
    endpoint: str
    requests: int
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """What one process has to write, by partner, by copy and by row of the ledger."""

    owed: Mapping[str, Collection[Owed]] = field(default_factory=dict)
    places: Collection[Place] = ()
    answered: Collection[Answered] = ()


def write(connection: Connection, gathered: Gathered, present: Windows) -> None:
    """Write it all. Rows are taken in one order, so that processes do not wait in a circle."""
    for partner in sorted(gathered.owed):
        taken = _get_taken(connection, partner)
        if taken is not None:
            _put_taken(connection, partner, quotas.settle(taken, gathered.owed[partner], present))
    for place in sorted(gathered.places, key=lambda each: (each.partner, each.scope)):
        _put_place(connection, place)
    for partner in sorted({place.partner for place in gathered.places if not place.seq}):
        _forget_most_idle(connection, partner)
    for row in sorted(gathered.answered, key=lambda each: (each.partner, each.date, each.endpoint)):
        _add_answered(connection, row)


# Quotas -----------------------------------------------------------------------------------------


def take(
    connection: Connection, partner: str, owed: Iterable[Owed], quota: Quota, present: Windows
) -> tuple[Taken, int]:
    """Book what is owed and lease a part of what is left; 0 tenths where nothing is.

    A partner that is no longer there has nothing left.
    """
    before = _get_taken(connection, partner)
    if before is None:
        return Taken(present, quota.minute * quotas.FULL, quota.day * quotas.FULL), 0
    taken, part = quotas.lease(quotas.settle(before, owed, present), quota)
    if taken != before:
        _put_taken(connection, partner, taken)
    return taken, part


def get_taken(connection: Connection, partner: str, present: Windows) -> Taken:
    """Return what was taken in the present windows, leases included."""
    return (_get_taken(connection, partner, lock=False) or Taken()).at(present)


def _get_taken(connection: Connection, partner: str, *, lock: bool = True) -> Taken | None:
    query = select(allowance).where(allowance.c.partner == partner)
    row = connection.execute(query.with_for_update() if lock else query).one_or_none()
    return Taken(Windows(row.minute, row.day), row.in_minute, row.in_day) if row else None


def _put_taken(connection: Connection, partner: str, taken: Taken) -> None:
    connection.execute(
        update(allowance)
        .where(allowance.c.partner == partner)
        .values(
            minute=taken.windows.minute,
            in_minute=taken.minute,
            day=taken.windows.day,
            in_day=taken.day,
        )
    )


# Copies -----------------------------------------------------------------------------------------


def list_places(connection: Connection, partner: str | None = None) -> list[Place]:
    """Return how far copies have come, those of one partner or of all."""
    query = select(confirmed).order_by(confirmed.c.partner, confirmed.c.filter)
    if partner is not None:
        query = query.where(confirmed.c.partner == partner)
    return [_place(row) for row in connection.execute(query)]


def _place(row: Row[Any]) -> Place:
    return Place(
        partner=row.partner,
        scope=row.scope,
        epoch=row.epoch,
        seq=row.seq,
        begun_at=instants.read(row.begun_at),
        at=instants.read(row.at),
    )


def _put_place(connection: Connection, place: Place) -> None:
    """Write where a copy is now. That one has begun says nothing new of one that is known."""
    key = {
        "partner": place.partner,
        "filter": hashlib.sha256(place.scope.encode()).hexdigest(),
    }
    now = {"epoch": place.epoch, "seq": place.seq, "at": instants.write(place.at)}
    begun = {"scope": place.scope, "begun_at": instants.write(place.begun_at)}
    moved = confirmed.c.at <= now["at"]
    _upsert(connection, confirmed, key, now | begun, now if place.seq else {}, where=moved)


def _forget_most_idle(connection: Connection, partner: str) -> None:
    newest = (
        select(confirmed.c.filter)
        .where(confirmed.c.partner == partner)
        .order_by(confirmed.c.at.desc(), confirmed.c.filter)
        .limit(MOST_COPIES)
    )
    connection.execute(
        delete(confirmed).where(confirmed.c.partner == partner, confirmed.c.filter.not_in(newest))
    )


# The ledger -------------------------------------------------------------------------------------


def list_answered(
    connection: Connection, partner: str | None = None, *, since: str = "", before: str = "9999"
) -> list[Answered]:
    """Return rows of the ledger, oldest first: of `since` <= date < `before` (`2026-04-01`)."""
    query = select(ledger).where(ledger.c.date >= since, ledger.c.date < before)
    if partner is not None:
        query = query.where(ledger.c.partner == partner)
    rows = query.order_by(ledger.c.date, ledger.c.partner, ledger.c.endpoint)
    return [
        Answered(
            partner=row.partner,
            date=row.date,
            endpoint=row.endpoint,
            requests=row.requests,
            bytes=row.bytes,
        )
        for row in connection.execute(rows)
    ]


def _add_answered(connection: Connection, more: Answered) -> None:
    key = {"partner": more.partner, "date": more.date, "endpoint": more.endpoint}
    first = {"requests": more.requests, "bytes": more.bytes}
    sums = {name: ledger.c[name] + value for name, value in first.items()}
    _upsert(connection, ledger, key, first, sums)


def _upsert(
    connection: Connection,
    table: Table,
    key: Mapping[str, Any],
    first: Mapping[str, Any],
    further: Mapping[str, Any],
    *,
    where: ColumnElement[bool] | None = None,
) -> None:
    """Write `key | first` where there is no such key, else set `further`, if anything, `where`."""
    made = insert_in(connection.dialect.name, table).values({**key, **first})
    names = list(key)
    connection.execute(
        made.on_conflict_do_update(index_elements=names, set_=dict(further), where=where)
        if further
        else made.on_conflict_do_nothing(index_elements=names)
    )
