"""The worker's side: plans who is to be told that something has changed, and calls.

Everything may die at any point and be run again, by any number at once: a call that was not noted
is made again, with the same `webhook-id`, when its lease has ended. Several callbacks are called
at once, each in its own thread, so that a slow one delays the others by one call at most.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from syndicate import addresses, outgoing
from syndicate.errors import FetchError
from syndicate.outgoing import Client, Guard, Limits
from syndicate.store import callbacks, calls, journal, owners, site
from syndicate.store import engine as store
from syndicate.store.callbacks import Callback, is_live
from syndicate.store.calls import Call
from syndicate.store.engine import Connection, Engine
from syndicate.webhooks import payload, signature

LIMITS: Final = Limits(seconds=10, raw_bytes=64_000, inflated_bytes=64_000, redirects=0)
AT_ONCE: Final = 8
"""Callbacks that are called at the same time."""
_KEEP: Final = timedelta(days=90)
_TIDY_EVERY: Final = timedelta(hours=1)
_GONE: Final = 410
_BUSY: Final = frozenset({429, 503})
_LONGEST_REPLY: Final = 300  # characters of what is noted

WAITS: Final = tuple(
    timedelta(seconds=seconds)
    for seconds in (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
)
"""Between the attempts, as Standard Webhooks 1.0 has them: ten attempts in three days.

A callback that failed is left alone for the first of them, and for the last of them at most where
it asks to be.
"""
JITTER: Final = 0.2  # of a wait, added at random: those that failed together come back apart


def next_attempt(attempts: int, now: datetime, chance: float) -> datetime | None:
    """Return when to try again after so many attempts; None: never. `chance` is in [0, 1)."""
    if attempts > len(WAITS):
        return None
    return now + WAITS[attempts - 1] * (1 + JITTER * chance)


@dataclass(frozen=True, slots=True)
class _Result:
    """What became of one call: why it failed, None for 2xx; the status, 0 without an answer."""

    failure: str | None = None
    status: int = 0
    rest: timedelta = WAITS[0]


@dataclass(frozen=True, slots=True)
class _Round:
    """What the calls of one round have in common."""

    client: Client
    base_url: str
    epoch: str
    stop: threading.Event


class Caller:
    """Calls from one process; `owner` names it in the ledger."""

    def __init__(
        self,
        engine: Engine,
        guard: Guard,
        *,
        clock: Callable[[], datetime],
        limits: Limits = LIMITS,
    ) -> None:
        self._engine = engine
        self._guard = guard
        self._clock = clock
        self._limits = limits
        self._owner = owners.new()
        self._tidied_at: datetime | None = None

    @property
    def duties(self) -> Mapping[str, Callable[[threading.Event], bool]]:
        """Return what is to be done again and again, by name, in this order."""
        return {"plan webhooks": self.plan, "call webhooks": self.call, "tidy calls": self.tidy}

    def plan(self, _stop: threading.Event) -> bool:
        """Make the calls of what has changed; True where there may be more."""
        with store.reading(self._engine) as connection:
            head = journal.get_head(connection).seq
            found = callbacks.list_all(connection, is_live(self._clock()))
            # on SQLite looking must not take the lock that publishers take
            if all(one.seq >= head for one in found) or not _is_on(connection):
                return False
        with store.recording(self._engine) as connection:
            return calls.plan(connection, self._clock()) > 0

    def call(self, stop: threading.Event) -> bool:
        """Call whom something is due; False where nothing was."""
        with store.reading(self._engine) as connection:
            waiting = calls.list_waiting(connection, self._clock(), limit=AT_ONCE)
            if not waiting or not _is_on(connection):
                return False
            values = site.get_values(connection)
            epoch = journal.get_head(connection).epoch
            found = {one.id: one for one in callbacks.list_all(connection)}
        with (
            closing(Client(self._guard, limits=self._limits, kept=AT_ONCE)) as client,
            ThreadPoolExecutor(len(waiting), thread_name_prefix="webhook") as pool,
        ):
            present = _Round(client, values.get(site.BASE_URL, ""), epoch, stop)
            lanes = [pool.submit(self._lane, found[id], present) for id in waiting]
        return sum(lane.result() for lane in lanes) > 0

    def tidy(self, _stop: threading.Event) -> bool:
        """Forget old calls that succeeded; dead letters stay until they are replayed."""
        now = self._clock()
        if self._tidied_at is None or now - self._tidied_at >= _TIDY_EVERY:
            self._tidied_at = now
            with store.recording(self._engine) as connection:
                calls.forget(connection, now - _KEEP)
        return False

    # One callback ----------------------------------------------------------------------------

    def _lane(self, callback: Callback, present: _Round) -> int:
        """Make the newest call of one callback that is due; a failure gives it a rest."""
        if present.stop.is_set():
            return 0
        with store.recording(self._engine) as connection:
            claimed = calls.claim(connection, callback.id, owner=self._owner, now=self._clock())
        if claimed is None:
            return 0
        self._try(callback, claimed, present)
        return 1

    def _try(self, callback: Callback, one: Call, present: _Round) -> None:
        """Call once and note it."""
        result = self._send(callback, one, present)
        now = self._clock()
        with store.recording(self._engine) as connection:
            if result.failure is None:
                calls.note_sent(connection, one, owner=self._owner, now=now)
                return
            rested, ended = now + result.rest, result.status == _GONE
            due = None if ended else next_attempt(one.attempts, now, random.random())  # noqa: S311 - no secret
            due = max(due, rested) if due else None
            calls.note_failure(connection, one, result.failure, owner=self._owner, now=now, due=due)
            if ended:
                callbacks.end(connection, callback.id, now)
            else:
                callbacks.change(connection, callback.id, rests_until=rested)

    def _send(self, callback: Callback, one: Call, present: _Round) -> _Result:
        url = present.base_url + addresses.summary(one.slug)
        body = payload.write(one.change, url=url, epoch=present.epoch)
        now = self._clock()
        headers = signature.headers(
            callback.secrets(now),
            id=f"msg_{callback.id}_{present.epoch}_{one.change.seq}",
            timestamp=int(now.timestamp()),
            body=body,
        )
        try:
            answer = present.client.send(callback.url, body, headers=headers)
        except FetchError as error:
            return _Result(str(error)[:_LONGEST_REPLY])
        if 200 <= answer.status < 300:
            return _Result(status=answer.status)
        asked = outgoing.retry_after(answer.headers) if answer.status in _BUSY else None
        rest = min(timedelta(seconds=asked or 0), WAITS[-1])
        return _Result(f"it answered {answer.status}", answer.status, max(rest, WAITS[0]))


def _is_on(connection: Connection) -> bool:
    return site.get_definitions(connection).network.webhooks
