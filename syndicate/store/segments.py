"""Segments: records in the order of the journal, compressed once, joined into each snapshot."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, delete, insert, select

from syndicate.store.batches import batches
from syndicate.store.schema import segment


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """All live records from seq `first` to seq `last`, and how many bytes they compress to."""

    first: int
    last: int
    rows: int
    look: str
    length: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """A segment's data: raw deflate of `size` bytes with this CRC-32 (documents/deflate.py)."""

    data: bytes
    crc: int
    size: int


_META = (segment.c.first, segment.c.last, segment.c.rows, segment.c.look, segment.c.length)


def list_after(
    connection: Connection, seq: int, *, upto: int, look: str | None = None, limit: int = 10_000
) -> list[Segment]:
    """Return the segments that lie after `seq` and not beyond `upto`, in order."""
    query = select(*_META).where(segment.c.first > seq, segment.c.last <= upto)
    if look is not None:
        query = query.where(segment.c.look == look)
    rows = connection.execute(query.order_by(segment.c.first).limit(limit)).mappings()
    return [Segment(**row) for row in rows]


def get(connection: Connection, first: int) -> Sealed:
    """Return the data of the segment that begins at `first`."""
    query = select(segment.c.data, segment.c.crc, segment.c.size)
    row = connection.execute(query.where(segment.c.first == first)).one()
    return Sealed(data=row.data, crc=row.crc, size=row.size)


def put(connection: Connection, new: Segment, sealed: Sealed) -> None:
    """Write a segment in place of those within its bounds."""
    connection.execute(
        delete(segment).where(segment.c.first >= new.first, segment.c.first <= new.last)
    )
    columns = {name: getattr(new, name) for name in Segment.__slots__}
    values = {"crc": sealed.crc, "size": sealed.size, "data": sealed.data}
    connection.execute(insert(segment).values(**columns, **values))


_REMOVE = delete(segment).where(
    segment.c.first <= bindparam("seq"), segment.c.last >= bindparam("seq")
)


def remove_with(connection: Connection, seqs: Sequence[int]) -> None:
    """Take out the segments that hold any of these records."""
    for part in batches(seqs):
        connection.execute(_REMOVE, [{"seq": seq} for seq in part])


def remove(connection: Connection, firsts: Collection[int]) -> None:
    for part in batches(list(firsts)):
        connection.execute(delete(segment).where(segment.c.first.in_(part)))
