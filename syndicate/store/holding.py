"""Alerts are held after an older store was put back: some went out that it knows nothing of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import orjson
from sqlalchemy import Connection, delete, select

from syndicate.store import instants, site
from syndicate.store.alert_tables import subscription
from syndicate.store.schema import site as values

_NAME: Final = "alerts_held"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """Why nothing is planned or sent. `sent_until`: when alerts went out last, as far as known."""

    why: str
    sent_until: datetime | None


def hold(connection: Connection, *, why: str, sent_until: datetime | None) -> None:
    """Hold alerts until `release`, if there is anybody to be told anything."""
    if connection.execute(select(subscription.c.id).limit(1)).first() is None:
        return
    if known := find(connection):
        why = known.why
        sent_until = max(filter(None, (sent_until, known.sent_until)), default=None)
    text = {"why": why, "sent_until": instants.write(sent_until) if sent_until else None}
    site.put_values(connection, {_NAME: orjson.dumps(text).decode()})


def find(connection: Connection) -> Hold | None:
    text = site.get_values(connection).get(_NAME)
    if text is None:
        return None
    found = orjson.loads(text)
    sent = found["sent_until"]
    return Hold(why=found["why"], sent_until=instants.read(sent) if sent else None)


def release(connection: Connection) -> None:
    connection.execute(delete(values).where(values.c.name == _NAME))
