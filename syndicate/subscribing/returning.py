"""Mail and reports that come back: they end or pause the subscription that they name."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from syndicate import mailbox
from syndicate.alerts import returns
from syndicate.alerts.returns import Severity
from syndicate.alerts.tokens import Keyring
from syndicate.errors import AddressError
from syndicate.store import bounces, subscriptions
from syndicate.store import engine as store
from syndicate.store.bounces import Bounce
from syndicate.store.engine import Engine
from syndicate.subscribing import keeping

Taken = Literal["bounce", "leave", "nothing"]


def take_mail(
    engine: Engine, keyring: Keyring, data: bytes, recipients: Iterable[str], *, now: datetime
) -> Taken:
    """Take a mail that came in; tell what it meant."""
    found = returns.read(data, recipients, keyring)
    if found is None:
        return "nothing"
    with store.recording(engine) as connection:
        whose = subscriptions.find_by_key(connection, found.key)
        if whose is None:  # forgotten; or a letter came back, from which nothing follows
            return "nothing"
        if found.what == "leave":
            keeping.end(connection, keyring, whose, "mail", now)
            return "leave"
        report = Bounce(
            source="mail", event=found.event, severity=found.severity, status=found.status
        )
        digest = keyring.digests_of(mailbox.written(whose.address))[0]
        bounces.note(connection, whose, report, digest=digest, now=now)
    return "bounce"


def take_report(
    engine: Engine,
    keyring: Keyring,
    address: str,
    *,
    event: str,
    severity: Severity,
    status: str,
    now: datetime,
) -> Taken:
    """Take a report of a mail service on one address."""
    try:
        found = mailbox.parse(address)
    except AddressError:
        return "nothing"
    with store.recording(engine) as connection:
        whose = subscriptions.find(connection, found)
        if whose is None:
            return "nothing"
        report = Bounce(source="report", event=event[:64], severity=severity, status=status)
        digest = keyring.digests_of(found)[0]
        bounces.note(connection, whose, report, digest=digest, now=now)
    return "bounce"
