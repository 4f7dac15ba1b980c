"""`db upgrade`: brings the store's tables to what this program needs. The one user of Alembic.

All migrations of one upgrade are one transaction; two upgrades at once wait for each other.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import inspect, select, text

from syndicate.errors import StoreError
from syndicate.store import engine as store
from syndicate.store import journal, schema
from syndicate.store.engine import LOCK_SECONDS, Connection, Engine

MIGRATIONS: Final = Path(__file__).with_name("migrations")
_LOCK: Final = 0x73796E6469636174  # "syndicat": the number of the lock that upgrades share


@dataclass(frozen=True, slots=True, kw_only=True)
class Upgraded:
    """From which version to which; `before` is None for a store that was empty."""

    before: str | None
    after: str

    @property
    def has_changed(self) -> bool:
        return self.before != self.after


def upgrade(engine: Engine) -> Upgraded:
    """Make or migrate the tables and begin the journal. Does nothing to a store that is current.

    StoreError where the store is newer than this program.
    """
    with _alone(engine) as connection:
        before = find_version(connection)
        _refuse_newer(before)
        if before != schema.HEAD:
            _migrate(connection)
        if connection.execute(select(schema.head.c.id)).one_or_none() is None:
            journal.begin_epoch(connection)
    return Upgraded(before=before, after=schema.HEAD)


def require_current(engine: Engine) -> None:
    """Raise StoreError, with the remedy, unless the store has the tables that this program needs.

    Looks for SQLite's file first, so that asking does not make one.
    """
    file = engine.url.database
    if engine.dialect.name == "sqlite" and file and not Path(file).exists():
        raise StoreError(f"there is no store at {file}", "run `syndicate db upgrade`")
    with store.reading(engine) as connection:
        version = find_version(connection)
    _refuse_newer(version)
    if version != schema.HEAD:
        had = f"has schema {version}" if version else "has no tables yet"
        raise StoreError(
            f"the store {had}, this program needs {schema.HEAD}", "run `syndicate db upgrade`"
        )


def find_version(connection: Connection) -> str | None:
    """Return the store's schema version; None for a database without our tables."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
    return str(found) if found else None


def _refuse_newer(version: str | None) -> None:
    if version is not None and version > schema.HEAD:  # versions are numbers of four digits
        raise StoreError(
            f"the store has schema {version}, newer than this program, which knows {schema.HEAD}",
            "upgrade syndicate",
        )


@contextmanager
def _alone(engine: Engine) -> Iterator[Connection]:
    """Open a transaction that no other upgrade shares, before there are tables to lock."""
    if engine.dialect.name == "sqlite":
        with store.writing(engine) as connection:
            yield connection
        return
    # The lock is held by a transaction of its own: the one that waits for it would still see the
    # tables as they were when it began.
    with store.reading(engine) as waiting:
        waiting.execute(text(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'"))
        waiting.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _LOCK})
        with engine.begin() as connection:
            yield connection


def _migrate(connection: Connection) -> None:
    from alembic import command  # noqa: PLC0415 - takes longer to import than all else together
    from alembic.config import Config  # noqa: PLC0415 - the same

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    command.upgrade(config, schema.HEAD)
