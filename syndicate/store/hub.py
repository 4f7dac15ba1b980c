"""The hub's ledger: requests to verify, subscriptions, and who has not got the newest bytes.

A row is claimed by its owner until `due_at`, then anybody may take it again: at least once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from sqlalchemy import (
    ColumnElement,
    Connection,
    Table,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)

from syndicate.store import instants
from syndicate.store.hub_tables import hub_request, hub_subscription
from syndicate.store.schema import document

LEASE: Final = timedelta(minutes=2)
"""Longer than any exchange with a callback may take."""

_GONE: Final = hub_subscription.c.topic.not_in(select(document.c.path))
_BEHIND: Final = exists().where(
    document.c.path == hub_subscription.c.topic, document.c.tag != hub_subscription.c.told
)

Mode = Literal["subscribe", "unsubscribe", "denied"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a callback is to be asked, or, where it is denied, told."""

    mode: Mode
    topic: str  # the document's path
    asked: str  # hub.topic, as it was sent
    callback: str
    host: str
    secret: str | None = field(default=None, repr=False)
    seconds: int = 0
    reason: str = ""
    id: int = 0
    attempts: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A document that a callback has not got."""

    id: int
    topic: str
    callback: str
    secret: str | None = field(repr=False)
    tag: str
    media_type: str
    gzip: bytes = field(repr=False)
    attempts: int


def count(connection: Connection, host: str) -> tuple[int, int]:
    """Return how many requests and subscriptions there are in all, and of callbacks of a host."""
    both = []
    for condition in (True, False):
        number = 0
        for table in (hub_request, hub_subscription):
            query = select(func.count()).select_from(table)
            number += connection.execute(
                query if condition else query.where(table.c.host == host)
            ).scalar_one()
        both.append(number)
    return both[0], both[1]


def has(connection: Connection, topic: str, callback: str) -> bool:
    query = select(hub_subscription.c.id).where(
        hub_subscription.c.topic == topic, hub_subscription.c.callback == callback
    )
    return connection.execute(query).first() is not None


def ask(connection: Connection, asked: Asked, *, now: datetime) -> None:
    """Keep a request; it takes the place of an earlier one of the same topic and callback."""
    same = hub_request.c.topic == asked.topic, hub_request.c.callback == asked.callback
    connection.execute(delete(hub_request).where(*same))
    values = {name: getattr(asked, name) for name in Asked.__slots__ if name != "id"}
    connection.execute(insert(hub_request).values(**values, due_at=instants.write(now)))


def claim_requests(connection: Connection, owner: str, *, now: datetime, limit: int) -> list[Asked]:
    """Take requests whose time has come, oldest first."""
    rows = _claim(connection, hub_request, owner, now, limit)
    return [Asked(**{name: row[name] for name in Asked.__slots__}) for row in rows]


def end_request(connection: Connection, owner: str, number: int) -> bool:
    """Forget a request; False where it is the owner's no longer, or another took its place."""
    mine = _own(hub_request, owner, [number])
    return connection.execute(delete(hub_request).where(*mine)).rowcount == 1


def put_off_request(connection: Connection, owner: str, number: int, due: datetime) -> None:
    mine = _own(hub_request, owner, [number])
    values = {"owner": None, "due_at": instants.write(due)}
    connection.execute(update(hub_request).where(*mine).values(values))


def subscribe(connection: Connection, asked: Asked, *, now: datetime) -> None:
    """Begin or renew. A new subscriber has what is served now; a renewal keeps what it was told."""
    same = (
        hub_subscription.c.topic == asked.topic,
        hub_subscription.c.callback == asked.callback,
    )
    lease = {
        "secret": asked.secret,
        "expires": instants.write(now + timedelta(seconds=asked.seconds)),
    }
    if connection.execute(update(hub_subscription).where(*same).values(**lease)).rowcount:
        return
    tag = connection.execute(
        select(document.c.tag).where(document.c.path == asked.topic)
    ).scalar_one_or_none()
    connection.execute(
        insert(hub_subscription).values(
            topic=asked.topic,
            callback=asked.callback,
            host=asked.host,
            told=tag or "",
            attempts=0,
            due_at=instants.write(now),
            **lease,
        )
    )


def unsubscribe(connection: Connection, topic: str, callback: str) -> None:
    connection.execute(
        delete(hub_subscription).where(
            hub_subscription.c.topic == topic, hub_subscription.c.callback == callback
        )
    )


