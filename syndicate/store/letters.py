"""Mails that somebody asked for on the site: to confirm, to change, or what we know of them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import orjson
from sqlalchemy import ColumnElement, Connection, Row, delete, func, insert, select, update

from syndicate.alerts.subscription import Language, Schedule, Wish
from syndicate.store import instants
from syndicate.store.alert_tables import delivery, letter

Purpose = Literal["confirm", "preferences", "export"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One mail to one address. `wish` is what a confirmation would subscribe."""

    id: int
    key: str
    purpose: Purpose
    address: str
    language: Language
    made_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
    wish: Wish | None = None
    data: str = ""  # of an export

    def is_open(self, now: datetime) -> bool:
        return self.used_at is None and now < self.expires_at


def add(
    connection: Connection,
    *,
    key: str,
    purpose: Purpose,
    address: str,
    digest: str,
    language: Language,
    now: datetime,
    expires_at: datetime,
    wish: Wish | None = None,
    data: str = "",
) -> int:
    """Add a letter; return its number, the recipient of its delivery."""
    added = insert(letter).values(
        key=key,
        purpose=purpose,
        address=address,
        address_digest=digest,
        language=language,
        content=_content(wish, data),
        made_at=instants.write(now),
        expires_at=instants.write(expires_at),
    )
    number: int = connection.execute(added.returning(letter.c.id)).scalar_one()
    return number


def find(connection: Connection, key: str) -> Letter | None:
    """Return a letter that is not forgotten yet."""
    row = connection.execute(
        select(letter).where(letter.c.key == key, letter.c.address.is_not(None))
    ).one_or_none()
    return _letter(row) if row else None


def get_many(connection: Connection, ids: Collection[int]) -> dict[int, Letter]:
    rows = connection.execute(
        select(letter).where(letter.c.id.in_(ids), letter.c.address.is_not(None))
    )
    return {row.id: _letter(row) for row in rows}


def use(connection: Connection, number: int, now: datetime) -> bool:
    """Mark a letter as used; False when it was used before: one of two at once has it."""
    used = update(letter).where(letter.c.id == number, letter.c.used_at.is_(None))
    return connection.execute(used.values(used_at=instants.write(now))).rowcount == 1


def count_since(
    connection: Connection, digests: Collection[str], purpose: Purpose, since: datetime
) -> int:
    """Return how many letters of a purpose an address was sent since an instant."""
    query = select(func.count()).where(
        letter.c.address_digest.in_(digests),
        letter.c.purpose == purpose,
        letter.c.made_at > instants.write(since),
    )
    count: int = connection.execute(query).scalar_one()
    return count


def replace_wish(connection: Connection, digests: Collection[str], wish: Wish) -> None:
    """Put what was asked for last into a confirmation that is still waiting for its button."""
    waiting = update(letter).where(
        letter.c.address_digest.in_(digests),
        letter.c.purpose == "confirm",
        letter.c.used_at.is_(None),
    )
    connection.execute(waiting.values(content=_content(wish, "")))


def forget_expired(connection: Connection, before: datetime, *, wholly: datetime) -> int:
    """Forget the addresses of letters that expired before; delete those older than `wholly`."""
    expired = letter.c.expires_at < instants.write(before)
    blank = {"address": None, "content": _content(None, "")}
    forgotten = update(letter).where(expired, letter.c.address.is_not(None)).values(blank)
    done = connection.execute(forgotten).rowcount
    _delete(connection, letter.c.made_at < instants.write(wholly))
    return done


def erase(connection: Connection, digests: Collection[str]) -> None:
    """Delete every letter to an address."""
    _delete(connection, letter.c.address_digest.in_(digests))


def _delete(connection: Connection, which: ColumnElement[bool]) -> None:
    """Delete letters and their deliveries: a number may be given again."""
    numbers = select(letter.c.id).where(which)
    connection.execute(
        delete(delivery).where(delivery.c.channel == "letter", delivery.c.recipient.in_(numbers))
    )
    connection.execute(delete(letter).where(which))


def _content(wish: Wish | None, data: str) -> str:
    return orjson.dumps({"wish": wish, "data": data}).decode()


def _letter(row: Row[Any]) -> Letter:
    content = orjson.loads(row.content)
    return Letter(
        id=row.id,
        key=row.key,
        purpose=row.purpose,
        address=row.address,
        language=row.language,
        wish=_wish(content["wish"]),
        data=content["data"],
        made_at=instants.read(row.made_at),
        expires_at=instants.read(row.expires_at),
        used_at=instants.read(row.used_at) if row.used_at else None,
    )


def _wish(fields: dict[str, Any] | None) -> Wish | None:
    if fields is None:
        return None
    schedule = Schedule(**fields.pop("schedule"))
    selections = tuple(fields.pop("selections"))
    return Wish(selections=selections, schedule=schedule, **fields)
