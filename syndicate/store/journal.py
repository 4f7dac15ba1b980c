"""The change journal and its head: what changed, in commit order, and under which epoch."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from syndicate.errors import StoreError
from syndicate.model import Change, SummaryId
from syndicate.store import instants, schema
from syndicate.store.schema import change, head


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """Where the store stands."""

    epoch: str
    seq: int
    generation: int
    published_at: datetime | None


def get_head(connection: Connection) -> Head:
    """Return the head. StoreError when the store was never set up."""
    row = connection.execute(select(head)).one_or_none()
    if row is None:
        raise StoreError("the store is empty", "run `syndicate db upgrade`")
    at = instants.read(row.published_at) if row.published_at else None
    return Head(epoch=row.epoch, seq=row.seq, generation=row.generation, published_at=at)


def put_head(connection: Connection, *, seq: int, generation: int, at: datetime) -> None:
    connection.execute(
        update(head).values(seq=seq, generation=generation, published_at=instants.write(at))
    )


def append(connection: Connection, changes: Sequence[Change]) -> None:
    """Write changes whose `seq` follow the head's; the caller then moves the head."""
    if changes:
        connection.execute(
            insert(change),
            [
                {
                    "seq": c.seq,
                    "summary_id": c.summary_id,
                    "revision": c.revision,
                    "op": c.op,
                    "at": instants.write(c.at),
                }
                for c in changes
            ],
        )


def list_since(connection: Connection, seq: int, *, limit: int) -> Iterable[Change]:
    """Yield the changes after `seq`, oldest first."""
    query = select(change).where(change.c.seq > seq).order_by(change.c.seq).limit(limit)
    for row in connection.execute(query):
        yield Change(
            seq=row.seq,
            summary_id=SummaryId(row.summary_id),
            revision=row.revision,
            op=row.op,
            at=instants.read(row.at),
        )


def begin_epoch(connection: Connection) -> str:
    """Name a new history: for a new store, and for one that was put back from a backup."""
    epoch = secrets.token_hex(8)
    found = connection.execute(select(head.c.id)).one_or_none()
    if found is None:
        connection.execute(insert(schema.head).values(id=1, epoch=epoch, seq=0, generation=0))
    else:
        connection.execute(update(schema.head).values(epoch=epoch))
    return epoch
