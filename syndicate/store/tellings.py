"""Which change is told to whom with which issue: what a mail has to say, and what was said."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, and_, or_, select, update

from syndicate.model import Op, SummaryId
from syndicate.store.alert_tables import delivery, told
from syndicate.store.batches import batches
from syndicate.store.many import insert_many
from syndicate.store.schema import change

HELD: Final = "held"
"""Skipped after a restore, because it went out before: its reader has it."""
COUNTS: Final = or_(told.c.skipped.is_(None), told.c.skipped == HELD)

Address = tuple[int, str]
"""A subscription's number and an issue: together they name one mail."""


@dataclass(frozen=True, slots=True)
class Telling:
    """One change in one mail."""

    seq: int
    subscription: int
    issue: str
    summary_id: SummaryId
    op: Op


def put_new(connection: Connection, rows: Iterable[tuple[int, int, str]]) -> None:
    """Add tellings: change, subscription, issue."""
    insert_many(connection, told, ("seq", "subscription_id", "issue"), rows)


def list_of(connection: Connection, issue: str, subscriptions: Collection[int]) -> list[Telling]:
    """Return what the mails of one issue have to say, in order of the changes."""
    found = []
    for part in batches(subscriptions):
        query = (
            select(told.c.seq, told.c.subscription_id, change.c.summary_id, change.c.op)
            .join(change, change.c.seq == told.c.seq)
            .where(
                told.c.subscription_id.in_(part),
                told.c.issue == issue,
                told.c.skipped.is_(None),
            )
            .order_by(told.c.seq)
        )
        found += [
            Telling(seq, number, issue, SummaryId(summary_id), op)
            for seq, number, summary_id, op in connection.execute(query)
        ]
    return found


def find_had(
    connection: Connection, summary_ids: Collection[str], subscriptions: tuple[int, int]
) -> set[tuple[int, str]]:
    """Return which of these subscriptions, from one to another, an entry was planned for."""
    found: set[tuple[int, str]] = set()
    for part in batches(summary_ids):
        query = (
            select(told.c.subscription_id, change.c.summary_id)
            .join(change, change.c.seq == told.c.seq)
            .where(
                change.c.summary_id.in_(part),
                told.c.subscription_id.between(*subscriptions),
                COUNTS,
            )
            .distinct()
        )
        found.update((row[0], row[1]) for row in connection.execute(query))
    return found


def find_got(
    connection: Connection, summary_ids: Collection[str], subscriptions: Collection[int]
) -> set[tuple[int, str, str]]:
    """Return (subscription, entry, issue) of what went out, or is going out at this moment."""
    found: set[tuple[int, str, str]] = set()
    for part in batches(subscriptions):
        query = (
            select(told.c.subscription_id, change.c.summary_id, told.c.issue)
            .join(change, change.c.seq == told.c.seq)
            .join(
                delivery,
                and_(
                    delivery.c.channel == "alert",
                    delivery.c.recipient == told.c.subscription_id,
                    delivery.c.issue == told.c.issue,
                ),
            )
            .where(
                change.c.summary_id.in_(summary_ids),
                told.c.subscription_id.in_(part),
                COUNTS,
                or_(delivery.c.state.in_(["sent", "sending"]), told.c.skipped == HELD),
            )
            .distinct()
        )
        found.update((row[0], row[1], row[2]) for row in connection.execute(query))
    return found


def skip(
    connection: Connection, mail: Address, reason: str, seqs: Collection[int] | None = None
) -> None:
    """Note why a mail left changes out; without `seqs` all that it had."""
    subscription, issue = mail
    left_out = update(told).where(
        told.c.subscription_id == subscription, told.c.issue == issue, told.c.skipped.is_(None)
    )
    if seqs is not None:
        left_out = left_out.where(told.c.seq.in_(seqs))
    connection.execute(left_out.values(skipped=reason))


def skip_changes(connection: Connection, seqs: Collection[int], reason: str) -> None:
    """Note why nobody is told of some changes who has not been."""
    for part in batches(seqs):
        untold = update(told).where(told.c.seq.in_(part), told.c.skipped.is_(None))
        connection.execute(untold.values(skipped=reason))


def move(connection: Connection, mail: Address, issue: str) -> None:
    """Put what one mail has to say into another."""
    subscription, old = mail
    connection.execute(
        update(told)
        .where(told.c.subscription_id == subscription, told.c.issue == old)
        .values(issue=issue)
    )


def list_everything(connection: Connection, subscription: int) -> list[dict[str, object]]:
    """Return all that a subscription was told or is to be told, for its holder."""
    query = (
        select(change.c.summary_id, change.c.op, told.c.issue, told.c.skipped, delivery.c.state)
        .join(change, change.c.seq == told.c.seq)
        .outerjoin(
            delivery,
            and_(
                delivery.c.channel == "alert",
                delivery.c.recipient == told.c.subscription_id,
                delivery.c.issue == told.c.issue,
            ),
        )
        .where(told.c.subscription_id == subscription)
        .order_by(told.c.seq)
    )
    names = ("id", "op", "issue", "left_out", "mail")
    return [dict(zip(names, row, strict=True)) for row in connection.execute(query)]
