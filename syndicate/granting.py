"""Partners as their operator keeps them: each call one transaction, refused whole or done whole.

Whoever gets a key gets it from here, once; it cannot be had again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from syndicate import partners
from syndicate.errors import NotFound, PartnerRefused
from syndicate.partners import EVERYTHING, LIVE_AT_ONCE, Key, Partner, Scopes
from syndicate.store import callbacks
from syndicate.store import engine as store
from syndicate.store import partners as partners_
from syndicate.store.engine import Connection, Engine

OVERLAP: Final = timedelta(days=7)
"""How long a key that was replaced goes on working, if nothing else is said."""

Change = Callable[[Partner], Partner]
Also = Callable[[Connection, Partner], object]
"""What else belongs to the transaction: done with the partner, or neither is."""


@dataclass(frozen=True, slots=True)
class Granted:
    """A partner and the text of the key that was just made for it."""

    partner: Partner
    key: Key
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What is agreed with a partner; None leaves the network's quota in force."""

    contact: str = ""
    scopes: Scopes = EVERYTHING
    expires: datetime | None = None
    terms_version: str | None = None
    per_minute: int | None = None
    per_day: int | None = None


def _nothing(_connection: Connection, _partner: Partner) -> None:
    """Leave it at that."""


def add(
    engine: Engine, name: str, terms: Terms, *, now: datetime, also: Also = _nothing
) -> Granted:
    """Add a partner with its first key. PartnerRefused where there is one of that name."""
    name = partners.check_name(name)
    key, text = partners.make_key(now)
    agreed = {field: getattr(terms, field) for field in Terms.__slots__}
    made = Partner(id=partners.make_id(), name=name, created=now, keys=(key,), **agreed)
    with store.writing(engine) as connection:
        for other in partners_.list_partners(connection):
            if other.name.casefold() == name.casefold():
                raise PartnerRefused(
                    f"there is a partner {other.name!r} already",
                    f"`syndicate partner rotate {other.name!r}` makes another key",
                )
        partners_.put(connection, made)
        also(connection, made)
    return Granted(made, key, text)


def update(engine: Engine, name: str, change: Change, *, also: Also = _nothing) -> Partner:
    """Change what was agreed with a partner; its keys stay. NotFound for an unknown name."""
    with store.writing(engine) as connection:
        changed = change(partners_.get(connection, name))
        partners_.put(connection, changed)
        also(connection, changed)
    return changed


def rotate(engine: Engine, name: str, *, now: datetime, overlap: timedelta = OVERLAP) -> Granted:
    """Make a partner another key; the one before goes on for `overlap`.

    PartnerRefused where two are live: one of them would be cut off.
    """
    key, text = partners.make_key(now)

    def change(partner: Partner) -> Partner:
        live = partner.live_keys(now)
        if len(live) >= LIVE_AT_ONCE:
            ids = " and ".join(one.id for one in live)
            raise PartnerRefused(
                f"{partner.name} has two keys that work: {ids}",
                f"`syndicate partner revoke {partner.name!r} --key ID`, then rotate",
            )
        before = tuple(_ended(one, now + overlap) for one in partner.keys)
        return replace(partner, keys=(*before, key))

    return Granted(update(engine, name, change), key, text)


def _ended(key: Key, at: datetime) -> Key:
    """Return the key with its end no later than `at`."""
    return replace(key, expires=min(key.expires or at, at))


def revoke(
    engine: Engine, name: str, *, now: datetime, key_id: str | None = None
) -> tuple[Key, ...]:
    """Revoke one key of a partner, or all, for good; return those that worked until now.

    With all its keys goes its webhook: a partner that gets others is to be given another secret.
    """
    revoked: list[Key] = []

    def change(partner: Partner) -> Partner:
        if key_id is not None and all(key.id != key_id for key in partner.keys):
            known = ", ".join(key.id for key in partner.keys)
            raise NotFound(f"{partner.name} has no key {key_id!r}", f"there are: {known}")
        wanted = [key for key in partner.keys if key_id in (None, key.id)]
        revoked.extend(key for key in wanted if key.state(now) == "live")
        keys = [replace(k, revoked=k.revoked or now) if k in wanted else k for k in partner.keys]
        return replace(partner, keys=tuple(keys))

    def also(connection: Connection, partner: Partner) -> None:
        if key_id is None:
            callbacks.remove(connection, partner.id)

    update(engine, name, change, also=also)
    return tuple(revoked)


def forget_idle(engine: Engine, name: str, *, before: datetime) -> int:
    """Forget the copies of a partner that have sent no cursor since; return how many."""
    with store.writing(engine) as connection:
        return partners_.forget_idle(connection, partners_.get(connection, name).id, before)
