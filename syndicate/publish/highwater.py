"""Notices an older copy of the SQLite store that was put back by hand.

A file beside the store remembers the newest change that was ever published. A store that has less
is an older copy: it gets a new epoch, so that mirrors begin anew instead of missing changes.
"""

from __future__ import annotations

import logging
import tempfile
from pathlib import Path

import orjson

from syndicate.store import journal
from syndicate.store.engine import Connection, Engine
from syndicate.store.journal import Head

log = logging.getLogger(__name__)


def _file(engine: Engine) -> Path | None:
    if engine.dialect.name != "sqlite" or not engine.url.database:
        return None
    return Path(f"{engine.url.database}.highwater")


def check(connection: Connection) -> bool:
    """Give the store a new epoch if it is older than the file remembers; tell whether it was.

    Inside the writing transaction, so that what is published next belongs to the new epoch.
    """
    path = _file(connection.engine)
    if path is None:
        return False
    epoch, seq = _known(path)
    head = journal.get_head(connection)
    if head.epoch != epoch or head.seq >= seq:
        return False
    journal.begin_epoch(connection)
    return True


def note(engine: Engine, head: Head) -> None:
    """Remember the newest change. A crash before this leaves a lower mark, which is harmless.

    So is a mark that cannot be written: what was published is published.
    """
    path = _file(engine)
    if path is None or _known(path) == (head.epoch, head.seq):
        return
    epoch, seq = _known(path)
    if epoch == head.epoch and seq > head.seq:
        return  # another publisher was faster
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=path.name, delete=False) as new:
            new.write(orjson.dumps({"epoch": head.epoch, "seq": head.seq}))
        Path(new.name).replace(path)
    except OSError as error:
        log.warning("%s cannot be written: %s", path, error)


def _known(path: Path) -> tuple[str, int]:
    """Return the epoch and sequence number that the file remembers, ("", 0) if it has none."""
    try:
        known = orjson.loads(path.read_bytes())
        return str(known["epoch"]), int(known["seq"])
    except (OSError, ValueError, KeyError, TypeError):
        return "", 0
