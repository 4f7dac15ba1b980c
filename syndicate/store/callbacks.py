"""Callbacks: which partners are called when something has changed, and where each stands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    and_,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)

from syndicate.errors import NotFound
from syndicate.store import instants, partners
from syndicate.store.partner_tables import partner
from syndicate.store.webhook_tables import call, callback

_INSTANTS: Final = ("former_until", "created", "rests_until", "ended_at")


@dataclass(frozen=True, slots=True, kw_only=True)
class Callback:
    """A partner's webhook; `name` is the partner's. `seq`: calls are made up to this change."""

    id: str
    partner: str
    name: str
    url: str
    secret: str = field(repr=False)
    former_secret: str | None = field(default=None, repr=False)
    former_until: datetime | None = None
    created: datetime
    seq: int
    rests_until: datetime | None = None
    ended_at: datetime | None = None

    def secrets(self, now: datetime) -> tuple[str, ...]:
        """Return the secrets that sign at this moment, the newest first."""
        if self.former_secret and self.former_until and now < self.former_until:
            return self.secret, self.former_secret
        return (self.secret,)


def is_live(now: datetime) -> ColumnElement[bool]:
    """Return the condition for being called: it has not ended, nor has the partner's time."""
    whose = partner.alias()  # whoever asks may have joined the partners already
    lasts = or_(whose.c.expires.is_(None), whose.c.expires > instants.write(now))
    return and_(
        callback.c.ended_at.is_(None), exists().where(whose.c.id == callback.c.partner, lasts)
    )


def list_all(connection: Connection, *conditions: ColumnElement[bool]) -> list[Callback]:
    """Return all callbacks, or those that meet the conditions, by the names of their partners."""
    both = select(callback, partner.c.name).join(partner, partner.c.id == callback.c.partner)
    rows = connection.execute(both.where(*conditions).order_by(partner.c.name))
    return [_callback(row) for row in rows]


def find(connection: Connection, partner: str) -> Callback | None:
    """Return the callback of the partner with this id."""
    return next(iter(list_all(connection, callback.c.partner == partner)), None)


def get(connection: Connection, name: str) -> Callback:
    """Return the callback of the partner of this name. NotFound for neither of them."""
    whose = partners.get(connection, name)
    if found := find(connection, whose.id):
        return found
    remedy = f"`syndicate partner update {name!r} --webhook URL` gives it one"
    raise NotFound(f"{name} has no webhook", remedy)


def add(connection: Connection, made: Callback) -> None:
    connection.execute(insert(callback).values(_columns(made)))


def change(connection: Connection, id: str, **values: str | datetime | None) -> None:
    """Write what is named, and nothing that a worker may have written meanwhile."""
    written = {name: _written(value) for name, value in values.items()}
    connection.execute(update(callback).where(callback.c.id == id).values(written))


def remove(connection: Connection, partner: str) -> bool:
    """Forget the callback of a partner, and its calls; tell whether there was one."""
    found = find(connection, partner)
    if found:
        connection.execute(delete(call).where(call.c.callback == found.id))
        connection.execute(delete(callback).where(callback.c.id == found.id))
    return found is not None


def end(connection: Connection, id: str, now: datetime) -> None:
    """End a callback that wants no calls any more, and skip what waits for it."""
    change(connection, id, ended_at=now)
    waiting = update(call).where(call.c.callback == id, call.c.ended_at.is_(None))
    connection.execute(waiting.values(state="skipped", owner=None, ended_at=instants.write(now)))


def count_calls(connection: Connection) -> Mapping[str, Mapping[str, int]]:
    """Return how many calls each callback has in each state."""
    query = select(call.c.callback, call.c.state, func.count())
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for id, state, number in connection.execute(query.group_by(call.c.callback, call.c.state)):
        found[id][state] = number
    return found


def _callback(row: Row[Any]) -> Callback:
    values = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public name for it
    for name in _INSTANTS:
        values[name] = instants.read(values[name]) if values[name] else None
    return Callback(**values)


def _columns(one: Callback) -> dict[str, Any]:
    return {name: _written(value) for name, value in asdict(one).items() if name != "name"}


def _written(value: object) -> object:
    return instants.write(value) if isinstance(value, datetime) else value
