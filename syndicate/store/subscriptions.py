"""Confirmed addresses and what each asks for. One address has one subscription."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from syndicate.alerts.subscription import Schedule, Standing, Subscription, Wish
from syndicate.mailbox import Mailbox
from syndicate.store import instants
from syndicate.store.alert_tables import bounce, delivery, selected, subscription, told
from syndicate.store.batches import batches


@dataclass(slots=True)
class Reader:
    """What planning needs of a subscription: no address. `selections` maps each to its `since`."""

    id: int
    lane: str
    schedule: Schedule
    selections: dict[str, int]


# Reading ---------------------------------------------------------------------------------------


def find(connection: Connection, mailbox: Mailbox) -> Subscription | None:
    """Return the subscription of an address, in whatever spelling; an ended one too."""
    return _find(connection, subscription.c.address_key == mailbox.key)


def find_by_key(connection: Connection, key: str) -> Subscription | None:
    return _find(connection, subscription.c.key == key)


def get_many(connection: Connection, ids: Collection[int]) -> dict[int, Subscription]:
    """Return subscriptions by number; those whose address was forgotten are left out."""
    found = {}
    for part in batches(ids):
        rows = connection.execute(
            select(subscription).where(
                subscription.c.id.in_(part), subscription.c.address.is_not(None)
            )
        ).all()
        wanted = _selections(connection, [row.id for row in rows])
        found.update({row.id: _subscription(row, wanted.get(row.id, {})) for row in rows})
    return found


def _find(connection: Connection, condition: Any) -> Subscription | None:  # noqa: ANN401 - a row as it came - a clause
    row = connection.execute(
        select(subscription).where(condition, subscription.c.address.is_not(None))
    ).one_or_none()
    if row is None:
        return None
    return _subscription(row, _selections(connection, [row.id]).get(row.id, {}))


def _selections(connection: Connection, ids: Collection[int]) -> dict[int, dict[str, int]]:
    found: dict[int, dict[str, int]] = {}
    query = select(selected).where(selected.c.subscription_id.in_(ids))
    for row in connection.execute(query.order_by(selected.c.selection)):
        found.setdefault(row.subscription_id, {})[row.selection] = row.since
    return found


def list_readers(connection: Connection, after: int, limit: int) -> list[Reader]:
    """Return the next subscriptions, by number, that may be told anything."""
    numbers = (
        select(subscription.c.id)
        .where(subscription.c.id > after, subscription.c.standing != "ended")
        .order_by(subscription.c.id)
        .limit(limit)
        .subquery()
    )
    query = (
        select(
            subscription.c.id,
            subscription.c.lane,
            subscription.c.rhythm,
            subscription.c.zone,
            subscription.c.hour,
            subscription.c.weekday,
            subscription.c.day,
            selected.c.selection,
            selected.c.since,
        )
        .join(numbers, numbers.c.id == subscription.c.id)
        .outerjoin(selected, selected.c.subscription_id == subscription.c.id)
        .order_by(subscription.c.id)
    )
    schedules: dict[tuple[Any, ...], Schedule] = {}
    readers: list[Reader] = []
    for number, lane, *when, selection, since in connection.execute(query):
        if not readers or readers[-1].id != number:
            key = tuple(when)
            if key not in schedules:
                schedules[key] = _schedule(*key)
            readers.append(Reader(number, lane, schedules[key], {}))
        if selection is not None:
            readers[-1].selections[selection] = since
    return readers


def _schedule(rhythm: Any, zone: str, hour: int, weekday: int, day: int) -> Schedule:  # noqa: ANN401
    return Schedule(rhythm=rhythm, zone=zone, hour=hour, weekday=weekday, day=day)


def _subscription(row: Row[Any], selections: Iterable[str]) -> Subscription:
    return Subscription(
        id=row.id,
        key=row.key,
        address=row.address,
        standing=row.standing,
        wish=Wish(
            selections=tuple(selections),
            schedule=_schedule(row.rhythm, row.zone, row.hour, row.weekday, row.day),
            language=row.language,
            form=row.form,
        ),
        since=row.since,
        confirmed_at=instants.read(row.confirmed_at),
        paused_until=instants.read(row.paused_until) if row.paused_until else None,
    )


def count_standings(connection: Connection) -> dict[str, int]:
    """Return how many subscriptions are active, paused, bounced and ended."""
    query = select(subscription.c.standing, func.count()).group_by(subscription.c.standing)
    return {row[0]: row[1] for row in connection.execute(query)}


# Writing ---------------------------------------------------------------------------------------


def add(
    connection: Connection, key: str, mailbox: Mailbox, wish: Wish, *, since: int, now: datetime
) -> None:
    """Add the subscription of an address that has none. `since` is the journal's newest change."""
    number = connection.execute(
        insert(subscription)
        .values(
            key=key,
            address=str(mailbox),
            address_key=mailbox.key,
            lane=mailbox.domain,
            standing="active",
            since=since,
            confirmed_at=instants.write(now),
            **_columns(wish),
        )
        .returning(subscription.c.id)
    ).scalar_one()
    _select(connection, number, wish.selections, since)


