"""What came back, and what follows from it for the subscription that it concerns."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from syndicate.alerts.returns import MEMORY, Severity, is_given_up
from syndicate.alerts.subscription import Subscription
from syndicate.store import instants, people, subscriptions
from syndicate.store.alert_tables import bounce
from syndicate.store.people import Act, Consent, How


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounce:
    """One report. `source` and `event` name it: the same one counts once."""

    source: str
    event: str
    severity: Severity
    status: str


def note(
    connection: Connection, whose: Subscription, report: Bounce, *, digest: str, now: datetime
) -> None:
    """Count a report. A dead address and one that fails on and on are given up; a complaint ends.

    `digest` is that of the subscription's address.
    """
    if _is_known(connection, report):
        return
    connection.execute(
        insert(bounce).values(
            source=report.source,
            event=report.event,
            subscription_id=whose.id,
            severity=report.severity,
            status=report.status[:500],
            at=instants.write(now),
        )
    )
    if report.severity == "complaint":
        subscriptions.set_standing(connection, whose.id, "ended", now=now)
        people.suppress(connection, digest, "complaint", now=now)
        _record(connection, whose, digest, ("ended", "complaint"), now)
    elif whose.standing in ("active", "paused") and (
        report.severity == "hard" or is_given_up(_softs(connection, whose.id, now), now)
    ):
        subscriptions.set_standing(connection, whose.id, "bounced", now=now)
        _record(connection, whose, digest, ("paused", "bounce"), now)


def _record(
    connection: Connection, whose: Subscription, digest: str, what: tuple[Act, How], now: datetime
) -> None:
    act, how = what
    if whose.standing != "ended":
        record = Consent(at=now, act=act, how=how, subscription=whose.key, detail={})
        people.note(connection, digest, record)


def _is_known(connection: Connection, report: Bounce) -> bool:
    query = select(bounce.c.event).where(
        bounce.c.source == report.source, bounce.c.event == report.event
    )
    return connection.execute(query).first() is not None


def _softs(connection: Connection, number: int, now: datetime) -> list[datetime]:
    query = select(bounce.c.at).where(
        bounce.c.subscription_id == number,
        bounce.c.severity == "soft",
        bounce.c.at > instants.write(now - MEMORY),
    )
    return [instants.read(at) for at in connection.execute(query).scalars()]


def forget(connection: Connection, before: datetime) -> None:
    """Delete reports from before an instant."""
    connection.execute(delete(bounce).where(bounce.c.at < instants.write(before)))
