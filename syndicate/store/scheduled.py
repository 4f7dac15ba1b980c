"""Scheduled summaries: sanitised; when their date comes they are published from here."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, or_, select

from syndicate.model import Summary, SummaryId
from syndicate.store import instants, summaries
from syndicate.store.batches import batches
from syndicate.store.keys import Keys, any_of, search
from syndicate.store.schema import scheduled


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A scheduled summary: valid, sanitised, waiting for its date."""

    id: SummaryId
    slug: str
    path: str
    due: datetime
    text: Summary


def list_concerned(connection: Connection, keys: Keys) -> list[Waiting]:
    """Return the scheduled summaries that have any of these ids, slugs, paths or instants."""
    return [_waiting(row) for row in search(connection, _CONCERNED, keys)]


_CONCERNED = select(scheduled).where(
    or_(
        scheduled.c.id.in_(any_of("ids")),
        scheduled.c.slug.in_(any_of("slugs")),
        scheduled.c.path.in_(any_of("paths")),
        scheduled.c.due.in_(any_of("instants")),
    )
)


def list_due(connection: Connection, now: datetime) -> list[Waiting]:
    """Return the scheduled summaries whose date has come, oldest first."""
    query = (
        select(scheduled).where(scheduled.c.due <= instants.write(now)).order_by(scheduled.c.due)
    )
    return [_waiting(row) for row in connection.execute(query)]


def list_all(connection: Connection) -> list[Waiting]:
    return [_waiting(row) for row in connection.execute(select(scheduled))]


def find_next_due(connection: Connection) -> datetime | None:
    due = connection.execute(select(func.min(scheduled.c.due))).scalar_one()
    return instants.read(due) if due else None


def put(connection: Connection, rows: Sequence[Waiting]) -> None:
    for part in batches(rows):
        connection.execute(
            insert(scheduled),
            [
                {
                    "id": row.id,
                    "slug": row.slug,
                    "path": row.path,
                    "due": instants.write(row.due),
                    "data": summaries.dump(row.text),
                }
                for row in part
            ],
        )


def remove(connection: Connection, ids: Collection[str]) -> None:
    for part in batches(list(ids)):
        connection.execute(delete(scheduled).where(scheduled.c.id.in_(part)))


def _waiting(row: Row[Any]) -> Waiting:
    return Waiting(
        id=SummaryId(row.id),
        slug=row.slug,
        path=row.path,
        due=instants.read(row.due),
        text=summaries.load(row.data),
    )
