"""Notices an older copy of the SQLite store that was put back by hand.

A file beside the store remembers the newest change that was ever published. A store that has less
is an older copy: it gets a new epoch, so that mirrors begin anew instead of missing changes.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import orjson

from syndicate.store import engine as store
from syndicate.store import journal
from syndicate.store.engine import Engine


def _file(engine: Engine) -> Path | None:
    if engine.dialect.name != "sqlite" or not engine.url.database:
        return None
    return Path(f"{engine.url.database}.highwater")


def check(engine: Engine) -> bool:
    """Give the store a new epoch if it is older than the file remembers; tell whether it was."""
    path = _file(engine)
    if path is None or not path.exists():
        return False
    with contextlib.suppress(orjson.JSONDecodeError, KeyError, TypeError):
        known = orjson.loads(path.read_bytes())
        with store.reading(engine) as connection:
            head = journal.get_head(connection)
        if head.epoch == known["epoch"] and head.seq < known["seq"]:
            with store.writing(engine) as connection:
                journal.begin_epoch(connection)
            note(engine)
            return True
    return False


def note(engine: Engine) -> None:
    """Remember the newest change. A crash before this leaves a lower mark, which is harmless."""
    path = _file(engine)
    if path is None:
        return
    with store.reading(engine) as connection:
        head = journal.get_head(connection)
    new = path.with_suffix(f".{os.getpid()}")
    new.write_bytes(orjson.dumps({"epoch": head.epoch, "seq": head.seq}))
    new.replace(path)
