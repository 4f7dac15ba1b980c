"""Tells cheaply whether a store may have changed, so that readers need not ask it all the time."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path
from typing import Protocol

from syndicate.errors import StoreError
from syndicate.store.engine import Engine


class Watch(Protocol):
    """Asked every `interval` seconds."""

    interval: float

    def changed(self) -> bool:
        """Tell whether the store may have changed; StoreError when it is not there."""

    def close(self) -> None: ...


def watch(engine: Engine) -> Watch:
    """Return the watch of this kind of store, for one thread of one process."""
    database = engine.url.database
    if engine.dialect.name == "sqlite" and database:
        return _SqliteWatch(engine, Path(database))
    return _EveryTime()


class _EveryTime:
    """A server's store: reading its generation is the question."""

    interval = 0.5

    def changed(self) -> bool:
        return True

    def close(self) -> None:
        """Nothing is held open."""


class _SqliteWatch:
    """SQLite says by `data_version`, without reading a page, that others have committed.

    A file put back from a backup is another file, which open connections do not see: they are
    closed, so that the next ones open it.
    """

    interval = 0.05

    def __init__(self, engine: Engine, path: Path) -> None:
        self._engine = engine
        self._path = path
        self._connection: sqlite3.Connection | None = None
        self._seen: tuple[int, int] | None = None

    def changed(self) -> bool:
        try:
            inode = self._path.stat().st_ino
        except OSError as error:
            raise StoreError(
                f"the store cannot be opened ({self._path}): {error.strerror}",
                "put it back: `syndicate db restore FILE`",
            ) from error
        if self._seen is not None and self._seen[0] != inode:
            self.close()
            self._engine.dispose()
        before, self._seen = self._seen, (inode, self._version())
        return before != self._seen

    def _version(self) -> int:
        """Return a number that changes with every commit; 0 for a file that is no database."""
        try:
            if self._connection is None:
                self._connection = sqlite3.connect(self._path, isolation_level=None)
            version: int = self._connection.execute("PRAGMA data_version").fetchone()[0]
        except sqlite3.Error:
            self.close()
            return 0
        return version

    def close(self) -> None:
        if self._connection is not None:
            with contextlib.suppress(sqlite3.Error):
                self._connection.close()
        self._connection = None
