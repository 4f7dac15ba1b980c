"""Fragments and finished documents."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, bindparam, delete, select, update

from syndicate.model import Format
from syndicate.store import instants
from syndicate.store.batches import batches
from syndicate.store.keys import any_of
from syndicate.store.replacing import replace
from syndicate.store.schema import document, fragment


@dataclass(frozen=True, slots=True, kw_only=True)
class Fragment:
    """An entry's bytes inside any feed, in each format."""

    entry_id: str
    revision: int
    look: str
    bodies: Mapping[Format, bytes] = field(repr=False)


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
    connection: Connection,
    keys: Collection[tuple[str, int]],
    formats: Sequence[Format],
    look: str,
) -> dict[str, Mapping[Format, bytes]]:
    """Return the bytes in `formats`, by entry id, of those (entry id, revision) of this look."""
    wanted = dict(keys)
    query = _fragments(tuple(formats))
    return {
        name: dict(zip(formats, bodies, strict=True))
        for part in batches(wanted)
        for name, revision, *bodies in connection.execute(query, {"ids": part, "look": look}).all()
        if revision == wanted[name]
    }


@cache
def _fragments(formats: tuple[Format, ...]) -> Select[Any]:
    columns = fragment.c.entry_id, fragment.c.revision, *(fragment.c[name] for name in formats)
    of_look = fragment.c.look == bindparam("look")
    return select(*columns).where(fragment.c.entry_id.in_(any_of("ids")), of_look)


def put_fragments(connection: Connection, fragments: Sequence[Fragment]) -> None:
    """Write fragments in place of those that the same entries had; each has every format."""
    for part in batches(fragments):
        rows = [
            {"entry_id": f.entry_id, "revision": f.revision, "look": f.look, **f.bodies}
            for f in part
        ]
        replace(connection, fragment, rows)


@dataclass(frozen=True, slots=True)
class Known:
    """What tells whether a document is still right, and whether new bytes are the same bytes."""

    fingerprint: str
    tag: str
    last_modified: datetime


def list_known(connection: Connection, paths: Collection[str] | None = None) -> dict[str, Known]:
    """Return, by path, what is known of these documents, or of all that are stored."""
    if paths is None:
        rows = connection.execute(_KNOWN).all()
    else:
        rows = connection.execute(_KNOWN_OF, {"paths": list(paths)}).all()
    return {path: Known(mark, tag, instants.read(at)) for path, mark, tag, at in rows}


_KNOWN = select(document.c.path, document.c.fingerprint, document.c.tag, document.c.last_modified)
_KNOWN_OF = _KNOWN.where(document.c.path.in_(any_of("paths")))


def list_paths(connection: Connection) -> set[str]:
    return set(connection.execute(select(document.c.path)).scalars())


def list_since(connection: Connection, generation: int) -> Iterable[StoredDocument]:
    """Yield the documents that changed after a generation."""
    for row in connection.execute(select(document).where(document.c.generation > generation)):
        yield _stored(row)


def list_changed(connection: Connection, generation: int) -> list[tuple[str, str]]:
    """Return path and feed of the documents that changed after a generation."""
    query = select(document.c.path, document.c.feed).where(document.c.generation > generation)
    return [(row.path, row.feed) for row in connection.execute(query.order_by(document.c.path))]


def find(connection: Connection, path: str) -> StoredDocument | None:
    row = connection.execute(select(document).where(document.c.path == path)).one_or_none()
    return _stored(row) if row else None


def put(connection: Connection, values: Sequence[StoredDocument]) -> None:
    replace(connection, document, [_columns(value) for value in values])


def put_fingerprints(connection: Connection, fingerprints: Mapping[str, str]) -> None:
    """Record that other causes gave the same bytes: readers keep what they have."""
    for path, fingerprint in fingerprints.items():
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


def _columns(value: StoredDocument) -> dict[str, Any]:
    columns = {name: getattr(value, name) for name in StoredDocument.__slots__}
    return columns | {"last_modified": instants.write(value.last_modified)}


def _stored(row: Row[Any]) -> StoredDocument:
    values = {name: getattr(row, name) for name in StoredDocument.__slots__}
    values["last_modified"] = instants.read(row.last_modified)
    return StoredDocument(**values)
