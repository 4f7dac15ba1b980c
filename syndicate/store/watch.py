"""Tells cheaply whether a store may have changed, so that readers need not ask it all the time."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path
from typing import Protocol

from syndicate.store.engine import Engine


class Watch(Protocol):
    """Asked every `interval` seconds; it may say yes too often, never no too often."""

    interval: float

    def changed(self) -> bool: ...

    def close(self) -> None: ...


def watch(engine: Engine) -> Watch:
    """Return the watch of this kind of store, for one thread of one process."""
    database = engine.url.database
    if engine.dialect.name == "sqlite" and database:
        return _SqliteWatch(database)
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

    A file put back from a backup is another file: then everything may have changed.
    """

    interval = 0.05

    def __init__(self, path: str) -> None:
        self._path = Path(path)
        self._connection: sqlite3.Connection | None = None
        self._seen: tuple[int, int] | None = None

    def changed(self) -> bool:
        try:
            inode = self._path.stat().st_ino
            if self._connection is None or self._seen is None or self._seen[0] != inode:
                self.close()
                self._connection = sqlite3.connect(self._path, isolation_level=None)
            (version,) = self._connection.execute("PRAGMA data_version").fetchone()
        except (OSError, sqlite3.Error):
            self.close()
            return True  # whoever reads the store now learns what is wrong with it
        before, self._seen = self._seen, (inode, version)
        return before != self._seen

    def close(self) -> None:
        if self._connection is not None:
            with contextlib.suppress(sqlite3.Error):
                self._connection.close()
        self._connection = None
        self._seen = None
