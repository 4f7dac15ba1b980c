"""Sends what is due: claims, composes, hands over, notes what became of it.

A sender that is killed leaves at most what was not noted yet to be sent twice, with the same
Message-ID (noting.py).
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

from syndicate.deliver import refusals
from syndicate.deliver.composing import Composed, Composer, Nothing
from syndicate.deliver.noting import Noter
from syndicate.deliver.smtp import LONGEST, Refused, Relay
from syndicate.store import deliveries, highwater, holding, lanes, tallies
from syndicate.store import engine as store
from syndicate.store.deliveries import LEASE, Channel, Delivery, Outcome
from syndicate.store.engine import Connection, Engine

log = logging.getLogger(__name__)
CLAIM: Final = 200
NOTE_EVERY: Final = 10
_RESERVE: Final = LONGEST + 30  # seconds of the lease that must be left to begin another mail
_MINUTE: Final = timedelta(minutes=1)


class Sender:
    """Sends from one thread of one process; `owner` names it in the ledger."""

    def __init__(
        self,
        engine: Engine,
        composer: Composer,
        relay: Relay,
        *,
        owner: str,
        clock: Callable[[], datetime],
        note_every: int = NOTE_EVERY,
    ) -> None:
        self._engine = engine
        self._composer = composer
        self._relay = relay
        self._owner = owner
        self._clock = clock
        self._noter = Noter(engine, owner, clock=clock, every=note_every)

    def send(self, stop: threading.Event) -> bool:
        """Send what is due, as much as one claim takes; False where nothing was due."""
        began = time.monotonic()
        self._noter.stop = stop
        claimed, composed = self._take()
        done: list[Delivery] = []
        for number, one in enumerate(composed):
            late = time.monotonic() - began > LEASE.total_seconds() - _RESERVE
            if late or stop.is_set() or not self._try(one, done):
                self._give_back(composed[number:])
                break
        self._noter.flush()
        self._sum_up(done)
        return bool(claimed)

    def close(self) -> None:
        self._noter.close()
        self._relay.close()

    # Claiming --------------------------------------------------------------------------------

    def _take(self) -> tuple[Sequence[Delivery], Sequence[Composed | Nothing]]:
        """Claim what is due and make its mails. Letters go first: somebody waits for them."""
        now = self._clock()
        with store.recording(self._engine) as connection:
            if (
                not self._composer.knowledge.look(connection)
                or self._composer.knowledge.alerts is None
            ):
                return [], []
            channels: list[Channel] = ["letter"]
            if holding.find(connection) is None:
                channels.append("alert")
            claimed: list[Delivery] = []
            for channel in channels:
                claimed += deliveries.claim(
                    connection,
                    channel,
                    owner=self._owner,
                    now=now,
                    limit=CLAIM - len(claimed),
                )
            claimed = self._within_limits(connection, claimed, now)
        if not claimed:
            return [], []
        with store.reading(self._engine) as connection:
            return claimed, list(self._composer.compose(connection, claimed, now))

    def _within_limits(
        self, connection: Connection, claimed: list[Delivery], now: datetime
    ) -> list[Delivery]:
        """Give back what is more than a domain may get in this minute."""
        limit = (
            self._composer.knowledge.alerts.domain_per_minute
            if self._composer.knowledge.alerts
            else 0
        )
        if not limit:
            return claimed
        kept = []
        for lane in sorted({one.lane for one in claimed}):
            mine = [one for one in claimed if one.lane == lane]
            count = tallies.add(connection, f"lane:{lane}", f"{now:%Y-%m-%dT%H:%M}", len(mine))
            room = max(len(mine) - max(count - limit, 0), 0)
            kept += mine[:room]
            deliveries.release(
                connection, self._owner, [one.id for one in mine[room:]], due=now + _MINUTE
            )
        return kept

    def _give_back(self, rest: Sequence[Composed | Nothing]) -> None:
        now = self._clock()
        with store.recording(self._engine) as connection:
            ids = [one.delivery.id for one in rest]
            deliveries.release(connection, self._owner, ids, due=now)

    # Handing over ----------------------------------------------------------------------------

    def _try(self, one: Composed | Nothing, done: list[Delivery]) -> bool:
        """Hand over one mail; False where the relay takes none at present."""
        if isinstance(one, Nothing):
            self._noter.put(one, Outcome(id=one.delivery.id, state="skipped"))
            return True
        try:
            self._relay.send(one.envelope, one.message)
        except Refused as refused:
            self._noter.flush()
            with store.recording(self._engine) as connection:
                return refusals.note(
                    connection,
                    self._composer.keyring,
                    self._owner,
                    one,
                    refused,
                    now=self._clock(),
                )
        self._noter.put(one, Outcome(id=one.delivery.id, state="sent"))
        done.append(one.delivery)
        return True

    def _sum_up(self, done: Sequence[Delivery]) -> None:
        """Note what holds for all that went out: their lanes work, and alerts went so far."""
        lost, self._noter.lost = self._noter.lost, 0
        now = self._clock()
        if done:
            with store.recording(self._engine) as connection:
                lanes.note_success(connection, {one.lane for one in done})
                tallies.add(connection, "mail:sent", f"{now:%Y-%m-%d}", len(done))
        if any(one.channel == "alert" for one in done):
            highwater.note_sent(self._engine, now)
        if lost:
            log.warning("%s mails were sent after their lease had ended: some may go twice", lost)
