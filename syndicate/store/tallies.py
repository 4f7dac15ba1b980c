"""Counts within a period: what limits sign-ups and mails, and what metrics show."""

from __future__ import annotations

from sqlalchemy import Connection, delete, func, select

from syndicate.store.alert_tables import tally
from syndicate.store.replacing import insert_in


def add(connection: Connection, subject: str, period: str, number: int = 1) -> int:
    """Count, and return the sum within the period."""
    added = insert_in(connection.dialect.name, tally)
    added = added.values(subject=subject, period=period, count=number)
    summed = added.on_conflict_do_update(
        index_elements=[tally.c.subject, tally.c.period],
        set_={"count": tally.c.count + number},
    )
    count: int = connection.execute(summed.returning(tally.c.count)).scalar_one()
    return count


def sums(connection: Connection, prefix: str) -> dict[str, int]:
    """Return the sums of subjects that begin so, over all periods, without the prefix."""
    query = (
        select(tally.c.subject, func.sum(tally.c.count))
        .where(tally.c.subject.startswith(prefix, autoescape=True))
        .group_by(tally.c.subject)
    )
    rows = connection.execute(query)
    return {subject.removeprefix(prefix): int(number) for subject, number in rows}


def forget(connection: Connection, before: str, prefix: str) -> None:
    """Delete the counts of periods before one, of subjects that begin so."""
    connection.execute(
        delete(tally).where(
            tally.c.subject.startswith(prefix, autoescape=True), tally.c.period < before
        )
    )