def end(connection: Connection, number: int) -> None:
    connection.execute(delete(hub_subscription).where(hub_subscription.c.id == number))


def forget_expired(connection: Connection, now: datetime) -> None:
    connection.execute(
        delete(hub_subscription).where(hub_subscription.c.expires <= instants.write(now))
    )


def take_orphans(connection: Connection, limit: int) -> list[Mapping[str, Any]]:
    """End subscriptions to documents that are no longer there; return them."""
    some = select(hub_subscription.c.id).where(_GONE).limit(limit)
    ended = delete(hub_subscription).where(hub_subscription.c.id.in_(some))
    found = connection.execute(ended.returning(hub_subscription)).mappings()
    return [dict(row) for row in found]


def is_due(connection: Connection, now: datetime) -> bool:
    """Tell whether there is a request to see to, or a subscription to end."""
    waiting = select(hub_request.c.id).where(hub_request.c.due_at <= instants.write(now))
    ending = select(hub_subscription.c.id).where(
        or_(hub_subscription.c.expires <= instants.write(now), _GONE)
    )
    return any(connection.execute(query.limit(1)).first() for query in (waiting, ending))


def is_behind(connection: Connection, now: datetime) -> bool:
    """Tell whether a document is to be sent to anybody."""
    query = select(hub_subscription.c.id).where(
        hub_subscription.c.due_at <= instants.write(now), _BEHIND
    )
    return connection.execute(query.limit(1)).first() is not None


def claim_due(connection: Connection, owner: str, *, now: datetime, limit: int) -> list[Due]:
    """Take subscriptions that lack the present bytes, those that wait longest first."""
    alive = hub_subscription.c.expires > instants.write(now)
    rows = _claim(connection, hub_subscription, owner, now, limit, _BEHIND, alive)
    topics = {row["topic"] for row in rows}
    query = select(document.c.path, document.c.tag, document.c.media_type, document.c.gzip)
    found = {row.path: row for row in connection.execute(query.where(document.c.path.in_(topics)))}
    return [
        Due(
            **{name: row[name] for name in ("id", "topic", "callback", "secret", "attempts")},
            tag=found[row["topic"]].tag,
            media_type=found[row["topic"]].media_type,
            gzip=found[row["topic"]].gzip,
        )
        for row in rows
        if row["topic"] in found
    ]


def note_told(connection: Connection, owner: str, told: Sequence[Due], *, now: datetime) -> None:
    """Note that subscribers have the bytes that were claimed for them."""
    for tag in {due.tag for due in told}:
        numbers = [due.id for due in told if due.tag == tag]
        values = {"told": tag, "attempts": 0, "due_at": instants.write(now), "owner": None}
        mine = _own(hub_subscription, owner, numbers)
        connection.execute(update(hub_subscription).where(*mine).values(values))


def put_off(connection: Connection, owner: str, number: int, due: datetime) -> None:
    mine = _own(hub_subscription, owner, [number])
    values = {"owner": None, "due_at": instants.write(due)}
    connection.execute(update(hub_subscription).where(*mine).values(values))


def release(
    connection: Connection, owner: str, rest: Sequence[Asked] | Sequence[Due], *, now: datetime
) -> None:
    """Give back what was claimed and not begun; it may be claimed again at once."""
    for table, kind in ((hub_request, Asked), (hub_subscription, Due)):
        numbers = [one.id for one in rest if isinstance(one, kind)]
        attempts = table.c.attempts - 1
        values = {"owner": None, "due_at": instants.write(now), "attempts": attempts}
        mine = _own(table, owner, numbers)
        connection.execute(update(table).where(*mine).values(values))


def _own(table: Table, owner: str, numbers: Sequence[int]) -> tuple[ColumnElement[bool], ...]:
    return table.c.id.in_(numbers), table.c.owner == owner


def _claim(
    connection: Connection,
    table: Table,
    owner: str,
    now: datetime,
    limit: int,
    *conditions: Any,  # noqa: ANN401 - SQLAlchemy's clauses
) -> list[Mapping[str, Any]]:
    due = (
        select(table.c.id)
        .where(table.c.due_at <= instants.write(now), *conditions)
        .order_by(table.c.due_at, table.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    taken = (
        update(table)
        .where(table.c.id.in_(due))
        .values(owner=owner, due_at=instants.write(now + LEASE), attempts=table.c.attempts + 1)
        .returning(table)
    )
    return [dict(row) for row in connection.execute(taken).mappings()]
