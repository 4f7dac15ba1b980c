"""Notes what became of mails while the next ones go out: a commit takes as long as a mail or two.

No more than `every` mails are ever taken by the relay and not noted: so many may go out twice if
this process is killed. What a slow relay keeps waiting is noted within a fifth of a second.
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
_RETRY: Final = 1.0  # seconds
Done = tuple[Composed | Nothing, Outcome]


class Noter:
    """Takes outcomes from the thread that sends, and commits them in one of its own."""

    def __init__(
        self, engine: Engine, owner: str, *, clock: Callable[[], datetime], every: int
    ) -> None:
        self._engine = engine
        self._owner = owner
        self._clock = clock
        self._every = every
        self._changed = threading.Condition()
        self._waiting: list[Done] = []
        self._committing = 0
        self._hurry = False
        self._closed = False
        self._failed: Exception | None = None
        self._thread: threading.Thread | None = None
        self.lost = 0  # outcomes of deliveries that were ours no longer

    def put(self, mail: Composed | Nothing, outcome: Outcome) -> None:
        """Hand over an outcome; wait while as many as may be are not noted yet."""
        with self._changed:
            self._begin()
            while len(self._waiting) + self._committing >= self._every and not self._failed:
                self._changed.wait()
            self._waiting.append((mail, outcome))
            if self._is_time():
                self._changed.notify_all()

    def flush(self) -> None:
        """Wait until everything is noted. StoreError where it cannot be."""
        with self._changed:
            self._hurry = True
            self._changed.notify_all()
            while (self._waiting or self._committing) and not self._failed:
                self._changed.wait()
            self._hurry = False
            failed, self._failed = self._failed, None
        if failed:
            raise failed

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        if self._thread:
            self._thread.join()

    # In the thread ---------------------------------------------------------------------------

    def _begin(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="noter", daemon=True)
            self._thread.start()

    def _is_time(self) -> bool:
        """Tell whether to commit: half of what may be open is left to the thread that sends."""
        return bool(self._waiting) and (
            self._hurry or self._closed or len(self._waiting) >= (self._every + 1) // 2
        )

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._closed)
                self._changed.wait_for(self._is_time, timeout=WITHIN)
                if not self._waiting:
                    return
                done, self._waiting = self._waiting, []
                self._committing = len(done)
            failed = self._try_to_note(done)
            with self._changed:
                self._committing = 0
                self._failed = failed
                self._changed.notify_all()

    def _try_to_note(self, done: Sequence[Done]) -> Exception | None:
        """Note; while the store is away, again and again, for as long as these are ours."""
        limit = time.monotonic() + deliveries.LEASE.total_seconds()
        while True:
            try:
                self._note(done)
            except StoreError as error:
                log.warning("what was sent cannot be noted yet: %s", error)
                if self._closed or time.monotonic() > limit:
                    return error
                time.sleep(_RETRY)
            except Exception as error:  # noqa: BLE001 - the thread that sends must hear of it
                return error
            else:
                return None

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
