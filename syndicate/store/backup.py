"""`db backup` and `db restore`: the whole store and its secret key in one SQLite file.

A backup is read in one snapshot while others publish, and is the same file whichever database it
came from. Its manifest holds a digest of every table, so that a restore knows what it puts back.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import tempfile
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from sqlalchemy import (
    Column,
    MetaData,
    NullPool,
    Select,
    Table,
    Text,
    create_engine,
    delete,
    exc,
    insert,
    select,
    update,
)

from syndicate import __version__
from syndicate.errors import StoreError
from syndicate.store import engine as store
from syndicate.store import instants, journal, schema, upgrade
from syndicate.store.engine import Connection, Engine
from syndicate.store.journal import Head

FORMAT: Final = "1"
CHUNK: Final = 200  # rows held in memory at a time; a document may have some 100 KB

Progress = Callable[[int], None]
"""Told how many rows are done."""

_REMEDY: Final = "nothing was changed; take another backup"
_tables: Final = schema.metadata.sorted_tables
_manifest: Final = Table(
    "manifest", MetaData(), Column("name", Text, primary_key=True), Column("value", Text)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a backup says of itself. `digests` are those of its tables, by name."""

    program: str
    schema: str
    made_at: datetime
    epoch: str
    seq: int
    digests: dict[str, str] = field(repr=False)
    secret_key: str | None = field(default=None, repr=False)


def _silent(_rows: int) -> None:
    """Tell nobody."""


# Writing one -----------------------------------------------------------------------------------


def write(
    engine: Engine,
    path: Path,
    *,
    secret_key: str | None,
    now: datetime,
    progress: Progress = _silent,
) -> Manifest:
    """Write a backup to `path`, whole or not at all; publishers go on meanwhile.

    StoreError where `path` is anything but an earlier backup: that is never overwritten.
    """
    if path.exists():
        read_manifest(path)
    with _hidden_beside(path) as hidden:
        with _opened(hidden, "rw") as target, store.reading(engine) as source:
            head = journal.get_head(source)
            schema.metadata.create_all(target)
            _copy(source, target, [table.name for table in _tables], progress)
            manifest = Manifest(
                program=__version__,
                schema=schema.HEAD,
                made_at=now,
                epoch=head.epoch,
                seq=head.seq,
                digests=_digests(target),
                secret_key=secret_key,
            )
            _put_manifest(target, manifest)
        _sync(hidden)
        hidden.replace(path)
        _sync(path.parent)
    return manifest


@contextmanager
def _hidden_beside(path: Path) -> Iterator[Path]:
    """Make an empty file that only its owner can read; remove it unless it was moved away."""
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    except OSError as error:
        raise StoreError(f"{path} cannot be written: {error.strerror}") from None
    os.close(handle)
    try:
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


def _copy(source: Connection, target: Connection, names: list[str], progress: Progress) -> None:
    done = 0
    for name in names:
        table = schema.metadata.tables[name]
        with closing(_chunks(source, select(table))) as chunks:
            for rows in chunks:
                target.execute(insert(table), rows)
                done += len(rows)
                progress(done)


def _chunks(
    connection: Connection, query: Select[Any]
) -> Generator[list[dict[str, Any]], None, None]:
    """Yield rows, as many at a time as memory should hold."""
    with connection.execute(query, execution_options={"yield_per": CHUNK}) as result:
        for part in result.mappings().partitions():
            yield [dict(row) for row in part]


def _put_manifest(target: Connection, manifest: Manifest) -> None:
    values = {
        "format": FORMAT,
        "program": manifest.program,
        "schema": manifest.schema,
        "made_at": instants.write(manifest.made_at),
        "epoch": manifest.epoch,
        "seq": str(manifest.seq),
        **{f"digest of {table}": digest for table, digest in manifest.digests.items()},
    }
    if manifest.secret_key:
        values["secret_key"] = manifest.secret_key
    _manifest.create(target)
    target.execute(insert(_manifest), [{"name": n, "value": v} for n, v in values.items()])


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


# Reading one -----------------------------------------------------------------------------------


def read_manifest(path: Path) -> Manifest:
    """Return what a backup says of itself. StoreError for a file that is no backup."""
    with _opened(path, "ro") as connection:
        return _get_manifest(connection, path)


