"""Webhooks as their operator keeps them: each call one transaction, refused whole or done whole.

A partner has one at most. Its secret is shown when it is made; unlike a partner's key it stays in
the store, for it signs.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from syndicate.definitions import Definitions
from syndicate.errors import NotFound, PartnerRefused
from syndicate.outgoing import urls
from syndicate.partners import Partner
from syndicate.store import callbacks, calls, journal
from syndicate.store import engine as store
from syndicate.store.callbacks import Callback
from syndicate.store.engine import Connection, Engine
from syndicate.webhooks import signature


def check(url: str, definitions: Definitions) -> str:
    """Return the address as it is kept. FetchError for what is no http(s) address.

    Where it leads is judged at each call, for names move. PartnerRefused where the network has
    switched webhooks off.
    """
    if not definitions.network.webhooks:
        raise PartnerRefused(
            "this network calls nobody", "set enabled = true in [webhooks] of network.toml"
        )
    return str(urls.parse(url))


def attach(connection: Connection, partner: Partner, url: str, *, now: datetime) -> Callback | None:
    """Give a partner its webhook, for all that changes from now on; return it if it is new.

    One that it has is called at the new address from now on, with the secret that it had, even if
    it had ended.
    """
    if found := callbacks.find(connection, partner.id):
        callbacks.change(connection, found.id, url=url, ended_at=None, rests_until=None)
        return None
    made = Callback(
        id=secrets.token_hex(6),
        partner=partner.id,
        name=partner.name,
        url=url,
        secret=signature.make_secret(),
        created=now,
        seq=journal.get_head(connection).seq,
    )
    callbacks.add(connection, made)
    return made


def rotate(engine: Engine, name: str, *, now: datetime, overlap: timedelta) -> str:
    """Make another secret and return it; the one before signs too until `overlap` has passed.

    PartnerRefused while two sign already: a third would end one that is still in use. NotFound
    where the partner has no webhook.
    """
    secret = signature.make_secret()
    with store.writing(engine) as connection:
        found = callbacks.get(connection, name)
        if len(found.secrets(now)) > 1:
            raise PartnerRefused(
                f"{name} has two secrets until {found.former_until:%Y-%m-%d %H:%M} UTC",
                "wait until then, or remove the webhook and add it anew",
            )
        callbacks.change(
            connection,
            found.id,
            secret=secret,
            former_secret=found.secret if overlap else None,
            former_until=now + overlap if overlap else None,
        )
    return secret


def remove(engine: Engine, name: str) -> None:
    """Forget a partner's webhook, and what was to be told it. NotFound where there is none."""
    with store.writing(engine) as connection:
        callbacks.remove(connection, callbacks.get(connection, name).partner)


def replay(engine: Engine, name: str, *, now: datetime, since: int | None = None) -> int:
    """Call again: for the dead letters, or for what changed after `since`; return how many.

    One that had ended with 410, or rests, is called again from now on. NotFound where there is
    none, or where the journal has not come to `since`.
    """
    with store.writing(engine) as connection:
        found = callbacks.get(connection, name)
        head = journal.get_head(connection).seq
        if since is not None and since > head:
            raise NotFound(f"there is no change {since}", f"the newest is {head}")
        callbacks.change(connection, found.id, ended_at=None, rests_until=None)
        return calls.replay(connection, found, since, now)
