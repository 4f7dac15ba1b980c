"""How the hub stands, for metrics and the doctor."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, Connection, and_, case, func, select

from syndicate.store import instants
from syndicate.store.hub_tables import hub_request, hub_subscription
from syndicate.store.schema import document

SOON: Final = timedelta(days=1)
_LACKS: Final = and_(
    document.c.path == hub_subscription.c.topic, document.c.tag != hub_subscription.c.told
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Numbers of subscriptions and requests. `oldest`: since when one of them is due."""

    verified: int  # subscriptions whose lease lasts
    expiring: int  # of these, within SOON
    behind: int  # of these, without the present bytes
    requests: int  # whose callback is still to be asked
    oldest: datetime | None


def look(connection: Connection, now: datetime) -> Standing:
    at = instants.write(now)
    lasts = hub_subscription.c.expires > at
    soon = hub_subscription.c.expires <= instants.write(now + SOON)
    # since the document is another, or since the pause after a failure ended
    since = case(
        (document.c.last_modified > hub_subscription.c.due_at, document.c.last_modified),
        else_=hub_subscription.c.due_at,
    )
    due = select(func.min(since)).where(_LACKS, lasts, hub_subscription.c.due_at <= at)
    asked = select(func.min(hub_request.c.due_at)).where(hub_request.c.due_at <= at)
    oldest = [connection.execute(query).scalar() for query in (due, asked)]
    behind = select(func.count()).select_from(hub_subscription).where(_LACKS, lasts)
    return Standing(
        verified=_count(connection, lasts),
        expiring=_count(connection, lasts, soon),
        behind=connection.execute(behind).scalar_one(),
        requests=connection.execute(select(func.count()).select_from(hub_request)).scalar_one(),
        oldest=min((instants.read(one) for one in oldest if one), default=None),
    )


def _count(connection: Connection, *conditions: ColumnElement[bool]) -> int:
    query = select(func.count()).select_from(hub_subscription).where(*conditions)
    return int(connection.execute(query).scalar_one())
