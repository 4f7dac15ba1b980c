"""Fragments and finished documents."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, insert, select, update

from syndicate.model import Format
from syndicate.store import instants
from syndicate.store.batches import batches
from syndicate.store.schema import document, fragment


@dataclass(frozen=True, slots=True, kw_only=True)
class Fragment:
    """An entry's bytes in one format."""

    entry_id: str
    format: Format
    revision: int
    look: str
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredDocument:
    """A document as readers get it. `gzip` inflates to its bytes; `br` comes later, or never."""

    path: str
    feed: str
    fingerprint: str
    media_type: str
    tag: str
    last_modified: datetime
    generation: int
    gzip: bytes = field(repr=False)
    br: bytes | None = field(default=None, repr=False)


def list_fragments(
    connection: Connection, keys: Collection[tuple[str, int]], format: Format, look: str
) -> dict[str, bytes]:
    """Return the bytes by entry id of those (entry id, revision) that have this look."""
    wanted = dict(keys)
    found = {}
    for part in batches(list(wanted)):
        query = select(fragment).where(
            and_(fragment.c.entry_id.in_(part), fragment.c.format == format)
        )
        for row in connection.execute(query):
            if row.look == look and row.revision == wanted[row.entry_id]:
                found[row.entry_id] = row.body
    return found


def put_fragments(connection: Connection, fragments: Sequence[Fragment]) -> None:
    for part in batches(fragments):
        for name in {f.format for f in part}:
            ids = [f.entry_id for f in part if f.format == name]
            connection.execute(
                delete(fragment).where(
                    and_(fragment.c.format == name, fragment.c.entry_id.in_(ids))
                )
            )
        connection.execute(
            insert(fragment),
            [
                {
                    "entry_id": f.entry_id,
                    "format": f.format,
                    "revision": f.revision,
                    "look": f.look,
                    "body": f.body,
                }
                for f in part
            ],
        )


def list_fingerprints(connection: Connection) -> dict[str, str]:
    """Return path -> fingerprint of every stored document."""
    query = select(document.c.path, document.c.fingerprint)
    return {row.path: row.fingerprint for row in connection.execute(query)}


def list_tags(connection: Connection, paths: Collection[str]) -> dict[str, str]:
    """Return path -> tag of these documents."""
    query = select(document.c.path, document.c.tag).where(document.c.path.in_(list(paths)))
    return {row.path: row.tag for row in connection.execute(query)}


def list_since(connection: Connection, generation: int) -> Iterable[StoredDocument]:
    """Yield the documents that changed after a generation."""
    for row in connection.execute(select(document).where(document.c.generation > generation)):
        yield _stored(row)


def list_paths(connection: Connection) -> set[str]:
    return set(connection.execute(select(document.c.path)).scalars())


def find(connection: Connection, path: str) -> StoredDocument | None:
    row = connection.execute(select(document).where(document.c.path == path)).one_or_none()
    return _stored(row) if row else None


def put(connection: Connection, value: StoredDocument) -> None:
    connection.execute(delete(document).where(document.c.path == value.path))
    columns = {name: getattr(value, name) for name in StoredDocument.__slots__}
    columns["last_modified"] = instants.write(value.last_modified)
    connection.execute(insert(document).values(columns))


def put_fingerprint(connection: Connection, path: str, fingerprint: str) -> None:
    """Record that other causes gave the same bytes: readers keep what they have."""
    connection.execute(
        update(document).where(document.c.path == path).values(fingerprint=fingerprint)
    )


def put_br(connection: Connection, path: str, tag: str, br: bytes, generation: int) -> bool:
    """Add the br coding to the document it was made of; False when it has changed since."""
    result = connection.execute(
        update(document)
        .where(and_(document.c.path == path, document.c.tag == tag))
        .values(br=br, generation=generation)
    )
    return result.rowcount == 1


def list_without_br(connection: Connection, limit: int) -> list[StoredDocument]:
    query = select(document).where(document.c.br.is_(None)).limit(limit)
    return [_stored(row) for row in connection.execute(query)]


def remove(connection: Connection, paths: Collection[str]) -> None:
    for part in batches(list(paths)):
        connection.execute(delete(document).where(document.c.path.in_(part)))


def _stored(row: Row[Any]) -> StoredDocument:
    values = {name: getattr(row, name) for name in StoredDocument.__slots__}
    values["last_modified"] = instants.read(row.last_modified)
    return StoredDocument(**values)
