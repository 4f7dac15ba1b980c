"""Opens the store and its transactions. SQLite by default, PostgreSQL by its URL.

A reading transaction sees one state from beginning to end; a writing one holds the writer's lock
from its beginning, so two publishers wait for each other and `seq` follows commit order.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event, exc, select

from syndicate.errors import StoreError
from syndicate.store import schema

__all__ = ["Connection", "Engine", "connect", "reading", "recording", "writing"]

LOCK_SECONDS: Final = 30
# A server that went silent must not hold up whoever asks it: seconds, then milliseconds.
_HIDDEN: Final = True  # values stand in no error's text, and so in no log
_POSTGRESQL: Final = {"connect_timeout": 5, "tcp_user_timeout": 20_000}


def connect(url: str, *, patience: float = 60.0) -> Engine:
    """Return the engine of `url`; connections are opened when used. Makes SQLite's folder.

    `patience` is for how many seconds a server may be silent on one question.
    """
    if url.startswith("sqlite:///"):
        Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(url, connect_args={"timeout": LOCK_SECONDS}, hide_parameters=_HIDDEN)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    from syndicate.store.patience import limit  # noqa: PLC0415 - psycopg may not be installed

    engine = create_engine(
        url,
        pool_pre_ping=True,
        pool_size=4,
        max_overflow=4,
        connect_args=_POSTGRESQL,
        hide_parameters=_HIDDEN,
    )
    limit(engine, patience)
    return engine


def get_driver_arguments(engine: Engine) -> dict[str, Any]:
    """Return what psycopg is to be called with to reach the same PostgreSQL."""
    _words, arguments = engine.dialect.create_connect_args(engine.url)
    return {**_POSTGRESQL, **arguments}


def _prepare_sqlite(connection: Any, _record: Any) -> None:  # noqa: ANN401 - the driver's
    connection.isolation_level = None  # the driver begins nothing by itself; _begin_sqlite does
    _turn_to_wal(connection)
    for pragma in (
        "synchronous = FULL",  # a commit that was answered survives a power cut
        "foreign_keys = ON",
        f"busy_timeout = {LOCK_SECONDS * 1000}",
        "cache_size = -6000",  # KiB: bounds the memory of a publisher
    ):
        connection.execute(f"PRAGMA {pragma}")


def _turn_to_wal(connection: Any) -> None:  # noqa: ANN401 - the driver's
    """Let readers and a writer go on side by side. The file remembers it: one process turns it.

    Whoever comes to a new file at that very moment is refused at once, however patient it is.
    """
    deadline = time.monotonic() + LOCK_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return


def _begin_sqlite(connection: Connection) -> None:
    # a deferred transaction that turns to writing fails at once when another has written
    options = connection.get_execution_options()
    patience = options.get("patience", LOCK_SECONDS)
    if connection.info.get("patience", LOCK_SECONDS) != patience:
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {patience * 1000:.0f}")
        connection.info["patience"] = patience
    connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("writing") else "BEGIN")


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Open one snapshot of the store. StoreError says what is wrong with the store."""
    with _told(engine):
        options = {} if engine.dialect.name == "sqlite" else {"isolation_level": "REPEATABLE READ"}
        with engine.connect().execution_options(**options) as connection, connection.begin():
            yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Open the one writing transaction; it commits at the end or leaves everything as it was."""
    with recording(engine) as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(select(schema.head.c.id).with_for_update())
        yield connection


@contextmanager
def recording(engine: Engine, *, patience: float | None = None) -> Iterator[Connection]:
    """Open a writing transaction beside the journal: on PostgreSQL it locks what it touches only.

    For the ledgers, which many write at once and which move no reader's documents. StoreError when
    the lock, on SQLite the one that publishers take, cannot be had in `patience` seconds
    (LOCK_SECONDS unless told).
    """
    patience = LOCK_SECONDS if patience is None else patience
    with (
        _told(engine),
        engine.connect().execution_options(writing=True, patience=patience) as connection,
        _waiting_for_lock(connection),
        connection.begin(),
    ):
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{patience * 1000:.0f}ms'")
        yield connection


@contextmanager
def _waiting_for_lock(connection: Connection) -> Iterator[None]:
    """Let a server be silent while another writer holds the lock, and until all is committed."""
    raw: Any = connection.connection.dbapi_connection
    before = getattr(raw, "patience", None)
    if before is not None:
        raw.patience = max(before, LOCK_SECONDS + 10)
    yield
    if before is not None:
        raw.patience = before


@contextmanager
def _told(engine: Engine) -> Iterator[None]:
    """Turn the driver's errors into ours, once, here."""
    try:
        yield
    except (exc.OperationalError, exc.ProgrammingError) as error:
        raise _explain(engine, str(error.orig)) from error
    except exc.DatabaseError as error:
        raise StoreError(f"the store failed: {error.orig}", _RESTORE) from error


_RESTORE: Final = "`syndicate doctor` examines it, `syndicate db restore FILE` brings back a backup"


def _explain(engine: Engine, cause: str) -> StoreError:
    where = engine.url.render_as_string(hide_password=True)
    known = {
        'database "': ("there is no such database", "create it, or check SYNDICATE_DATABASE_URL"),
        "connection": ("the database server does not answer", "check SYNDICATE_DATABASE_URL"),
        "no such table": ("the store has no tables yet", "run `syndicate db upgrade`"),
        "does not exist": ("the store has no tables yet", "run `syndicate db upgrade`"),
        "locked": ("another process is writing to the store", "wait for it, then run this again"),
        "lock timeout": ("another process is writing to the store", "wait for it, run this again"),
        "full": ("the disk is full", "make room, then run this again: nothing was changed"),
        "readonly": ("the store may not be written to", "check who owns its file and folder"),
        "unable to open": ("the store cannot be opened", "check SYNDICATE_DATABASE_URL"),
    }
    for mark, (message, remedy) in known.items():
        if mark in cause:
            return StoreError(f"{message} ({where})", remedy)
    return StoreError(f"the store failed ({where}): {cause}", _RESTORE)
