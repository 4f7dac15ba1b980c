"""Partners and their keys."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from syndicate.errors import NotFound
from syndicate.partners import Key, Partner, Scopes
from syndicate.store import instants
from syndicate.store.partner_tables import allowance, confirmed, partner, partner_key


def get_mark(connection: Connection) -> int:
    """Return a number that grows with every change to a partner or a key; 0 where there is none."""
    return connection.execute(select(func.max(partner.c.revised))).scalar() or 0


def list_partners(connection: Connection) -> list[Partner]:
    """Return all partners by name, each with every key it ever had."""
    keys: dict[str, list[Key]] = defaultdict(list)
    for row in connection.execute(select(partner_key).order_by(partner_key.c.number)):
        keys[row.partner].append(_key(row))
    rows = connection.execute(select(partner).order_by(partner.c.name))
    return [_partner(row, keys[row.id]) for row in rows]


def get(connection: Connection, name: str) -> Partner:
    """Return the partner of this name. NotFound names the others."""
    found = list_partners(connection)
    for one in found:
        if one.name == name:
            return one
    known = ", ".join(one.name for one in found)
    raise NotFound(f"there is no partner {name!r}", f"there are: {known}" if known else "")


def put(connection: Connection, present: Partner) -> None:
    """Write a partner, new or changed, and its keys."""
    connection.execute(delete(partner_key).where(partner_key.c.partner == present.id))
    if present.keys:
        rows = [
            {"partner": present.id, "number": number, **_key_columns(key)}
            for number, key in enumerate(present.keys)
        ]
        connection.execute(insert(partner_key), rows)
    columns = _columns(present) | {"revised": get_mark(connection) + 1}
    changed = connection.execute(update(partner).where(partner.c.id == present.id).values(columns))
    if not changed.rowcount:
        connection.execute(insert(partner).values(columns))
        none_yet = {"minute": 0, "in_minute": 0, "day": 0, "in_day": 0}
        connection.execute(insert(allowance).values(partner=present.id, **none_yet))


def forget_idle(connection: Connection, id: str, before: datetime) -> int:
    """Forget the copies of a partner that have sent no cursor since; return how many."""
    idle = delete(confirmed).where(
        confirmed.c.partner == id, confirmed.c.at < instants.write(before)
    )
    return connection.execute(idle).rowcount


def _partner(row: Row[Any], keys: Iterable[Key]) -> Partner:
    return Partner(
        id=row.id,
        name=row.name,
        contact=row.contact,
        scopes=Scopes.read(row.scopes),
        created=instants.read(row.created),
        expires=_read(row.expires),
        terms_version=row.terms_version,
        per_minute=row.per_minute,
        per_day=row.per_day,
        keys=tuple(keys),
    )


def _columns(present: Partner) -> dict[str, Any]:
    names = ("id", "name", "contact", "terms_version", "per_minute", "per_day")
    return {name: getattr(present, name) for name in names} | {
        "scopes": str(present.scopes),
        "created": instants.write(present.created),
        "expires": _write(present.expires),
    }


def _key(row: Row[Any]) -> Key:
    return Key(
        id=row.id,
        digest=bytes(row.digest),
        created=instants.read(row.created),
        expires=_read(row.expires),
        revoked=_read(row.revoked),
    )


def _key_columns(key: Key) -> dict[str, Any]:
    return {
        "id": key.id,
        "digest": key.digest,
        "created": instants.write(key.created),
        "expires": _write(key.expires),
        "revoked": _write(key.revoked),
    }


def _read(text: str | None) -> datetime | None:
    return instants.read(text) if text else None


def _write(instant: datetime | None) -> str | None:
    return instants.write(instant) if instant else None
