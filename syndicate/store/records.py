"""Records: each live summary as partners pull it, and the hashes of their 256 buckets."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from sqlalchemy import Connection, delete, insert, select

from syndicate import sync
from syndicate.model import SummaryId
from syndicate.store import segments
from syndicate.store.batches import batches
from syndicate.store.schema import bucket, record

BUCKETS_AT_ONCE = 16
"""Bounds the memory of a publish that touches all of them."""


class Record(NamedTuple):
    """A live summary's row. `body` is the JSON object, made with this `look`.

    `authors` are their names in lower case, each with a line end on both sides. A tuple, in the
    order of COLUMNS: a page of five hundred is made of rows as they come.
    """

    summary_id: SummaryId
    revision: int
    seq: int
    content_hash: str
    authors: str
    doi: str | None
    look: str
    body: bytes


COLUMNS: Final = tuple(record.c[name] for name in Record._fields)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """What is known of the live summaries whose ids fall into one bucket."""

    hash: str
    live: int


def put(connection: Connection, records: Iterable[Record], older: Collection[str] = ()) -> None:
    """Write the records of a publish, for those that `older` summaries had; then `renew`."""
    for part in batches(older):
        _remove(connection, part)
    for rest in batches(records):
        connection.execute(insert(record), [_columns(one) for one in rest])


def _remove(connection: Connection, ids: Sequence[str]) -> None:
    """Take records out, and with them the segments that hold them: none is ever served stale."""
    held = connection.execute(select(record.c.seq).where(record.c.summary_id.in_(ids))).scalars()
    segments.remove_with(connection, held.all())
    connection.execute(delete(record).where(record.c.summary_id.in_(ids)))


def _columns(one: Record) -> dict[str, object]:
    return one._asdict() | {"bucket": sync.bucket_of(one.summary_id)}


def renew(connection: Connection, numbers: Iterable[int]) -> None:
    """Hash these buckets anew."""
    for part in batches(sorted(numbers), BUCKETS_AT_ONCE):
        query = select(record.c.bucket, record.c.summary_id, record.c.content_hash)
        held: dict[int, list[tuple[str, str]]] = {number: [] for number in part}
        for number, id, content_hash in connection.execute(query.where(record.c.bucket.in_(part))):
            held[number].append((id, content_hash))
        connection.execute(delete(bucket).where(bucket.c.number.in_(part)))
        rows = [
            {"number": number, "hash": sync.bucket_hash(entries), "live": len(entries)}
            for number, entries in held.items()
            if entries
        ]
        if rows:
            connection.execute(insert(bucket), rows)


def list_buckets(connection: Connection) -> dict[int, Bucket]:
    """Return the buckets that have any live summary, by number."""
    rows = connection.execute(select(bucket))
    return {row.number: Bucket(hash=row.hash, live=row.live) for row in rows}


def find(connection: Connection, id: str) -> Record | None:
    row = connection.execute(select(*COLUMNS).where(record.c.summary_id == id)).one_or_none()
    return Record(*row) if row else None


def authors(names: Iterable[str]) -> str:
    """Return names as the column keeps them; one name so is what a row is searched for."""
    return "".join(f"\n{name.casefold()}\n" for name in names)
