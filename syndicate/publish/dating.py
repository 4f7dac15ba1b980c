"""Dates what was published, once it can be seen: see store/datestamps.py.

Not inside the publish: a date must not be from before the commit. Whoever is killed in between
leaves changes without a date, which are told as the newest until the next one dates them.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from syndicate.documents.oai import basis
from syndicate.store import datestamps, journal, site
from syndicate.store import engine as store
from syndicate.store.engine import Connection, Engine
from syndicate.store.journal import Head

Clock = Callable[[], datetime]


class Dating:
    """Dates changes again and again, and asks next to nothing of a store that has no new ones."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock
        self._done: Head | None = None

    def catch_up(self) -> bool:
        """Date what has no date yet; tell whether there was anything."""
        with store.reading(self._engine) as connection:
            head = journal.get_head(connection)
            if head == self._done or self._wanted(connection, head) is None:
                self._done = head
                return False
        with store.writing(self._engine) as connection:
            head = journal.get_head(connection)
            wanted = self._wanted(connection, head)
            if wanted is not None:
                datestamps.date(connection, wanted, seq=head.seq, now=self._clock())
        self._done = head
        return True

    def _wanted(self, connection: Connection, head: Head) -> str | None:
        """Return the basis on which changes are to be dated; None where there are none."""
        if not head.seq:
            return None
        definitions = site.get_definitions(connection)
        if not definitions.network.oai:
            return None
        wanted = basis(definitions, head.epoch)
        dated = datestamps.get(connection, wanted, self._clock())
        return wanted if dated.upto < head.seq else None
