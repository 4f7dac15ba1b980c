"""Sends what is due: claims, composes, hands over, notes what became of it.

What the relay took is noted after every few mails and at the latest after a fifth of a second. A
sender that is killed in between leaves at most those to be sent twice, with the same Message-ID.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from syndicate.deliver import refusals
from syndicate.deliver.composing import Composed, Composer, Nothing
from syndicate.deliver.knowledge import Knowledge
from syndicate.deliver.smtp import LONGEST, Refused, Relay
from syndicate.store import deliveries, highwater, holding, tallies, tellings
from syndicate.store import engine as store
from syndicate.store.deliveries import Channel, Delivery, Outcome
from syndicate.store.engine import Connection, Engine

log = logging.getLogger(__name__)
CLAIM: Final = 50
NOTE_EVERY: Final = 10
NOTE_WITHIN: Final = 0.2  # seconds
LEASE: Final = timedelta(minutes=10)
_RESERVE: Final = LONGEST + 30  # seconds of the lease that must be left to begin another mail
_MINUTE: Final = timedelta(minutes=1)


@dataclass(slots=True)
class Sender:
    """Sends from one thread of one process; `owner` names it in the ledger."""

    engine: Engine
    knowledge: Knowledge
    composer: Composer
    relay: Relay
    owner: str
    clock: Callable[[], datetime]
    note_every: int = NOTE_EVERY
    _unnoted: list[tuple[Composed | Nothing, Outcome]] = field(init=False, default_factory=list)
    _noted_at: float = field(init=False, default=0.0)

    def send(self, stop: threading.Event) -> bool:
        """Send what is due, as much as one claim takes; False where nothing was due."""
        began = self._noted_at = time.monotonic()
        claimed, composed = self._take()
        for number, one in enumerate(composed):
            late = time.monotonic() - began > LEASE.total_seconds() - _RESERVE
            if late or stop.is_set() or not self._try(one):
                self._give_back(composed[number:])
                break
            if len(self._unnoted) >= self.note_every or self._is_time():
                self._note()
        self._note()
        return bool(claimed)

    def _is_time(self) -> bool:
        return time.monotonic() - self._noted_at > NOTE_WITHIN

    # Claiming --------------------------------------------------------------------------------

    def _take(self) -> tuple[Sequence[Delivery], Sequence[Composed | Nothing]]:
        """Claim what is due and make its mails. Letters go first: somebody waits for them."""
        now = self.clock()
        with store.recording(self.engine) as connection:
            if not self.knowledge.look(connection) or self.knowledge.alerts is None:
                return [], []
            channels: list[Channel] = ["letter"]
            if holding.find(connection) is None:
                channels.append("alert")
            claimed: list[Delivery] = []
            for channel in channels:
                claimed += deliveries.claim(
                    connection,
                    channel,
                    owner=self.owner,
                    now=now,
                    lease=LEASE,
                    limit=CLAIM - len(claimed),
                )
            claimed = self._within_limits(connection, claimed, now)
        if not claimed:
            return [], []
        with store.reading(self.engine) as connection:
            return claimed, list(self.composer.compose(connection, claimed, now))

    def _within_limits(
        self, connection: Connection, claimed: list[Delivery], now: datetime
    ) -> list[Delivery]:
        """Give back what is more than a domain may get in this minute."""
        limit = self.knowledge.alerts.domain_per_minute if self.knowledge.alerts else 0
        if not limit:
            return claimed
        kept = []
        for lane in sorted({one.lane for one in claimed}):
            mine = [one for one in claimed if one.lane == lane]
            count = tallies.add(connection, f"lane:{lane}", f"{now:%Y-%m-%dT%H:%M}", len(mine))
            room = max(len(mine) - max(count - limit, 0), 0)
            kept += mine[:room]
            deliveries.release(
                connection, self.owner, [one.id for one in mine[room:]], due=now + _MINUTE
            )
        return kept

    def _give_back(self, rest: Sequence[Composed | Nothing]) -> None:
        now = self.clock()
        with store.recording(self.engine) as connection:
            ids = [one.delivery.id for one in rest]
            deliveries.release(connection, self.owner, ids, due=now)

    # Handing over ----------------------------------------------------------------------------

    def _try(self, one: Composed | Nothing) -> bool:
        """Hand over one mail; False where the relay takes none at present."""
        if isinstance(one, Nothing):
            self._unnoted.append((one, Outcome(id=one.delivery.id, state="skipped")))
            return True
        try:
            self.relay.send(one.envelope, one.message)
        except Refused as refused:
            return self._refused(one, refused)
        self._unnoted.append((one, Outcome(id=one.delivery.id, state="sent")))
        return True

    def _refused(self, one: Composed, refused: Refused) -> bool:
        """Note a refusal at once, with all that follows from it."""
        self._note()
        now = self.clock()
        with store.recording(self.engine) as connection:
            return refusals.note(connection, self.owner, one, refused, now)

    def _note(self) -> None:
        """Commit what became of the last mails."""
        self._noted_at = time.monotonic()
        if not self._unnoted:
            return
        now = self.clock()
        done, self._unnoted = self._unnoted, []
        with store.recording(self.engine) as connection:
            lost = deliveries.record(connection, self.owner, [o for _one, o in done], now=now)
            _note_left_out(connection, [one for one, _outcome in done])
            sent = [one for one, outcome in done if outcome.state == "sent"]
            if sent:
                deliveries.note_success(connection, {one.delivery.lane for one in sent})
                tallies.add(connection, "mail:sent", f"{now:%Y-%m-%d}", len(sent))
        if any(one.delivery.channel == "alert" for one in sent):
            highwater.note_sent(self.engine, now)
        if lost:
            log.warning("%s mails were sent after their lease had ended: some may go twice", lost)


def _note_left_out(connection: Connection, done: Collection[Composed | Nothing]) -> None:
    """Note for each change that a mail did not tell why that was."""
    for one in done:
        mail = (one.delivery.recipient, one.delivery.issue)
        for reason, seqs in one.left_out.items():
            tellings.skip(connection, mail, reason, seqs)
        if isinstance(one, Nothing) and one.delivery.channel == "alert":
            tellings.skip(connection, mail, one.reason)
