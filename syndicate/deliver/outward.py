"""Tells those outside what was published, from where they were told last: a cache, another's hub.

What was published is itself the order: whoever dies is followed by whoever claims next, and each is
told at least once. To be told twice costs them nothing.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, Protocol

from syndicate.deliver.engine import Duty
from syndicate.store import engine as store
from syndicate.store import progress
from syndicate.store.engine import Connection, Engine
from syndicate.store.progress import Name

log = logging.getLogger(__name__)
Send = Callable[[Sequence[str]], str | None]
"""Tells of these; returns why it failed, None where it did not."""

SETTLE: Final = 2.0
"""Seconds from seeing a change to telling of it: every web process has it after one."""
_FIRST_PAUSE: Final = timedelta(seconds=5)
_LONGEST_PAUSE: Final = timedelta(minutes=5)
_LONGEST_REPLY: Final = 300  # characters


class Telling(Protocol):
    """What is told to whom."""

    @property
    def name(self) -> Name:
        """Return what its progress is kept under."""

    def head(self, connection: Connection) -> int | None:
        """Return how far there is something to tell; None where nobody is to be told."""

    def first(self, connection: Connection, now: datetime) -> int:
        """Return from where on it is told by whoever begins."""

    def due(self, connection: Connection, reached: int) -> tuple[int, Sequence[str]]:
        """Return what is to be told after `reached`, and how far that is."""

    def send(self, told: Sequence[str]) -> str | None:
        """Tell it; return why that failed, None where it did not."""


class Outward:
    """One worker's part of it."""

    def __init__(
        self,
        engine: Engine,
        telling: Telling,
        *,
        clock: Callable[[], datetime],
        settle: float = SETTLE,
    ) -> None:
        self._engine = engine
        self._telling = telling
        self._clock = clock
        self._settle = settle

    @property
    def duties(self) -> Mapping[str, Duty]:
        """Return what is to be done again and again, by name."""
        return {f"tell {self._telling.name}": self.tell}

    def tell(self, stop: threading.Event) -> bool:
        """Tell what has come; False where nothing has, or where it is not time yet."""
        telling, now = self._telling, self._clock()
        with store.reading(self._engine) as connection:
            found = progress.find(connection, telling.name)
            head = telling.head(connection)
        if head is None:
            return False
        if found is None:
            with store.writing(self._engine) as connection:
                first = telling.first(connection, now)
                progress.begin(connection, telling.name, first, now)
            return True
        if found.reached >= head or found.due_at > now or stop.wait(self._settle):
            return False
        with store.recording(self._engine) as connection:
            claimed = progress.claim(connection, telling.name, self._clock())
            if claimed is None:
                return False
            until, told = telling.due(connection, claimed.reached)
        failure = telling.send(told) if told else None
        now = self._clock()
        with store.recording(self._engine) as connection:
            if failure is None:
                progress.note_done(connection, claimed, until, now)
            else:
                log.warning("%s: %s", telling.name, failure)
                due = now + pause(claimed.attempts)
                progress.put_off(connection, claimed, failure[:_LONGEST_REPLY], due)
        return failure is None


def pause(attempts: int) -> timedelta:
    """Return how long to wait after so many attempts: twice as long each time, up to 5 minutes."""
    return min(_FIRST_PAUSE * (1 << min(attempts - 1, 10)), _LONGEST_PAUSE)
