"""Consent, which is only ever added to, and suppression: both know addresses as keyed digests."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import orjson
from sqlalchemy import Connection, delete, func, insert, or_, select

from syndicate.store import instants
from syndicate.store.alert_tables import consent, suppression

Act = Literal["asked", "confirmed", "changed", "paused", "resumed", "ended", "refused", "erased"]
How = Literal["form", "link", "one-click", "mail", "bounce", "complaint", "command"]
Reason = Literal["refused", "erased", "hard", "complaint"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """What somebody agreed to or took back, when and by what."""

    at: datetime
    act: Act
    how: How
    subscription: str | None
    detail: Mapping[str, Any]


def note(connection: Connection, digest: str, record: Consent) -> None:
    """Add to the record of consent."""
    connection.execute(
        insert(consent).values(
            at=instants.write(record.at),
            address_digest=digest,
            subscription=record.subscription,
            act=record.act,
            how=record.how,
            detail=orjson.dumps(record.detail).decode(),
        )
    )


def list_consent(connection: Connection, digests: Collection[str]) -> list[Consent]:
    """Return the record of an address, oldest first."""
    query = select(consent).where(consent.c.address_digest.in_(digests)).order_by(consent.c.id)
    return [
        Consent(
            at=instants.read(row.at),
            act=row.act,
            how=row.how,
            subscription=row.subscription,
            detail=orjson.loads(row.detail),
        )
        for row in connection.execute(query)
    ]


# Suppression -----------------------------------------------------------------------------------


def suppress(
    connection: Connection,
    digest: str,
    reason: Reason,
    *,
    now: datetime,
    until: datetime | None = None,
) -> None:
    """Write to an address no more, until a date or for good."""
    connection.execute(delete(suppression).where(suppression.c.address_digest == digest))
    connection.execute(
        insert(suppression).values(
            address_digest=digest,
            reason=reason,
            at=instants.write(now),
            until=instants.write(until) if until else None,
        )
    )


def allow(connection: Connection, digests: Collection[str]) -> bool:
    """Take a suppression away; tell whether there was one."""
    allowed = delete(suppression).where(suppression.c.address_digest.in_(digests))
    return connection.execute(allowed).rowcount > 0


def count_suppressed(connection: Connection) -> int:
    count: int = connection.execute(select(func.count()).select_from(suppression)).scalar_one()
    return count


def is_suppressed(connection: Connection, digests: Collection[str], now: datetime) -> bool:
    query = select(suppression.c.address_digest).where(
        suppression.c.address_digest.in_(digests),
        or_(suppression.c.until.is_(None), suppression.c.until > instants.write(now)),
    )
    return connection.execute(query).first() is not None
