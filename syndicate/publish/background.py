"""What the supervising process does beside serving.

What is due goes live, br codings are made, records that partners pull are sealed, changes dated.

All of it is restartable: each step is one transaction, and the store says what is left to do.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime
from typing import Final

from syndicate.documents import render
from syndicate.errors import SyndicateError
from syndicate.publish import publish_due, sealing
from syndicate.publish.dating import Dating
from syndicate.store import documents, journal, scheduled
from syndicate.store import engine as store
from syndicate.store.engine import Engine

log = logging.getLogger(__name__)
PAUSE: Final = 1.0  # seconds
BATCH: Final = 16


def run(engine: Engine, *, clock: Callable[[], datetime], stop: threading.Event) -> None:
    """Work until `stop` is set. A store that fails is tried again."""
    dating = Dating(engine, clock)
    while not stop.wait(PAUSE):
        try:
            if is_due(engine, clock()):
                publish_due(engine, now=clock())
            dating.catch_up()
            while not stop.is_set() and add_codings(engine, clock()):
                pass
            seal(engine, stop)
        except SyndicateError as error:
            log.warning("%s", error)
        except Exception:  # what nobody foresaw must not end what publishes the scheduled
            log.exception("the background work failed; it goes on")


def seal(engine: Engine, stop: threading.Event) -> None:
    """Seal what lies loose of the records that partners pull."""
    while not stop.is_set() and sealing.seal_one(engine):
        pass


def is_due(engine: Engine, now: datetime) -> bool:
    """Tell whether a scheduled summary's date has come."""
    with store.reading(engine) as connection:
        due = scheduled.find_next_due(connection)
    return due is not None and due <= now


def add_codings(engine: Engine, now: datetime) -> int:
    """Make the br coding of some documents that lack it; return how many.

    It is a further coding with its own entity-tag: the gzip that readers have stays as it is.
    """
    with store.reading(engine) as connection:
        lacking = documents.list_without_br(connection, BATCH)
    made = [(one, render.br_of(one.gzip)) for one in lacking]
    if not made:
        return 0
    with store.writing(engine) as connection:
        head = journal.get_head(connection)
        generation = head.generation + 1
        added = [
            documents.put_br(connection, one.path, one.tag, body, generation) for one, body in made
        ]
        if any(added):
            at = head.published_at or now
            journal.put_head(connection, seq=head.seq, generation=generation, at=at)
    return len(made)
