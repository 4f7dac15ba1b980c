"""Beginning a subscription: asked for by anybody, confirmed only from the address itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from syndicate import mailbox
from syndicate.alerts.subscription import Subscription, Wish
from syndicate.alerts.tokens import Keyring, new_key
from syndicate.errors import Gone, NotFound, TooMany
from syndicate.mailbox import Mailbox
from syndicate.store import deliveries, jobs, journal, letters, people, subscriptions, tallies
from syndicate.store import engine as store
from syndicate.store.engine import Connection, Engine
from syndicate.store.letters import Letter
from syndicate.store.people import Consent
from syndicate.subscribing.records import detail_of

CONFIRM_WITHIN: Final = timedelta(hours=72)
CLIENT_PER_DAY: Final = 20
ALL_PER_MINUTE: Final = 120
_DAY: Final = timedelta(days=1)
_MONTH: Final = timedelta(days=30)
_PER_MONTH: Final = 3


def sign_up(
    engine: Engine, keyring: Keyring, address: str, wish: Wish, *, client: str, now: datetime
) -> None:
    """Send an address one mail that asks it to confirm, if it may be sent one.

    A known, a suppressed and a new address get the same answer. AddressError for what is no
    address, TooMany where `client` (an IP address) or all of them together ask too often.
    """
    found = mailbox.parse(address)
    digests = keyring.digests_of(found)
    with store.recording(engine) as connection:
        count(connection, keyring, client, digests[0], now)
        today = letters.count_since(connection, digests, "confirm", now - _DAY)
        month = letters.count_since(connection, digests, "confirm", now - _MONTH)
        suppressed = people.is_suppressed(connection, digests, now)
        if today:
            letters.replace_wish(connection, digests, wish)
        elif month < _PER_MONTH and not suppressed and not found.is_role:
            _ask(connection, found, wish, digests[0], now)
    jobs.wake(engine)


def count(
    connection: Connection, keyring: Keyring, client: str, digest: str, now: datetime
) -> None:
    """Count who asks; TooMany where it is too often. No address is kept.

    Two who ask at once about one address wait for each other here, until the transaction ends.
    """
    name = keyring.digest("client", client)
    tallies.add(connection, f"asked:{digest}", f"{now:%Y-%m-%d}")
    by_client = tallies.add(connection, f"asked:{name}", f"{now:%Y-%m-%d}")
    by_all = tallies.add(connection, "asked:all", f"{now:%Y-%m-%dT%H:%M}")
    if by_client > CLIENT_PER_DAY:
        raise TooMany("too many requests came from where you are", "try again tomorrow")
    if by_all > ALL_PER_MINUTE:
        raise TooMany("too many people are asking at this moment", "try again in a few minutes")


def _ask(connection: Connection, found: Mailbox, wish: Wish, digest: str, now: datetime) -> None:
    write(
        connection,
        found,
        "confirm",
        digest=digest,
        wish=wish,
        now=now,
        expires_at=now + CONFIRM_WITHIN,
    )
    tallies.add(connection, "mail:asked", f"{now:%Y-%m-%d}")
    people.note(
        connection,
        digest,
        Consent(at=now, act="asked", how="form", subscription=None, detail=detail_of(wish)),
    )


def write(
    connection: Connection,
    to: Mailbox,
    purpose: letters.Purpose,
    *,
    digest: str,
    wish: Wish,
    now: datetime,
    expires_at: datetime,
    data: str = "",
) -> None:
    """Put a letter into the ledger, due at once."""
    number = letters.add(
        connection,
        key=new_key(),
        purpose=purpose,
        address=str(to),
        digest=digest,
        language=wish.language,
        wish=wish,
        data=data,
        now=now,
        expires_at=expires_at,
    )
    deliveries.put_new(connection, "letter", [(number, purpose, to.domain, now)])


# By the holder of the address ------------------------------------------------------------------


def find_letter(connection: Connection, keyring: Keyring, token: str, now: datetime) -> Letter:
    """Return the letter of a confirming link. NotFound, or Gone where it expired."""
    key = keyring.read("confirm", token)
    if key is None:
        raise NotFound("this link is not complete", "copy the whole address from the mail")
    letter = letters.find(connection, key)
    if letter is None or (letter.used_at is None and not letter.is_open(now)):
        raise Gone("this link has expired", "ask for alerts again")
    return letter


def confirm(engine: Engine, keyring: Keyring, token: str, *, now: datetime) -> Subscription:
    """Begin what the letter says, or add it to what the address has. Twice is once."""
    with store.writing(engine) as connection:
        letter = find_letter(connection, keyring, token, now)
        found = mailbox.written(letter.address)
        digests = keyring.digests_of(found)
        wish = letter.wish
        assert wish is not None
        if letters.use(connection, letter.id, now):
            if people.is_suppressed(connection, digests, now):
                raise Gone("this link has been refused", "ask for alerts again")
            wish = _subscribe(connection, found, wish, now)
            present = subscriptions.find(connection, found)
            assert present is not None
            people.note(
                connection,
                digests[0],
                Consent(
                    at=now,
                    act="confirmed",
                    how="link",
                    subscription=present.key,
                    detail=detail_of(wish),
                ),
            )
            tallies.add(connection, "mail:confirmed", f"{now:%Y-%m-%d}")
        subscription = subscriptions.find(connection, found)
    if subscription is None or subscription.standing == "ended":
        raise Gone("this link was used before", "ask for alerts again")
    return subscription


def _subscribe(connection: Connection, found: Mailbox, wish: Wish, now: datetime) -> Wish:
    """Write the subscription; an active one gets the new selections beside its own."""
    since = journal.get_head(connection).seq
    old = subscriptions.find(connection, found)
    if old is None:
        subscriptions.add(connection, new_key(), found, wish, since=since, now=now)
        return wish
    if old.standing == "ended":
        subscriptions.change(connection, old, wish, since=since)
        subscriptions.begin_anew(connection, old.id, since=since, now=now, confirmed=True)
        return wish
    both = dict.fromkeys((*old.wish.selections, *wish.selections))
    together = ("",) if "" in both else tuple(both)
    wish = replace(wish, selections=together)
    subscriptions.change(connection, old, wish, since=since)
    if old.standing != "active":
        subscriptions.set_standing(connection, old.id, "active", now=now)
    return wish


def refuse(engine: Engine, keyring: Keyring, token: str, *, now: datetime) -> None:
    """Forget an address that somebody else entered, and never write to it again."""
    with store.recording(engine) as connection:
        letter = find_letter(connection, keyring, token, now)
        found = mailbox.written(letter.address)
        digests = keyring.digests_of(found)
        letters.erase(connection, digests)
        people.suppress(connection, digests[0], "refused", now=now)
        people.note(
            connection,
            digests[0],
            Consent(at=now, act="refused", how="link", subscription=None, detail={}),
        )
