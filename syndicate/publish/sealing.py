"""Seals the records of the journal's past into segments, beside serving: see store/segments.py.

Everything here may be lost and done again: a snapshot reads what no segment holds row by row.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from syndicate.documents import deflate, record
from syndicate.publish import pulling
from syndicate.store import engine as store
from syndicate.store import journal, pull, segments, site
from syndicate.store.engine import Connection, Engine
from syndicate.store.records import Record
from syndicate.store.segments import Sealed, Segment

ROWS: Final = 500
"""Records in a segment, which is also the most that a page of changes has."""


def seal_one(engine: Engine) -> bool:
    """Seal one segment where records lie loose; tell whether there was anything to do.

    The newest records stay loose until they are `ROWS`. What a publish has loosened is sealed
    together with its neighbour where both fit into one segment.
    """
    with store.reading(engine) as connection:
        if not site.get_values(connection).get(site.RECORDS):
            return False
        definitions = site.get_definitions(connection)
        look = record.look(definitions)
        head = journal.get_head(connection)
        place = next(_loose(connection, look, head.seq), None)
        if place is None:
            return False
        after, upto = place
        found = pull.list_live(connection, after=after, upto=upto, limit=ROWS)
        bodies = [one.body for one in pulling.present(connection, found, definitions)]
    piece = deflate.deflate(b"".join(body + b"\n" for body in bodies))
    made = Segment(
        first=found[0].seq,
        last=found[-1].seq,
        rows=len(found),
        look=look,
        length=len(piece.data),
    )
    sealed = Sealed(data=piece.data, crc=piece.crc, size=piece.size)
    with store.writing(engine) as connection:
        if _is_as_it_was(connection, found):
            segments.put(connection, made, sealed)
    return True


def _loose(connection: Connection, look: str, head: int) -> Iterator[tuple[int, int]]:
    """Yield (after, upto) of places to seal: what lies between segments, then the newest."""
    after, left = 0, 0  # where the segment before ends, and how many rows it has room for
    begin = 0
    for one in segments.list_after(connection, 0, upto=head, look=look):
        between = pull.list_sizes(connection, after=after, upto=one.first - 1, limit=ROWS)
        if between:
            fits = len(between) + one.rows <= ROWS
            yield (begin if len(between) <= left else after), (one.last if fits else one.first - 1)
        begin, after, left = one.first - 1, one.last, ROWS - one.rows
    newest = pull.list_sizes(connection, after=after, upto=head, limit=ROWS)
    if len(newest) == ROWS:
        yield after, newest[-1][0]


def _is_as_it_was(connection: Connection, found: list[Record]) -> bool:
    """Tell whether nothing was published into or out of these records meanwhile."""
    present = pull.list_sizes(
        connection, after=found[0].seq - 1, upto=found[-1].seq, limit=len(found) + 1
    )
    return [seq for seq, _ in present] == [one.seq for one in found]
