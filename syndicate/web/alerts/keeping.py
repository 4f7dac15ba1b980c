"""Changing, pausing, knowing, erasing: with a link that is asked for and sent to the address."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Final

from flask import Flask

from syndicate import addresses, mailbox
from syndicate.alerts.subscription import Subscription, Wish
from syndicate.errors import AddressError, TooMany
from syndicate.store import engine as store
from syndicate.subscribing import keeping
from syndicate.web.alerts import wishes
from syndicate.web.alerts.desk import Desk, Visit, page
from syndicate.web.alerts.wishes import Unfit
from syndicate.web.frame import Page

_PAUSES: Final = (14, 30, 90)  # days


def register(app: Flask, desk: Desk) -> None:
    desk.add(app, addresses.PREFERENCES, show=form, act=send_link)
    desk.add(app, "/alerts/preferences/<token>/", show=preferences, act=act)


def form(visit: Visit, *, trouble: str = "", status: int = 200) -> Page:
    """Show the form that asks for a link."""
    title = visit.language.say("Your alerts")
    return page(visit, "link", addresses.PREFERENCES, title, status=status, trouble=trouble)


def send_link(visit: Visit) -> Page:
    """Send the link, if the address has alerts; the answer is the same if it has none."""
    say = visit.language.say
    try:
        keeping.ask_for_link(
            visit.engine,
            visit.keyring,
            visit.field("address"),
            client=visit.client,
            now=visit.now,
        )
    except AddressError:
        trouble = say("This is no mail address to which we can write. Check its spelling.")
        return form(visit, trouble=trouble, status=422)
    except TooMany:
        trouble = say("Too many requests came in a short time. Try again later.")
        return form(visit, trouble=trouble, status=429)
    return page(visit, "link-sent", addresses.PREFERENCES, say("Look into your mail"))


# With the link ---------------------------------------------------------------------------------


def preferences(visit: Visit, token: str, *, told: str = "", trouble: str = "") -> Page:
    """Show what is subscribed, in the form that changes it."""
    with store.reading(visit.engine) as connection:
        known = keeping.open_link(connection, visit.keyring, token, visit.now)
    return _preferences(visit, token, known, known.wish, told=told, trouble=trouble)


def _preferences(
    visit: Visit, token: str, known: Subscription, wish: Wish, *, told: str, trouble: str
) -> Page:
    return page(
        visit,
        "preferences",
        addresses.preferences(token),
        visit.language.say("Your alerts"),
        status=422 if trouble else 200,
        told=told,
        trouble=trouble,
        masked=mailbox.written(known.address).masked,
        standing=known.standing,
        until=visit.language.day(known.paused_until) if known.paused_until else "",
        pauses=_PAUSES,
        fields=wishes.fields(wish, visit.definitions, visit.language),
    )


def act(visit: Visit, token: str) -> Page:
    """Do what a button of the page says."""
    acts: Mapping[str, Callable[[Visit, str], Page]] = {
        "pause": _pause,
        "resume": _resume,
        "stop": _stop,
        "export": _export,
        "erase": _erase,
    }
    return acts.get(visit.field("act"), _change)(visit, token)


def _change(visit: Visit, token: str) -> Page:
    try:
        wish = wishes.read(visit)
    except Unfit as unfit:
        return preferences(visit, token, trouble=unfit.message)
    keeping.change(visit.engine, visit.keyring, token, wish, now=visit.now)
    return preferences(visit, token, told=visit.language.say("Your choices are saved."))


def _pause(visit: Visit, token: str) -> Page:
    days = visit.field("days")
    until = visit.now + timedelta(days=int(days)) if days in map(str, _PAUSES) else None
    keeping.pause(visit.engine, visit.keyring, token, until=until, now=visit.now)
    return preferences(visit, token, told=visit.language.say("Your alerts are paused."))


def _resume(visit: Visit, token: str) -> Page:
    keeping.resume(visit.engine, visit.keyring, token, now=visit.now)
    return preferences(visit, token, told=visit.language.say("Your alerts go on."))


def _stop(visit: Visit, token: str) -> Page:
    keeping.stop(visit.engine, visit.keyring, token, now=visit.now)
    title = visit.language.say("Your alerts have ended")
    return page(visit, "ended", addresses.preferences(token), title, undo=False)


def _export(visit: Visit, token: str) -> Page:
    keeping.export(visit.engine, visit.keyring, token, now=visit.now)
    told = visit.language.say("A mail is on its way to you with all that is stored of you.")
    return preferences(visit, token, told=told)


def _erase(visit: Visit, token: str) -> Page:
    if visit.field("sure") != "yes":
        trouble = visit.language.say("Tick the box beside the button if you want to be erased.")
        return preferences(visit, token, trouble=trouble)
    keeping.erase(visit.engine, visit.keyring, token, now=visit.now)
    title = visit.language.say("You have been erased")
    return page(visit, "erased", addresses.preferences(token), title)
