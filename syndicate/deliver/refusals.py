"""What follows from a refusal: for the mail, for its reader, for the domain, for everybody."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Final

from syndicate import mailbox
from syndicate.alerts.replies import Verdict, backoff, judge
from syndicate.alerts.returns import Severity
from syndicate.alerts.tokens import Keyring
from syndicate.deliver.composing import Composed
from syndicate.deliver.smtp import Refused
from syndicate.store import bounces, deliveries, lanes, tallies
from syndicate.store.bounces import Bounce
from syndicate.store.deliveries import Outcome
from syndicate.store.engine import Connection
from syndicate.store.lanes import RELAY

log = logging.getLogger(__name__)
_FIRST_REST: Final = timedelta(seconds=30)
_LONGEST_REST: Final = timedelta(minutes=15)
_LANE_REST: Final = timedelta(minutes=5)
_BROKEN_LANE: Final = 3
_BROKEN: Final = 20
"""So many refusals of what we send, one after the other, look like a fault of ours."""


def note(
    connection: Connection,
    keyring: Keyring,
    owner: str,
    mail: Composed,
    refused: Refused,
    *,
    now: datetime,
) -> bool:
    """Write what a refusal means; False where the relay is to be left alone for a while."""
    verdict = judge(refused.code, refused.reply, refused.stage)
    delivery = mail.delivery
    if verdict == "ours":
        # no fault of this mail: it has not been tried
        deliveries.release(connection, owner, [delivery.id], due=now)
        failures = lanes.note_failure(connection, RELAY, str(refused))
        pause = min(_FIRST_REST * 2 ** min(failures - 1, 10), _LONGEST_REST)
        lanes.let_rest(connection, RELAY, now + pause)
        log.warning("the relay takes no mail: %s; next attempt in %s", refused, pause)
        return False
    wait = None if verdict in ("hard", "refused") else backoff(delivery.attempts, delivery.id)
    outcome = Outcome(
        id=delivery.id,
        state="queued" if wait else "failed",
        due_at=now + wait if wait else None,
        reply=str(refused),
    )
    deliveries.record(connection, owner, [outcome], now=now)
    tallies.add(connection, f"mail:{'deferred' if wait else 'failed'}", f"{now:%Y-%m-%d}")
    if mail.reader and not wait:
        severity: Severity = "hard" if verdict == "hard" else "soft"
        report = Bounce(
            source="smtp",
            event=f"{delivery.id}-{delivery.attempts}",
            severity=severity,
            status=str(refused),
        )
        digest = keyring.digests_of(mailbox.written(mail.reader.address))[0]
        bounces.note(connection, mail.reader, report, digest=digest, now=now)
    if verdict == "busy":
        failures = lanes.note_failure(connection, delivery.lane, str(refused))
        if refused.code == 421 or failures >= _BROKEN_LANE:
            lanes.let_rest(connection, delivery.lane, now + _LANE_REST)
    return _still_trusted(connection, verdict, refused, now)


def _still_trusted(
    connection: Connection, verdict: Verdict, refused: Refused, now: datetime
) -> bool:
    """Count refusals of what we send; after many in a row stop, before more is lost."""
    if verdict != "refused":
        return True
    if lanes.note_failure(connection, RELAY, str(refused)) < _BROKEN:
        return True
    lanes.let_rest(connection, RELAY, now + _LONGEST_REST)
    log.error("%s mails in a row were refused, the last with %s: sending rests", _BROKEN, refused)
    return False
