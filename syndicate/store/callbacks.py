"""Callbacks: who is called when something has changed, and where each stands in the journal."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from syndicate.errors import NotFound
from syndicate.store import instants
from syndicate.store.webhook_tables import call, callback


@dataclass(frozen=True, slots=True, kw_only=True)
class Callback:
    """One that is registered. `seq`: calls are made for the changes up to it."""

    id: str
    name: str
    url: str
    secret: str = field(repr=False)
    former_secret: str | None = field(default=None, repr=False)
    former_until: datetime | None = None
    created: datetime
    seq: int
    ended_at: datetime | None = None

    def secrets(self, now: datetime) -> tuple[str, ...]:
        """Return the secrets that sign at this moment, the newest first."""
        if self.former_secret and self.former_until and now < self.former_until:
            return self.secret, self.former_secret
        return (self.secret,)


def list_all(connection: Connection) -> list[Callback]:
    """Return all callbacks by name."""
    rows = connection.execute(select(callback).order_by(callback.c.name))
    return [_callback(row) for row in rows]


def get(connection: Connection, name: str) -> Callback:
    """Return the callback of this name. NotFound names the others."""
    found = {one.name: one for one in list_all(connection)}
    if name not in found:
        known = ", ".join(found)
        raise NotFound(f"there is no webhook {name!r}", f"there are: {known}" if known else "")
    return found[name]


def add(connection: Connection, made: Callback) -> None:
    connection.execute(insert(callback).values(_columns(made)))


def change(connection: Connection, changed: Callback) -> None:
    """Write what the operator may change; where it stands in the journal is the planner's."""
    columns = _columns(changed)
    del columns["seq"]
    connection.execute(update(callback).where(callback.c.id == changed.id).values(columns))


def remove(connection: Connection, id: str) -> None:
    """Forget a callback and its calls."""
    connection.execute(delete(call).where(call.c.callback == id))
    connection.execute(delete(callback).where(callback.c.id == id))


def end(connection: Connection, id: str, now: datetime) -> None:
    """End a callback that wants no calls any more, and skip what waits for it."""
    at = instants.write(now)
    connection.execute(update(callback).where(callback.c.id == id).values(ended_at=at))
    waiting = update(call).where(call.c.callback == id, call.c.ended_at.is_(None))
    connection.execute(waiting.values(state="skipped", owner=None, ended_at=at))


def count_calls(connection: Connection) -> Mapping[str, Mapping[str, int]]:
    """Return how many calls each callback has in each state."""
    query = select(call.c.callback, call.c.state, func.count())
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for id, state, number in connection.execute(query.group_by(call.c.callback, call.c.state)):
        found[id][state] = number
    return found


def _callback(row: Row[Any]) -> Callback:
    values = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public name for it
    for name in ("former_until", "created", "ended_at"):
        values[name] = instants.read(values[name]) if values[name] else None
    return Callback(**values)


def _columns(one: Callback) -> dict[str, Any]:
    values = asdict(one)
    for name in ("former_until", "created", "ended_at"):
        values[name] = instants.write(values[name]) if values[name] else None
    return values
