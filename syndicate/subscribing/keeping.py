"""Keeping a subscription: changing, pausing, ending it, and what its holder may know and delete.

A link from a bulletin ends a subscription and nothing else: bulletins are forwarded. Everything
else needs a fresh link, sent to the address.
"""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta
from typing import Any, Final

import orjson

from syndicate import mailbox
from syndicate.alerts import periods
from syndicate.alerts.subscription import Subscription, Wish
from syndicate.alerts.tokens import Keyring
from syndicate.errors import Gone, NotFound
from syndicate.store import (
    deliveries,
    jobs,
    journal,
    letters,
    people,
    subscriptions,
    tallies,
    tellings,
)
from syndicate.store import engine as store
from syndicate.store.engine import Connection, Engine
from syndicate.store.people import Act, Consent, How
from syndicate.subscribing.records import detail_of
from syndicate.subscribing.signing_up import count, write

LINK_WITHIN: Final = timedelta(minutes=30)
EXPORT_WITHIN: Final = timedelta(days=2)
UNDO_WITHIN: Final = timedelta(days=7)
_LINKS_EVERY: Final = timedelta(minutes=10)
_LINKS_PER_DAY: Final = 5


def ask_for_link(
    engine: Engine, keyring: Keyring, address: str, *, client: str, now: datetime
) -> None:
    """Send an address a link to its preferences, if it has a subscription. Nobody is told."""
    found = mailbox.parse(address)
    digests = keyring.digests_of(found)
    with store.recording(engine) as connection:
        count(connection, keyring, client, digests[0], now)
        lately = [
            letters.count_since(connection, digests, "preferences", now - span)
            for span in (_LINKS_EVERY, timedelta(days=1))
        ]
        often = lately[0] or lately[1] >= _LINKS_PER_DAY
        known = subscriptions.find(connection, found)
        if known and known.standing != "ended" and not often:
            write(
                connection,
                mailbox.written(known.address),
                "preferences",
                digest=digests[0],
                wish=known.wish,
                now=now,
                expires_at=now + LINK_WITHIN,
            )
    jobs.wake(engine)  # whether there is something to send or not: it takes its time


def open_link(connection: Connection, keyring: Keyring, token: str, now: datetime) -> Subscription:
    """Return the subscription of a link to preferences. NotFound, or Gone where it expired."""
    key = keyring.read("preferences", token)
    if key is None:
        raise NotFound("this link is not complete", "copy the whole address from the mail")
    letter = letters.find(connection, key)
    known = subscriptions.find(connection, mailbox.written(letter.address)) if letter else None
    if letter is None or not letter.is_open(now) or known is None or known.standing == "ended":
        raise Gone("this link has expired", "ask for another")
    return known


def change(engine: Engine, keyring: Keyring, token: str, wish: Wish, *, now: datetime) -> None:
    """Write a new wish. What waits for a bulletin moves to the new rhythm's next."""
    with store.writing(engine) as connection:
        old = open_link(connection, keyring, token, now)
        since = journal.get_head(connection).seq
        subscriptions.change(connection, old, wish, since=since)
        if wish.schedule != old.wish.schedule:
            _move(connection, old, wish, since, now)
        _note(connection, keyring, old, ("changed", "link"), now=now, detail=detail_of(wish))


def pause(
    engine: Engine, keyring: Keyring, token: str, *, until: datetime | None, now: datetime
) -> None:
    """Send nothing until a date, or until `resume`."""
    with store.recording(engine) as connection:
        known = open_link(connection, keyring, token, now)
        subscriptions.set_standing(connection, known.id, "paused", now=now, until=until)
        _note(connection, keyring, known, ("paused", "link"), now=now)


def resume(engine: Engine, keyring: Keyring, token: str, *, now: datetime) -> None:
    """Send again. What came during the pause was skipped, or comes with the next bulletin."""
    with store.recording(engine) as connection:
        known = open_link(connection, keyring, token, now)
        subscriptions.set_standing(connection, known.id, "active", now=now)
        _note(connection, keyring, known, ("resumed", "link"), now=now)


