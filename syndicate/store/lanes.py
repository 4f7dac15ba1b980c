"""Lanes of delivery: a domain that refuses mail rests for a while, and so may the relay itself."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, or_, select, update

from syndicate.store import instants
from syndicate.store.alert_tables import rest
from syndicate.store.replacing import insert_in

RELAY: Final = ""
"""The lane of the relay itself: while it rests, nothing goes out."""


def note_failure(connection: Connection, lane: str, reply: str) -> int:
    """Count a failure of a lane; return how many came one after the other."""
    added = insert_in(connection.dialect.name, rest).values(lane=lane, failures=1, reply=reply)
    counted = added.on_conflict_do_update(
        index_elements=[rest.c.lane], set_={"failures": rest.c.failures + 1, "reply": reply}
    )
    failures: int = connection.execute(counted.returning(rest.c.failures)).scalar_one()
    return failures


def let_rest(connection: Connection, lane: str, until: datetime) -> None:
    connection.execute(update(rest).where(rest.c.lane == lane).values(until=instants.write(until)))


def note_success(connection: Connection, lanes: Collection[str]) -> None:
    """Forget the failures of lanes that work again."""
    connection.execute(
        update(rest)
        .where(
            rest.c.lane.in_([*lanes, RELAY]), or_(rest.c.failures > 0, rest.c.until.is_not(None))
        )
        .values(failures=0, until=None)
    )


def list_resting(connection: Connection, now: datetime) -> list[tuple[str, str]]:
    """Return the lanes that rest, and what was answered there last; `""` is the relay itself."""
    query = select(rest.c.lane, rest.c.reply).where(rest.c.until > instants.write(now))
    return [(row.lane, row.reply) for row in connection.execute(query.order_by(rest.c.lane))]
