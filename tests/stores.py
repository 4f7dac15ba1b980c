"""Stores as `db upgrade` makes them: migrated once in a test process, and copied for each test.

A copy costs a tenth of what the migrations cost. Its history is its own: each has its epoch.
"""

from __future__ import annotations

import functools
import tempfile
from pathlib import Path

from sqlalchemy import URL

from syndicate.store import engine as store
from syndicate.store import journal
from syndicate.store.engine import Engine
from syndicate.store.upgrade import upgrade
from tests import postgres

_made: dict[URL, URL] = {}  # the migrated database of each server


def make(url: str) -> Engine:
    """Return the engine of an empty store; at `url` is no file yet, or an empty database."""
    engine = store.connect(url)
    if engine.dialect.name == "sqlite":
        Path(str(engine.url.database)).write_bytes(_migrated_file())
    else:
        postgres.replace_by_copy(engine.url, _migrated_database(engine.url))
    with store.recording(engine) as connection:
        journal.begin_epoch(connection)
    return engine


@functools.cache
def _migrated_file() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "store.sqlite"
        _migrate(f"sqlite:///{file}")
        return file.read_bytes()


def _migrated_database(url: URL) -> URL:
    server = postgres.get_server(url)
    if server not in _made:
        _made[server] = postgres.create_database(server)
        _migrate(_made[server].render_as_string(hide_password=False))
    return _made[server]


def _migrate(url: str) -> None:
    engine = store.connect(url)
    upgrade(engine)
    engine.dispose()  # the last to leave writes SQLite's log into its file


def forget(server: URL) -> None:
    """Drop what was kept in a server that goes on without us."""
    if made := _made.pop(postgres.get_server(server), None):
        postgres.drop_database(server, made)