def _move(
    connection: Connection, old: Subscription, wish: Wish, newest: int, now: datetime
) -> None:
    """Put what waits, untried, into the next mail of the new rhythm."""
    waiting = deliveries.list_untried(connection, "alert", old.id)
    options = itertools.islice(periods.choose(wish.schedule, now, now, newest), 6)
    for period in options:
        present = deliveries.find_issues(connection, "alert", (old.id, old.id), [period.key])
        if not waiting or present.get((old.id, period.key), True):
            break
    else:
        return
    for one in waiting:
        if one.issue != period.key:
            tellings.move(connection, (old.id, one.issue), period.key)
            deliveries.remove(connection, one.id)
    if waiting and not present:
        row = (old.id, period.key, waiting[0].lane, period.due)
        deliveries.put_new(connection, "alert", [row])


# Ending ----------------------------------------------------------------------------------------


def find_by_stop_link(connection: Connection, keyring: Keyring, token: str) -> Subscription:
    """Return the subscription of a bulletin's link. NotFound, or Gone where it was forgotten."""
    key = keyring.read("unsubscribe", token)
    if key is None:
        raise NotFound("this link is not complete", "copy the whole address from the mail")
    known = subscriptions.find_by_key(connection, key)
    if known is None:
        raise Gone("these alerts have ended", "nothing is sent to you any more")
    return known


def unsubscribe(engine: Engine, keyring: Keyring, token: str, *, how: How, now: datetime) -> None:
    """End a subscription at once: what is queued is not sent either. Twice is once."""
    with store.recording(engine) as connection:
        end(connection, keyring, find_by_stop_link(connection, keyring, token), how, now)


def end(
    connection: Connection, keyring: Keyring, known: Subscription, how: How, now: datetime
) -> None:
    if known.standing != "ended":
        subscriptions.set_standing(connection, known.id, "ended", now=now)
        _note(connection, keyring, known, ("ended", how), now=now)
        tallies.add(connection, "mail:ended", f"{now:%Y-%m-%d}")


def stop(engine: Engine, keyring: Keyring, token: str, *, now: datetime) -> None:
    """End a subscription by the link to its preferences."""
    with store.recording(engine) as connection:
        end(connection, keyring, open_link(connection, keyring, token, now), "link", now)


def undo(engine: Engine, keyring: Keyring, token: str, *, now: datetime) -> None:
    """Bring back a subscription that was ended by mistake, while its address is known."""
    with store.writing(engine) as connection:
        known = find_by_stop_link(connection, keyring, token)
        if known.standing == "ended":
            since = journal.get_head(connection).seq
            subscriptions.begin_anew(connection, known.id, since=since, now=now, confirmed=False)
            _note(connection, keyring, known, ("resumed", "link"), now=now)


# Knowing and deleting --------------------------------------------------------------------------


def export(engine: Engine, keyring: Keyring, token: str, *, now: datetime) -> None:
    """Send all that is known of an address to that address, and to nobody else."""
    with store.recording(engine) as connection:
        known = open_link(connection, keyring, token, now)
        found = mailbox.written(known.address)
        digests = keyring.digests_of(found)
        if letters.count_since(connection, digests, "export", now - timedelta(days=1)):
            return
        data = _known_of(connection, known, digests)
        write(
            connection,
            found,
            "export",
            digest=digests[0],
            wish=known.wish,
            now=now,
            expires_at=now + EXPORT_WITHIN,
            data=orjson.dumps(data, option=orjson.OPT_INDENT_2).decode(),
        )
    jobs.wake(engine)


def _known_of(connection: Connection, known: Subscription, digests: list[str]) -> dict[str, Any]:
    return {
        "subscription": known,
        "told": tellings.list_everything(connection, known.id),
        "consent": people.list_consent(connection, digests),
    }


def erase(engine: Engine, keyring: Keyring, token: str, *, now: datetime) -> None:
    """Delete all that is known of an address but a keyed digest: nobody can sign it up again."""
    with store.writing(engine) as connection:
        known = open_link(connection, keyring, token, now)
        digests = keyring.digests_of(mailbox.written(known.address))
        _note(connection, keyring, known, ("erased", "link"), now=now)
        subscriptions.erase(connection, known.id)
        letters.erase(connection, digests)
        people.suppress(connection, digests[0], "erased", now=now)


def _note(
    connection: Connection,
    keyring: Keyring,
    known: Subscription,
    what: tuple[Act, How],
    *,
    now: datetime,
    detail: dict[str, Any] | None = None,
) -> None:
    act, how = what
    digest = keyring.digests_of(mailbox.written(known.address))[0]
    record = Consent(at=now, act=act, how=how, subscription=known.key, detail=detail or {})
    people.note(connection, digest, record)
