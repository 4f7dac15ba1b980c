"""`db backup` and `db restore`: the whole store and its secret key in one SQLite file.

A backup is read in one snapshot while others publish, and is the same file whichever database it
came from. backup_file.py knows what the file looks like.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy import Table, delete, func, insert, select, update

from syndicate import __version__
from syndicate.errors import StoreError
from syndicate.store import (
    backup_file,
    deliveries,
    holding,
    instants,
    journal,
    schema,
    upgrade,
)
from syndicate.store import engine as store
from syndicate.store.backup_file import TABLES, Manifest
from syndicate.store.columns import NUMBER
from syndicate.store.engine import Connection, Engine
from syndicate.store.journal import Head

Progress = Callable[[int], None]
"""Told how many rows are done."""


def _silent(_rows: int) -> None:
    """Tell nobody."""


def read_manifest(path: Path) -> Manifest:
    """Return what a backup says of itself. StoreError for a file that is no backup."""
    with backup_file.opened(path, "ro") as connection:
        return backup_file.get_manifest(connection, path)


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
        with backup_file.opened(hidden, "rw") as target, store.reading(engine) as source:
            head = journal.get_head(source)
            schema.metadata.create_all(target)
            _copy(source, target, TABLES, progress)
            manifest = Manifest(
                program=__version__,
                schema=schema.HEAD,
                made_at=now,
                epoch=head.epoch,
                seq=head.seq,
                digests=backup_file.digests(target),
                secret_key=secret_key,
            )
            backup_file.put_manifest(target, manifest)
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


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


# Putting one back ------------------------------------------------------------------------------


def restore(
    engine: Engine, path: Path, *, replace: bool = False, progress: Progress = _silent
) -> Manifest:
    """Put a backup into a store of either kind, in one transaction, under a new epoch.

    The backup is checked from beginning to end first; a store that holds anything is touched only
    with `replace`. StoreError: nothing was changed. The secret key is the caller's to write.
    """
    with backup_file.opened(path, "ro") as source:
        manifest = backup_file.get_manifest(source, path)
        backup_file.check(source, manifest, path)
        upgrade.upgrade(engine)
        with store.writing(engine) as target:
            present = journal.get_head(target)
            if present.generation and not replace:
                raise StoreError(
                    f"the store is not empty: it stands at change {present.seq}",
                    "--replace puts the backup in its place",
                )
            sent = deliveries.find_last_sent(target)
            tables = [table for table in TABLES if table is not schema.head]
            for table in tables:
                target.execute(delete(table))
            _copy(source, target, tables, progress)
            _count_on(target)
            _move_head(target, present, journal.get_head(source))
            journal.begin_epoch(target)
            why = f"the backup of {manifest.made_at:%Y-%m-%d %H:%M} UTC was put back"
            holding.hold(target, why=why, sent_until=sent)
    return manifest


def _count_on(target: Connection) -> None:
    """Let PostgreSQL's counters go on after the numbers that were put in; SQLite's do so anyway."""
    if target.dialect.name != "postgresql":
        return
    for table in (one for one in TABLES if "id" in one.c and one.c.id.type is NUMBER):
        counter = func.pg_get_serial_sequence(table.name, table.c.id.name)
        newest = select(func.max(table.c.id)).scalar_subquery()
        target.execute(select(func.setval(counter, newest)))


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


# Both ways -------------------------------------------------------------------------------------


def _copy(
    source: Connection, target: Connection, tables: Iterable[Table], progress: Progress
) -> None:
    done = 0
    for table in tables:
        with closing(backup_file.chunks(source, select(table))) as chunks:
            for rows in chunks:
                target.execute(insert(table), rows)
                done += len(rows)
                progress(done)
