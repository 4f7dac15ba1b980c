"""Notices an older copy of the SQLite store that was put back by hand.

A file beside the store remembers the newest change that was ever published. A store that has less
is an older copy: it gets a new epoch, so that mirrors begin anew instead of missing changes.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import orjson

from syndicate.store import journal
from syndicate.store.engine import Connection, Engine
from syndicate.store.journal import Head


def _file(engine: Engine) -> Path | None:
    if engine.dialect.name != "sqlite" or not engine.url.database:
        return None
    return Path(f"{engine.url.database}.highwater")


def check(connection: Connection) -> bool:
    """Give the store a new epoch if it is older than the file remembers; tell whether it was.

    Inside the writing transaction, so that what is published next belongs to the new epoch.
    """
    path = _file(connection.engine)
    if path is None or not path.exists():
        return False
    with contextlib.suppress(orjson.JSONDecodeError, KeyError, TypeError):
        known = orjson.loads(path.read_bytes())
        head = journal.get_head(connection)
        if head.epoch == known["epoch"] and head.seq < known["seq"]:
            journal.begin_epoch(connection)
            return True
    return False


def note(engine: Engine, head: Head) -> None:
    """Remember the newest change. A crash before this leaves a lower mark, which is harmless."""
    path = _file(engine)
    if path is None:
        return
    new = path.with_suffix(f".{os.getpid()}")
    new.write_bytes(orjson.dumps({"epoch": head.epoch, "seq": head.seq}))
    new.replace(path)
