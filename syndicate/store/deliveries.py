"""The ledger of deliveries: what is to go out, who is at it, what became of it.

A delivery is claimed by lease: whoever claims it owns it until `due_at`; after that it can be
claimed again. So a sender that died loses nothing, and what it sent without noting it goes out
twice: at least once is promised, exactly once is not.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from sqlalchemy import Connection, bindparam, delete, func, literal, select, update

from syndicate.store import instants
from syndicate.store.alert_tables import delivery, rest
from syndicate.store.batches import batches
from syndicate.store.lanes import RELAY
from syndicate.store.many import insert_many

Channel = Literal["alert", "letter"]
State = Literal["queued", "sending", "sent", "failed", "skipped"]
LEASE: Final = timedelta(minutes=10)
"""So long a claimed delivery is its owner's."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One that was claimed. `attempts` counts this one."""

    id: int
    channel: Channel
    recipient: int
    issue: str
    lane: str
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of an attempt; `due_at` is set where it is tried again."""

    id: int
    state: State
    due_at: datetime | None = None
    reply: str | None = None


# Planning --------------------------------------------------------------------------------------


def put_new(
    connection: Connection,
    channel: Channel,
    rows: Iterable[tuple[int, str, str, datetime]],
) -> None:
    """Add deliveries: recipient, issue, lane and when each is due."""
    names = ("channel", "recipient", "issue", "lane", "state", "due_at", "attempts")
    written = (
        (channel, recipient, issue, lane, "queued", instants.write(due), 0)
        for recipient, issue, lane, due in rows
    )
    insert_many(connection, delivery, names, written)


def find_issues(
    connection: Connection, channel: Channel, recipients: tuple[int, int], issues: Collection[str]
) -> dict[tuple[int, str], bool]:
    """Return the deliveries of these issues to recipients from one to another, both included.

    The value tells whether more may still be put into it: nobody has tried to send it. It stays so
    until the transaction ends.
    """
    query = select(
        delivery.c.recipient, delivery.c.issue, delivery.c.state, delivery.c.attempts
    ).where(
        delivery.c.channel == channel,
        delivery.c.recipient.between(*recipients),
        delivery.c.issue.in_(issues),
    )
    return {
        (row.recipient, row.issue): row.state == "queued" and row.attempts == 0
        for row in connection.execute(query.with_for_update())
    }


def list_untried(connection: Connection, channel: Channel, recipient: int) -> list[Delivery]:
    """Return a recipient's deliveries that nobody has tried to send; they wait for this one."""
    query = select(delivery).where(
        delivery.c.channel == channel,
        delivery.c.recipient == recipient,
        delivery.c.ended_at.is_(None),
        delivery.c.state == "queued",
        delivery.c.attempts == 0,
    )
    rows = connection.execute(query.order_by(delivery.c.due_at).with_for_update())
    return [
        Delivery(row.id, channel, row.recipient, row.issue, row.lane, row.attempts) for row in rows
    ]


def remove(connection: Connection, number: int) -> None:
    connection.execute(delete(delivery).where(delivery.c.id == number))


# Sending ---------------------------------------------------------------------------------------