def _get_manifest(connection: Connection, path: Path) -> Manifest:
    try:
        found = connection.execute(select(_manifest)).all()
    except exc.OperationalError:
        raise StoreError(f"{path} is no backup of syndicate", _REMEDY) from None
    values = {row.name: row.value for row in found}
    if values.get("format") != FORMAT:
        raise StoreError(f"{path} was written by a newer syndicate", "upgrade syndicate")
    prefix = "digest of "
    try:
        return Manifest(
            program=values["program"],
            schema=values["schema"],
            made_at=instants.read(values["made_at"]),
            epoch=values["epoch"],
            seq=int(values["seq"]),
            digests={
                name.removeprefix(prefix): digest
                for name, digest in values.items()
                if name.startswith(prefix)
            },
            secret_key=values.get("secret_key"),
        )
    except (KeyError, ValueError) as error:
        raise StoreError(f"{path} is damaged: its manifest lacks {error}", _REMEDY) from None


def _check(connection: Connection, manifest: Manifest, path: Path) -> None:
    """Refuse a backup of another schema, and one that is not as it was written."""
    if manifest.schema != schema.HEAD:
        raise StoreError(
            f"{path} has schema {manifest.schema}, this program needs {schema.HEAD}",
            f"restore it with syndicate {manifest.program}, then upgrade",
        )
    if _digests(connection) != manifest.digests:
        raise StoreError(f"{path} is damaged: it is not as it was written", _REMEDY)


def _digests(connection: Connection) -> dict[str, str]:
    """Return a digest of each table's rows."""
    found = {}
    for table in _tables:
        digest = hashlib.sha256()
        for rows in _chunks(connection, select(table).order_by(*table.primary_key)):
            for value in (value for row in rows for value in row.values()):
                data = value if isinstance(value, bytes) else repr(value).encode()
                digest.update(b"%d:" % len(data))
                digest.update(data)
        found[table.name] = digest.hexdigest()
    return found


@contextmanager
def _opened(path: Path, mode: str) -> Iterator[Connection]:
    """Open a backup as the SQLite database that it is; StoreError says what is wrong with it."""
    if not path.is_file():
        raise StoreError(f"there is no file {path}")
    address = f"file:{quote(str(path.absolute()))}?mode={mode}"
    engine = create_engine(
        "sqlite://", creator=lambda: sqlite3.connect(address, uri=True), poolclass=NullPool
    )
    try:
        with engine.begin() as connection:
            yield connection
    except exc.DatabaseError as error:
        if "not a database" in str(error.orig):
            raise StoreError(f"{path} is no backup of syndicate", _REMEDY) from error
        raise StoreError(f"{path} is damaged: {error.orig}", _REMEDY) from error
    finally:
        engine.dispose()


# Putting one back ------------------------------------------------------------------------------


def restore(
    engine: Engine, path: Path, *, replace: bool = False, progress: Progress = _silent
) -> Manifest:
    """Put a backup into a store of either kind, in one transaction, under a new epoch.

    The backup is checked from beginning to end first; a store that holds anything is touched only
    with `replace`. StoreError: nothing was changed. The secret key is the caller's to write.
    """
    with _opened(path, "ro") as source:
        manifest = _get_manifest(source, path)
        _check(source, manifest, path)
        upgrade.upgrade(engine)
        with store.writing(engine) as target:
            present = journal.get_head(target)
            if present.generation and not replace:
                raise StoreError(
                    f"the store is not empty: it stands at change {present.seq}",
                    "--replace puts the backup in its place",
                )
            names = [table.name for table in _tables if table is not schema.head]
            for name in names:
                target.execute(delete(schema.metadata.tables[name]))
            _copy(source, target, names, progress)
            _move_head(target, present, journal.get_head(source))
            journal.begin_epoch(target)
    return manifest


def _move_head(target: Connection, present: Head, wanted: Head) -> None:
    """Set the head to the backup's. Processes that know a later generation load all anew."""
    generation = wanted.generation
    if present.generation:
        generation = max(generation, present.generation) + 1
        target.execute(update(schema.document).values(generation=generation))
    target.execute(
        update(schema.head).values(
            seq=wanted.seq,
            generation=generation,
            published_at=instants.write(wanted.published_at) if wanted.published_at else None,
        )
    )
