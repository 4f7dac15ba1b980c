"""Datestamps: when each change could first be seen, for those who harvest by date (OAI-PMH, 2.7.1).

A harvester asks for what has changed since its last run began. So no change may bear a date from
before it could be seen, as its time in the journal is: that was taken before the commit. A change
is dated after its commit, by the clock of that moment. Until then it is as new as can be.

Dates are given on a basis: the store's history, and what every record shows besides its summary.
On another basis every record is another one, and all of them are dated anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Label, Row, delete, func, insert, null, select

from syndicate.store import instants
from syndicate.store.schema import datestamp, summary

AHEAD: Final = timedelta(seconds=1)
"""Added to the clock: a harvester's own may be as much before ours, and it misses nothing."""

_NOTHING: Final = 2**63 - 1  # after this there is no change


@dataclass(frozen=True, slots=True, kw_only=True)
class Dated:
    """Changes up to `upto` have their dates, 0 being none; those after it bear `newest`."""

    upto: int
    newest: datetime


def get(connection: Connection, basis: str, now: datetime) -> Dated:
    """Return how far the changes of the store are dated on this basis."""
    newest = now.replace(microsecond=0) + AHEAD
    last = _find_last(connection)
    if last is None or last.basis != basis:
        return Dated(upto=0, newest=newest)
    return Dated(upto=last.seq, newest=max(newest, instants.read(last.at)))


def date(connection: Connection, basis: str, *, seq: int, now: datetime) -> bool:
    """Date the changes up to `seq` that have no date; tell whether there were any.

    Call it in a transaction that began after theirs, with a clock that was read since.
    """
    dated = get(connection, basis, now)
    if dated.upto >= seq:
        return False
    if not dated.upto:
        connection.execute(delete(datestamp))
    row = {"seq": seq, "at": instants.write(dated.newest), "basis": basis}
    connection.execute(insert(datestamp).values(row))
    return True


def of_summaries(dated: Dated) -> Label[Any]:
    """Return the date of each row of `summary`, as a column `at`; null where it has none."""
    if not dated.upto:
        return null().label("at")
    query = select(datestamp.c.at).where(datestamp.c.seq >= summary.c.seq)
    return query.order_by(datestamp.c.seq).limit(1).scalar_subquery().label("at")


def get_bounds(
    connection: Connection, dated: Dated, since: datetime | None, until: datetime | None
) -> tuple[int, int]:
    """Return (after, upto): the changes dated from `since` to `until`, both included."""
    after, upto = 0, _NOTHING
    if since is not None and since > dated.newest:
        after = _NOTHING
    elif since is not None and dated.upto:
        after = _last_seq(connection, datestamp.c.at < instants.write(since))
    if until is not None and until < dated.newest:
        upto = _last_seq(connection, datestamp.c.at <= instants.write(until)) if dated.upto else 0
    return after, upto


def get_earliest(connection: Connection, dated: Dated) -> datetime:
    """Return the date that no change is before."""
    if not dated.upto:
        return dated.newest
    return instants.read(connection.execute(select(func.min(datestamp.c.at))).scalar_one())


def _last_seq(connection: Connection, clause: Any) -> int:  # noqa: ANN401 - SQLAlchemy's
    return connection.execute(select(func.max(datestamp.c.seq)).where(clause)).scalar() or 0


def _find_last(connection: Connection) -> Row[Any] | None:
    query = select(datestamp).order_by(datestamp.c.seq.desc()).limit(1)
    return connection.execute(query).one_or_none()