def claim(
    connection: Connection,
    channel: Channel,
    *,
    owner: str,
    now: datetime,
    limit: int,
) -> list[Delivery]:
    """Take what is due, oldest first, from lanes that do not rest; it is leased to the owner."""
    instant = instants.write(now)
    resting = select(rest.c.lane).where(rest.c.until > instant)
    due = (
        select(delivery.c.id)
        .where(
            delivery.c.ended_at.is_(None),
            delivery.c.channel == channel,
            delivery.c.due_at <= instant,
            delivery.c.lane.not_in(resting),
            literal(RELAY).not_in(resting),
        )
        .order_by(delivery.c.due_at, delivery.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    taken = (
        update(delivery)
        .where(delivery.c.id.in_(due))
        .values(
            state="sending",
            owner=owner,
            due_at=instants.write(now + LEASE),
            attempts=delivery.c.attempts + 1,
        )
        .returning(
            delivery.c.id,
            delivery.c.channel,
            delivery.c.recipient,
            delivery.c.issue,
            delivery.c.lane,
            delivery.c.attempts,
        )
    )
    found = [Delivery(**row) for row in connection.execute(taken).mappings()]
    return sorted(found, key=lambda one: one.id)


_SENT: Final = (
    update(delivery)
    .where(
        delivery.c.id.in_(bindparam("numbers", expanding=True)),
        delivery.c.owner == bindparam("whose"),
    )
    .values(state="sent", owner=None, ended_at=bindparam("now"), reply=None)
)
"""Made once: it runs after every few mails."""


def record(
    connection: Connection, owner: str, outcomes: Sequence[Outcome], *, now: datetime
) -> int:
    """Write what became of claimed deliveries; return how many were the owner's no longer."""
    written = 0
    for part in batches(one.id for one in outcomes if one.state == "sent"):
        sent = {"numbers": part, "whose": owner, "now": instants.write(now)}
        written += connection.execute(_SENT, sent).rowcount
    for one in outcomes:
        if one.state == "sent":
            continue
        values: dict[str, Any] = {"state": one.state, "owner": None, "reply": one.reply}
        if one.due_at:
            values["due_at"] = instants.write(one.due_at)
        else:
            values["ended_at"] = instants.write(now)
        owned = update(delivery).where(delivery.c.owner == owner, delivery.c.id == one.id)
        written += connection.execute(owned.values(values)).rowcount
    return len(outcomes) - written


def release(connection: Connection, owner: str, ids: Collection[int], *, due: datetime) -> None:
    """Give back what was claimed and not tried; it may be claimed again from `due` on."""
    for part in batches(ids):
        connection.execute(
            update(delivery)
            .where(delivery.c.id.in_(part), delivery.c.owner == owner)
            .values(
                state="queued",
                owner=None,
                due_at=instants.write(due),
                attempts=delivery.c.attempts - 1,
            )
        )


# Looking ---------------------------------------------------------------------------------------


def count_open(connection: Connection) -> Mapping[tuple[str, str], int]:
    """Return how many open deliveries each channel has in each state."""
    query = (
        select(delivery.c.channel, delivery.c.state, func.count())
        .where(delivery.c.ended_at.is_(None))
        .group_by(delivery.c.channel, delivery.c.state)
    )
    return {(channel, state): number for channel, state, number in connection.execute(query)}


def count_due(connection: Connection, channel: Channel, now: datetime) -> int:
    """Return how many deliveries of a channel may be claimed."""
    query = select(func.count()).where(
        delivery.c.ended_at.is_(None),
        delivery.c.channel == channel,
        delivery.c.due_at <= instants.write(now),
    )
    count: int = connection.execute(query).scalar_one()
    return count


def skip_due(connection: Connection, channel: Channel, now: datetime) -> list[Delivery]:
    """End what may be claimed without sending it; return it."""
    ended = (
        update(delivery)
        .where(
            delivery.c.ended_at.is_(None),
            delivery.c.channel == channel,
            delivery.c.due_at <= instants.write(now),
        )
        .values(state="skipped", owner=None, ended_at=instants.write(now))
        .returning(
            delivery.c.id,
            delivery.c.channel,
            delivery.c.recipient,
            delivery.c.issue,
            delivery.c.lane,
            delivery.c.attempts,
        )
    )
    return [Delivery(**row) for row in connection.execute(ended).mappings()]


def find_last_sent(connection: Connection) -> datetime | None:
    """Return when an alert went out last."""
    last = connection.execute(
        select(func.max(delivery.c.ended_at)).where(
            delivery.c.channel == "alert", delivery.c.state == "sent"
        )
    ).scalar_one()
    return instants.read(last) if last else None


def find_oldest_due(connection: Connection, now: datetime) -> datetime | None:
    """Return since when the oldest open delivery has been due; None where none is."""
    oldest = connection.execute(
        select(func.min(delivery.c.due_at)).where(
            delivery.c.ended_at.is_(None), delivery.c.due_at <= instants.write(now)
        )
    ).scalar_one()
    return instants.read(oldest) if oldest else None
