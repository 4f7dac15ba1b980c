"""Notes what became of mails, some at a time: a commit takes as long as a mail or two.

No more than `every` mails are ever taken by the relay and not noted: so many may go out twice if
this process is killed. What a slow relay keeps waiting is noted within a fifth of a second.

The thread that sends commits by itself. Where another did it meanwhile, one mail more was open than
may be, and side by side it took a tenth to a fifth more of the processor for no gain on the clock.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from syndicate.deliver.composing import Composed, Nothing
from syndicate.errors import StoreError
from syndicate.store import deliveries, tellings
from syndicate.store import engine as store
from syndicate.store.deliveries import Outcome
from syndicate.store.engine import Engine

log = logging.getLogger(__name__)
WITHIN: Final = 0.2  # seconds
AT_END: Final = 3.0  # seconds that whoever is told to end waits for a store that is away
_RETRY: Final = 1.0  # seconds
Done = tuple[Composed | Nothing, Outcome]


class Noter:
    """Takes outcomes from one thread; another of its own sees that none waits long."""

    def __init__(
        self, engine: Engine, owner: str, *, clock: Callable[[], datetime], every: int
    ) -> None:
        self._engine = engine
        self._owner = owner
        self._clock = clock
        self._every = every
        self._lock = threading.Lock()
        self._waiting: list[Done] = []
        self._oldest = 0.0  # when the first of them was put, on the monotonic clock
        self._failed: Exception | None = None  # in the thread; the one that sends must hear of it
        self._sending = threading.Event()  # set from the first `put` to the next `flush`
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None
        self.lost = 0  # outcomes of deliveries that were ours no longer
        self.stop = threading.Event()  # that of who sends: set when it is to end

    def put(self, mail: Composed | Nothing, outcome: Outcome) -> None:
        """Take an outcome; commit where as many wait as may. StoreError where that fails."""
        with self._lock:
            if not self._waiting:
                self._oldest = time.monotonic()
            self._waiting.append((mail, outcome))
            if len(self._waiting) >= self._every:
                self._commit()
        if not self._sending.is_set():
            self._watch()

    def flush(self) -> None:
        """Note everything. StoreError where it cannot be."""
        self._sending.clear()
        with self._lock:
            self._commit()

    def close(self) -> None:
        """Note what an error left, if that is possible."""
        self._closed.set()
        self._sending.set()
        if self._thread:
            self._thread.join()
        with self._lock:
            try:
                self._commit()
            except StoreError as error:
                log.warning("what was sent is not noted, and may go twice: %s", error)

    def _commit(self) -> None:
        """Note what waits; call it with the lock. What cannot be noted is let go: it goes twice."""
        done, self._waiting = self._waiting, []
        failed, self._failed = self._failed, None
        if done:
            self._note_at_last(done)
        if failed:
            raise failed

    # In the thread ---------------------------------------------------------------------------

    def _watch(self) -> None:
        self._sending.set()
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="noter", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        while self._sending.wait() and not self._closed.wait(WITHIN / 2):
            with self._lock:
                if self._waiting and time.monotonic() - self._oldest >= WITHIN / 2:
                    try:
                        self._commit()
                    except Exception as error:  # noqa: BLE001 - the thread that sends raises it
                        self._failed = error

    # Either ----------------------------------------------------------------------------------

    def _note_at_last(self, done: Sequence[Done]) -> None:
        """Note; while the store is away, again and again, for as long as these are ours."""
        began = time.monotonic()
        while True:
            try:
                return self._note(done)
            except StoreError as error:
                ending = self._closed.is_set() or self.stop.is_set()
                patience = AT_END if ending else deliveries.LEASE.total_seconds()
                if time.monotonic() - began >= patience:
                    raise
                log.warning("what was sent cannot be noted yet: %s", error)
                time.sleep(_RETRY)

    def _note(self, done: Sequence[Done]) -> None:
        with store.recording(self._engine) as connection:
            outcomes = [outcome for _mail, outcome in done]
            self.lost += deliveries.record(connection, self._owner, outcomes, now=self._clock())
            for mail, _outcome in done:
                whose = (mail.delivery.recipient, mail.delivery.issue)
                for reason, seqs in mail.left_out.items():
                    tellings.skip(connection, whose, reason, seqs)
                if isinstance(mail, Nothing) and mail.delivery.channel == "alert":
                    tellings.skip(connection, whose, mail.reason)
