"""How far those outside were told of what was published: a cursor each, claimed by lease."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from sqlalchemy import ColumnElement, Connection, and_, insert, select, update

from syndicate.store import instants
from syndicate.store.schema import progress

LEASE: Final = timedelta(minutes=2)
"""So long nobody else tries; whoever was killed is followed after it."""

Name = Literal["purge", "hub"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """All up to `reached` is told. `attempts`: since it last went well; `reply`: why one failed."""

    name: Name
    reached: int
    attempts: int
    due_at: datetime
    reply: str | None


def find(connection: Connection, name: Name) -> Progress | None:
    """Return where it stands; None before anybody was to tell."""
    row = connection.execute(select(progress).where(progress.c.name == name)).one_or_none()
    if row is None:
        return None
    return Progress(
        name=name,
        reached=row.reached,
        attempts=row.attempts,
        due_at=instants.read(row.due_at),
        reply=row.reply,
    )


def begin(connection: Connection, name: Name, reached: int, now: datetime) -> None:
    """Start from here. For one at a time: under the writer's lock."""
    if find(connection, name) is None:
        values = {"name": name, "reached": reached, "attempts": 0, "due_at": instants.write(now)}
        connection.execute(insert(progress).values(values))


def claim(connection: Connection, name: Name, now: datetime) -> Progress | None:
    """Take the next attempt; None where another is at it, or it is not time yet."""
    due = progress.c.name == name, progress.c.due_at <= instants.write(now)
    taken = {"due_at": instants.write(now + LEASE), "attempts": progress.c.attempts + 1}
    if not connection.execute(update(progress).where(*due).values(taken)).rowcount:
        return None
    return find(connection, name)


def note_done(connection: Connection, one: Progress, reached: int, now: datetime) -> None:
    values = {"reached": reached, "attempts": 0, "due_at": instants.write(now), "reply": None}
    connection.execute(update(progress).where(_same(one)).values(values))


def put_off(connection: Connection, one: Progress, reply: str, due: datetime) -> None:
    """Note why it failed; it is tried again when `due`, with what has come until then."""
    values = {"due_at": instants.write(due), "reply": reply}
    connection.execute(update(progress).where(_same(one)).values(values))


def _same(one: Progress) -> ColumnElement[bool]:
    """Return the condition that nobody went further meanwhile."""
    return and_(progress.c.name == one.name, progress.c.reached == one.reached)