def change(connection: Connection, old: Subscription, wish: Wish, *, since: int) -> None:
    """Write a new wish. Selections that stay keep their `since`; new ones mean what comes now."""
    connection.execute(
        update(subscription).where(subscription.c.id == old.id).values(_columns(wish))
    )
    gone = [one for one in old.wish.selections if one not in wish.selections]
    connection.execute(
        delete(selected).where(selected.c.subscription_id == old.id, selected.c.selection.in_(gone))
    )
    fresh = [one for one in wish.selections if one not in old.wish.selections]
    _select(connection, old.id, fresh, since)


def begin_anew(
    connection: Connection, number: int, *, since: int, now: datetime, confirmed: bool
) -> None:
    """Bring a subscription that had ended back: what came meanwhile is no news to it."""
    values = {"standing": "active", "ended_at": None, "paused_until": None, "since": since}
    if confirmed:
        values["confirmed_at"] = instants.write(now)
    connection.execute(update(subscription).where(subscription.c.id == number).values(values))
    connection.execute(
        update(selected).where(selected.c.subscription_id == number).values(since=since)
    )


def set_standing(
    connection: Connection,
    number: int,
    standing: Standing,
    *,
    now: datetime,
    until: datetime | None = None,
) -> None:
    """Pause, resume or end a subscription. Ended ones are forgotten by `forget` later."""
    connection.execute(
        update(subscription)
        .where(subscription.c.id == number)
        .values(
            standing=standing,
            paused_until=instants.write(until) if until else None,
            ended_at=instants.write(now) if standing == "ended" else None,
        )
    )


def end_pauses(connection: Connection, now: datetime) -> None:
    """Let subscriptions go on whose pause is over."""
    over = update(subscription).where(
        subscription.c.standing == "paused", subscription.c.paused_until <= instants.write(now)
    )
    connection.execute(over.values(standing="active", paused_until=None))


def forget_ended(connection: Connection, before: datetime) -> int:
    """Forget the addresses of subscriptions that ended before; return how many."""
    forgotten = update(subscription).where(
        subscription.c.ended_at < instants.write(before), subscription.c.address.is_not(None)
    )
    blank = {"address": None, "address_key": None, "lane": ""}
    return connection.execute(forgotten.values(blank)).rowcount


def erase(connection: Connection, number: int) -> None:
    """Delete all that is known of a subscription. The record of consent has no address in it."""
    connection.execute(
        delete(delivery).where(delivery.c.channel == "alert", delivery.c.recipient == number)
    )
    for table in (told, selected, bounce):
        connection.execute(delete(table).where(table.c.subscription_id == number))
    connection.execute(delete(subscription).where(subscription.c.id == number))


def _columns(wish: Wish) -> dict[str, Any]:
    schedule = wish.schedule
    return {
        "rhythm": schedule.rhythm,
        "zone": schedule.zone,
        "hour": schedule.hour,
        "weekday": schedule.weekday,
        "day": schedule.day,
        "language": wish.language,
        "form": wish.form,
    }


def _select(connection: Connection, number: int, selections: Sequence[str], since: int) -> None:
    if selections:
        connection.execute(
            insert(selected),
            [{"subscription_id": number, "selection": s, "since": since} for s in selections],
        )
