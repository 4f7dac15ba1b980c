"""What `alerts audit` counts: who should have been told of a change, and what became of it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, and_, func, select

from syndicate.model import Change, SummaryId
from syndicate.store import instants
from syndicate.store.alert_tables import delivery, event, selected, subscription, told
from syndicate.store.batches import batches
from syndicate.store.schema import change
from syndicate.store.tellings import COUNTS


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of so many tellings of one change."""

    state: str | None  # of the delivery; None where there is none, which is a fault
    skipped: str | None
    number: int


def list_events(connection: Connection, since: int, limit: int) -> Iterator[tuple[Change, bool]]:
    """Yield the changes after `since`, and whether each is planned for everybody."""
    query = (
        select(change, event.c.planned_at)
        .join(event, event.c.seq == change.c.seq)
        .where(change.c.seq > since)
        .order_by(change.c.seq)
        .limit(limit)
    )
    for row in connection.execute(query):
        yield (
            Change(
                seq=row.seq,
                summary_id=SummaryId(row.summary_id),
                revision=row.revision,
                op=row.op,
                at=instants.read(row.at),
            ),
            row.planned_at is not None,
        )


def list_selections(connection: Connection) -> list[str]:
    return list(connection.execute(select(selected.c.selection).distinct()).scalars())


def list_asking(connection: Connection, seq: int, selections: Collection[str]) -> set[int]:
    """Return the subscriptions that asked for any of these selections before a change."""
    found: set[int] = set()
    for part in batches(selections):
        query = (
            select(selected.c.subscription_id)
            .join(subscription, subscription.c.id == selected.c.subscription_id)
            .where(
                selected.c.selection.in_(part),
                selected.c.since < seq,
                subscription.c.standing != "ended",
            )
        )
        found.update(connection.execute(query).scalars())
    return found


def list_having(connection: Connection, before: int, summary_id: str) -> set[int]:
    """Return the subscriptions that were told of an entry before a change, and still stand."""
    query = (
        select(told.c.subscription_id)
        .join(change, change.c.seq == told.c.seq)
        .join(subscription, subscription.c.id == told.c.subscription_id)
        .join(
            delivery,
            and_(
                delivery.c.channel == "alert",
                delivery.c.recipient == told.c.subscription_id,
                delivery.c.issue == told.c.issue,
            ),
        )
        .where(
            change.c.summary_id == summary_id,
            change.c.seq < before,
            COUNTS,
            delivery.c.state == "sent",
            subscription.c.standing != "ended",
        )
    )
    return set(connection.execute(query).scalars())


def list_told(connection: Connection, seq: int) -> set[int]:
    query = select(told.c.subscription_id).where(told.c.seq == seq)
    return set(connection.execute(query).scalars())


def list_fates(connection: Connection, seq: int) -> list[Fate]:
    """Return what became of the tellings of a change."""
    query = (
        select(delivery.c.state, told.c.skipped, func.count())
        .select_from(told)
        .outerjoin(
            delivery,
            and_(
                delivery.c.channel == "alert",
                delivery.c.recipient == told.c.subscription_id,
                delivery.c.issue == told.c.issue,
            ),
        )
        .where(told.c.seq == seq)
        .group_by(delivery.c.state, told.c.skipped)
    )
    return [Fate(state, skipped, number) for state, skipped, number in connection.execute(query)]
