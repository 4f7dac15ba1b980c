"""A backup as a file: a SQLite database with every table and a manifest, which says what it is.

The manifest holds a digest of each table, so that a restore knows what it puts back.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Generator, Iterator
from contextlib import contextmanager
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
    exc,
    insert,
    select,
)

from syndicate.errors import StoreError
from syndicate.store import instants, schema
from syndicate.store.engine import Connection

FORMAT: Final = "1"
CHUNK: Final = 200  # rows held in memory at a time; a document may have some 100 KB
TABLES: Final = tuple(schema.metadata.sorted_tables)

_REMEDY: Final = "nothing was changed; take another backup"
_DIGEST: Final = "digest of "
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


@contextmanager
def opened(path: Path, mode: str) -> Iterator[Connection]:
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


def chunks(
    connection: Connection, query: Select[Any]
) -> Generator[list[dict[str, Any]], None, None]:
    """Yield rows, as many at a time as memory should hold."""
    with connection.execute(query, execution_options={"yield_per": CHUNK}) as result:
        for part in result.mappings().partitions():
            yield [dict(row) for row in part]


# The manifest ----------------------------------------------------------------------------------


def put_manifest(target: Connection, manifest: Manifest) -> None:
    """Write the manifest; nothing is added to the file after it."""
    values = {
        "format": FORMAT,
        "program": manifest.program,
        "schema": manifest.schema,
        "made_at": instants.write(manifest.made_at),
        "epoch": manifest.epoch,
        "seq": str(manifest.seq),
        **{f"{_DIGEST}{table}": digest for table, digest in manifest.digests.items()},
    }
    if manifest.secret_key:
        values["secret_key"] = manifest.secret_key
    _manifest.create(target)
    target.execute(insert(_manifest), [{"name": n, "value": v} for n, v in values.items()])


def get_manifest(connection: Connection, path: Path) -> Manifest:
    """Return what a backup says of itself. StoreError for a database that is no backup."""
    try:
        found = connection.execute(select(_manifest)).all()
    except exc.OperationalError:
        raise StoreError(f"{path} is no backup of syndicate", _REMEDY) from None
    values = {row.name: row.value for row in found}
    if values.get("format") != FORMAT:
        raise StoreError(f"{path} was written by a newer syndicate", "upgrade syndicate")
    try:
        return Manifest(
            program=values["program"],
            schema=values["schema"],
            made_at=instants.read(values["made_at"]),
            epoch=values["epoch"],
            seq=int(values["seq"]),
            digests={
                name.removeprefix(_DIGEST): digest
                for name, digest in values.items()
                if name.startswith(_DIGEST)
            },
            secret_key=values.get("secret_key"),
        )
    except (KeyError, ValueError) as error:
        raise StoreError(f"{path} is damaged: its manifest lacks {error}", _REMEDY) from None


def check(connection: Connection, manifest: Manifest, path: Path) -> None:
    """Refuse a backup of another schema, and one that is not as it was written."""
    if manifest.schema != schema.HEAD:
        raise StoreError(
            f"{path} has schema {manifest.schema}, this program needs {schema.HEAD}",
            f"restore it with syndicate {manifest.program}, then upgrade",
        )
    if digests(connection) != manifest.digests:
        raise StoreError(f"{path} is damaged: it is not as it was written", _REMEDY)


def digests(connection: Connection) -> dict[str, str]:
    """Return a digest of each table's rows."""
    found = {}
    for table in TABLES:
        digest = hashlib.sha256()
        for rows in chunks(connection, select(table).order_by(*table.primary_key)):
            for value in (value for row in rows for value in row.values()):
                data = value if isinstance(value, bytes) else repr(value).encode()
                digest.update(b"%d:" % len(data))
                digest.update(data)
        found[table.name] = digest.hexdigest()
    return found
