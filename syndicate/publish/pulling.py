"""Keeps what partners pull in line with what is published: records and the hashes over them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from syndicate import sync
from syndicate.definitions import Definitions
from syndicate.documents import record
from syndicate.editorial.plaintext import text_of
from syndicate.editorial.policy import POLICY
from syndicate.model import Summary
from syndicate.store import records, site, summaries
from syndicate.store.engine import Connection
from syndicate.store.records import Record
from syndicate.store.summaries import Stored


def write(
    connection: Connection,
    rows: Sequence[tuple[Stored, Summary]],
    definitions: Definitions,
    *,
    again: bool = False,
) -> set[int]:
    """Write the records of changed summaries; return the buckets to `records.renew` afterwards.

    `again` says that revisions may have records which have not changed.
    """
    look = record.look(definitions)
    live = [(stored, text) for stored, text in rows if stored.state == "published"]
    older = [stored.id for stored, _ in rows if again or stored.revision > 1]
    made = (
        render(text, definitions, seq=stored.seq, revision=stored.revision, look=look)
        for stored, text in live
    )
    records.put(connection, made, older)
    return {sync.bucket_of(stored.id) for stored, _ in rows}


def catch_up(connection: Connection, definitions: Definitions, values: Mapping[str, str]) -> None:
    """Write every record anew where a store was filled by a program that made other ones."""
    if site.BASE_URL not in values or values.get(site.RECORDS) == record.RENDERER:
        return
    part: list[tuple[Stored, Summary]] = []
    for row in summaries.iterate(connection):
        part.append(row)
        if len(part) == _AT_ONCE:
            write(connection, part, definitions, again=True)
            part = []
    write(connection, part, definitions, again=True)
    records.renew(connection, range(sync.BUCKETS))


_AT_ONCE = 500


def render(
    summary: Summary, definitions: Definitions, *, seq: int, revision: int, look: str
) -> Record:
    """Make the record of one live summary."""
    body = record.render(
        summary,
        definitions,
        seq=seq,
        revision=revision,
        content_text=text_of(summary.content_html),
        sanitizer_version=POLICY,
    )
    return Record(
        summary_id=summary.id,
        revision=revision,
        seq=seq,
        content_hash=record.content_hash(summary),
        authors=records.authors(summary.authors),
        doi=summary.citation.doi if summary.citation else None,
        look=look,
        body=body,
    )


def present(
    connection: Connection, found: Iterable[Record], definitions: Definitions
) -> Iterator[Record]:
    """Yield records with bodies as the definitions want them now, making those of another look."""
    look = record.look(definitions)
    held = list(found)
    stale = [(one.summary_id, one.revision) for one in held if one.look != look]
    texts = summaries.get_many(connection, stale)
    for one in held:
        if one.look == look:
            yield one
        else:
            text = texts[one.summary_id]
            yield render(text, definitions, seq=one.seq, revision=one.revision, look=look)
