"""Purges a cache in front of what a change withdrew, corrected or moved, by surrogate keys.

The change itself is the order: whoever dies is followed by whoever claims next, and a cache is
told at least once. To be told twice costs it nothing.
"""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from datetime import datetime, timedelta
from typing import Final

from syndicate.deliver.engine import Duty
from syndicate.errors import FetchError
from syndicate.outgoing import Client, Guard, Limits
from syndicate.store import engine as store
from syndicate.store import purges
from syndicate.store.batches import batches
from syndicate.store.engine import Engine

log = logging.getLogger(__name__)
Send = Callable[[Sequence[str]], str | None]
"""Purges what has these keys; returns why it failed, None where it did not."""

LIMITS: Final = Limits(seconds=10, raw_bytes=64_000, inflated_bytes=64_000)
SETTLE: Final = 2.0
"""Seconds from seeing a change to the purge: every web process has it after one."""
_KEYS: Final = 50  # in one header, which servers take up to 8 KB of
_FIRST_PAUSE: Final = timedelta(seconds=5)
_LONGEST_PAUSE: Final = timedelta(minutes=5)
_LONGEST_REPLY: Final = 300  # characters


class Purger:
    """One worker's part of it."""

    def __init__(
        self,
        engine: Engine,
        send: Send,
        *,
        clock: Callable[[], datetime],
        settle: float = SETTLE,
    ) -> None:
        self._engine = engine
        self._send = send
        self._clock = clock
        self._settle = settle

    @property
    def duties(self) -> Mapping[str, Duty]:
        """Return what is to be done again and again, by name."""
        return {"purge": self.purge}

    def purge(self, stop: threading.Event) -> bool:
        """Purge what has changed; False where nothing has, or where it is not time yet."""
        now = self._clock()
        with store.reading(self._engine) as connection:
            found = purges.find(connection)
        if found is None:
            with store.writing(self._engine) as connection:
                purges.begin(connection, now)
            return True
        if found.oldest is None or found.due_at > now or stop.wait(self._settle):
            return False
        with store.recording(self._engine) as connection:
            claimed = purges.claim(connection, self._clock())
        if claimed is None:
            return False
        failure = self._send(claimed.keys) if claimed.keys else None
        now = self._clock()
        with store.recording(self._engine) as connection:
            if failure is None:
                purges.note_done(connection, claimed, now)
            else:
                log.warning("purge: %s", failure)
                reply = failure[:_LONGEST_REPLY]
                purges.put_off(connection, claimed, reply, now + pause(claimed.attempts))
        return failure is None


def pause(attempts: int) -> timedelta:
    """Return how long to wait after so many attempts: twice as long each time, up to 5 minutes."""
    return min(_FIRST_PAUSE * (1 << min(attempts - 1, 10)), _LONGEST_PAUSE)


def by_url(url: str, token: str | None, guard: Guard) -> Send:
    """Return what POSTs to this address, with `Surrogate-Key` and, given a token, as bearer."""
    bearer = {"Authorization": f"Bearer {token}"} if token else {}

    def send(keys: Sequence[str]) -> str | None:
        with closing(Client(guard, limits=LIMITS, kept=1)) as client:
            for part in batches(keys, _KEYS):
                headers = {"Surrogate-Key": " ".join(part), **bearer}
                try:
                    answer = client.send(url, b"", headers=headers)
                except FetchError as error:
                    return str(error)
                if not 200 <= answer.status < 300:
                    return f"the cache answered {answer.status}"
        return None

    return send


def by_command(words: Sequence[str], token: str | None, *, seconds: float = LIMITS.seconds) -> Send:
    """Return what runs this program with the keys as further arguments; no shell reads them.

    Of our settings it gets the token alone; what it says goes where our log goes.
    """
    environ = {name: text for name, text in os.environ.items() if "SYNDICATE_" not in name}
    if token:
        environ["SYNDICATE_PURGE_TOKEN"] = token

    def send(keys: Sequence[str]) -> str | None:
        try:
            child = subprocess.Popen(
                [*words, *keys],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                env=environ,
                start_new_session=True,
            )
        except OSError as error:
            return f"{words[0]}: {error.strerror}"
        try:
            status = child.wait(seconds)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)  # whatever it started too
            child.wait()
            return f"{words[0]} did not end in {seconds:g} s"
        return f"{words[0]} ended with status {status}" if status else None

    return send
