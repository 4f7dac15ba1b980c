"""Notices an older copy of the SQLite store that was put back by hand.

A file beside the store remembers the newest change that was ever published, and when alerts went
out last. A store that has less is an older copy: it gets a new epoch, so that mirrors begin anew
instead of missing changes, and its alerts are held, so that nobody is told twice.
"""

from __future__ import annotations

import logging
import tempfile
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path

import orjson

from syndicate.store import deliveries, holding, instants, journal
from syndicate.store.engine import Connection, Engine
from syndicate.store.journal import Head

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Mark:
    """What the file remembers; `sent` is an instant as text, empty before the first alert."""

    epoch: str = ""
    seq: int = 0
    sent: str = ""


def _file(engine: Engine) -> Path | None:
    if engine.dialect.name != "sqlite" or not engine.url.database:
        return None
    return Path(f"{engine.url.database}.highwater")


def check(connection: Connection) -> Head:
    """Return where the store stands, with a new epoch if it is older than the file remembers.

    Inside the writing transaction, so that what is published next belongs to the new epoch.
    """
    head = journal.get_head(connection)
    path = _file(connection.engine)
    mark = _known(path) if path else _Mark()
    if head.epoch != mark.epoch or head.seq >= mark.seq:
        return head
    epoch = journal.begin_epoch(connection)
    _hold(connection, mark)
    return replace(head, epoch=epoch)


def check_sent(connection: Connection) -> bool:
    """Hold alerts if later ones went out than the store knows of; tell whether it was so."""
    path = _file(connection.engine)
    mark = _known(path) if path else _Mark()
    last = deliveries.find_last_sent(connection)
    if not mark.sent or (last and instants.write(last) >= mark.sent):
        return False
    _hold(connection, mark)
    return True


def _hold(connection: Connection, mark: _Mark) -> None:
    sent = instants.read(mark.sent) if mark.sent else None
    holding.hold(connection, why="an older copy of the store was put back", sent_until=sent)


def note(engine: Engine, head: Head) -> None:
    """Remember the newest change. A crash before this leaves a lower mark, which is harmless.

    So is a mark that cannot be written: what was published is published.
    """
    path = _file(engine)
    if path is None:
        return
    known = _known(path)
    if known.epoch == head.epoch and known.seq >= head.seq:
        return  # or another publisher was faster
    _write(path, replace(known, epoch=head.epoch, seq=head.seq))


def note_sent(engine: Engine, at: datetime) -> None:
    """Remember when alerts went out last."""
    path = _file(engine)
    if path is None:
        return
    known = _known(path)
    if known.sent < instants.write(at):
        _write(path, replace(known, sent=instants.write(at)))


def accept(connection: Connection) -> None:
    """Take the store as it is: what it knows of is what went out."""
    path = _file(connection.engine)
    if path is not None:
        last = deliveries.find_last_sent(connection)
        _write(path, replace(_known(path), sent=instants.write(last) if last else ""))


def _write(path: Path, mark: _Mark) -> None:
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=path.name, delete=False) as new:
            new.write(orjson.dumps(asdict(mark)))
        Path(new.name).replace(path)
    except OSError as error:
        log.warning("%s cannot be written: %s", path, error)


def _known(path: Path) -> _Mark:
    """Return what the file remembers; nothing if it has none or cannot be read."""
    try:
        known = orjson.loads(path.read_bytes())
        return _Mark(str(known["epoch"]), int(known["seq"]), str(known.get("sent", "")))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return _Mark()
