"""Webhooks as their operator keeps them: each call one transaction, refused whole or done whole.

A secret is shown when it is made. Unlike a partner's key it stays in the store: it signs.
"""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import datetime, timedelta

from syndicate import partners
from syndicate.errors import NotFound, PartnerRefused
from syndicate.outgoing import urls
from syndicate.store import callbacks, calls, journal
from syndicate.store import engine as store
from syndicate.store.callbacks import Callback
from syndicate.store.engine import Engine
from syndicate.webhooks import signature


def add(engine: Engine, name: str, url: str, *, now: datetime) -> Callback:
    """Register a callback for all that changes from now on.

    PartnerRefused where the name is taken; FetchError for what is no http(s) address. Where it
    leads is judged at each call, for names move.
    """
    name, url = partners.check_name(name), str(urls.parse(url))
    with store.writing(engine) as connection:
        if any(one.name.casefold() == name.casefold() for one in callbacks.list_all(connection)):
            raise PartnerRefused(f"there is a webhook {name!r} already", "choose another name")
        made = Callback(
            id=secrets.token_hex(6),
            name=name,
            url=url,
            secret=signature.make_secret(),
            created=now,
            seq=journal.get_head(connection).seq,
        )
        callbacks.add(connection, made)
    return made


def rotate(engine: Engine, name: str, *, now: datetime, overlap: timedelta) -> Callback:
    """Make another secret; the one before signs too until `overlap` has passed.

    PartnerRefused while two sign already: a third would end one that is still in use.
    """
    with store.writing(engine) as connection:
        found = callbacks.get(connection, name)
        if len(found.secrets(now)) > 1:
            raise PartnerRefused(
                f"{name} has two secrets until {found.former_until:%Y-%m-%d %H:%M} UTC",
                "wait until then, or remove the webhook and add it anew",
            )
        changed = replace(
            found,
            secret=signature.make_secret(),
            former_secret=found.secret if overlap else None,
            former_until=now + overlap if overlap else None,
        )
        callbacks.change(connection, changed)
    return changed


def remove(engine: Engine, name: str) -> None:
    """Forget a callback, and what was to be told it. NotFound where there is none."""
    with store.writing(engine) as connection:
        callbacks.remove(connection, callbacks.get(connection, name).id)


def replay(engine: Engine, name: str, *, now: datetime, since: int | None = None) -> int:
    """Call again: for the dead letters, or for every change after `since`; return how many.

    A callback that had ended with 410 is called again from then on. NotFound where there is none,
    or where the journal has not come to `since`.
    """
    with store.writing(engine) as connection:
        found = callbacks.get(connection, name)
        head = journal.get_head(connection).seq
        if since is not None and since > head:
            raise NotFound(f"there is no change {since}", f"the newest is {head}")
        callbacks.change(connection, replace(found, ended_at=None))
        return calls.replay(connection, found, since, now)
