"""The form that asks for alerts, and the page behind the link that confirms."""

from __future__ import annotations

from datetime import timedelta
from itertools import chain
from typing import Final

from flask import Flask

from syndicate import addresses
from syndicate.alerts.correspondence import describe
from syndicate.alerts.subscription import Schedule, Wish
from syndicate.errors import AddressError, TooMany
from syndicate.store import engine as store
from syndicate.store import lists
from syndicate.subscribing import signing_up
from syndicate.web.alerts import wishes
from syndicate.web.alerts.desk import Desk, Visit, page
from syndicate.web.alerts.wishes import Unfit
from syndicate.web.frame import Page

_YEAR: Final = timedelta(days=365)
TRAP: Final = "website"
"""A field that people do not see: who fills it in gets the usual answer and no mail."""


def register(app: Flask, desk: Desk) -> None:
    desk.add(app, addresses.ALERTS, show=form, act=sign_up)
    desk.add(app, "/alerts/confirm/<token>/", show=ask, act=decide)


# The form --------------------------------------------------------------------------------------


def form(visit: Visit) -> Page:
    """Show the form; `?selection=` of the page that a reader comes from is chosen already."""
    asked = [wishes.apart(text, visit.definitions) for text in visit.query.get("selection", [])]
    return _form(visit, _usual(visit, tuple(chain.from_iterable(asked))))


def _usual(visit: Visit, selections: tuple[str, ...]) -> Wish:
    return Wish(
        selections=selections,
        schedule=Schedule(zone=visit.alerts.zone),
        language=visit.language.code,
    )


def _form(visit: Visit, wish: Wish, *, trouble: str = "", status: int = 200) -> Page:
    with store.reading(visit.engine) as connection:
        a_year = lists.count(connection, since=visit.now - _YEAR)
    return page(
        visit,
        "sign-up",
        addresses.ALERTS,
        visit.language.say("Alerts by e-mail"),
        status=status,
        trouble=trouble,
        address=visit.field("address"),
        trap=TRAP,
        a_month=round(a_year / 12),
        fields=wishes.fields(wish, visit.definitions, visit.language),
    )


def sign_up(visit: Visit) -> Page:
    """Take the form. A known, a suppressed and a new address get the same answer."""
    say = visit.language.say
    try:
        wish = wishes.read(visit)
    except Unfit as unfit:
        chosen = tuple(visit.form.get("selection", []))
        return _form(visit, _usual(visit, chosen), trouble=unfit.message, status=422)
    if not visit.field(TRAP):
        try:
            signing_up.sign_up(
                visit.engine,
                visit.keyring,
                visit.field("address"),
                wish,
                client=visit.client,
                now=visit.now,
            )
        except AddressError:
            trouble = say("This is no mail address to which we can write. Check its spelling.")
            return _form(visit, wish, trouble=trouble, status=422)
        except TooMany:
            trouble = say("Too many requests came in a short time. Try again later.")
            return _form(visit, wish, trouble=trouble, status=429)
    return page(
        visit,
        "asked",
        addresses.ALERTS,
        say("One more step"),
        wish=describe(wish, visit.definitions, visit.language.code),
    )


# The link --------------------------------------------------------------------------------------


def ask(visit: Visit, token: str) -> Page:
    """Say what will be subscribed, with the button that does it."""
    with store.reading(visit.engine) as connection:
        letter = signing_up.find_letter(connection, visit.keyring, token, visit.now)
    assert letter.wish is not None
    return page(
        visit,
        "confirm",
        addresses.confirm(token),
        visit.language.say("Confirm your alerts"),
        wish=describe(letter.wish, visit.definitions, visit.language.code),
        is_used=letter.used_at is not None,
    )


def decide(visit: Visit, token: str) -> Page:
    """Confirm, or refuse what somebody else has asked for."""
    path, say = addresses.confirm(token), visit.language.say
    if visit.field("act") == "refuse":
        signing_up.refuse(visit.engine, visit.keyring, token, now=visit.now)
        return page(visit, "erased", path, say("You get no mails from us"))
    confirmed = signing_up.confirm(visit.engine, visit.keyring, token, now=visit.now)
    wish = describe(confirmed.wish, visit.definitions, visit.language.code)
    return page(visit, "confirmed", path, say("Your alerts are set up"), wish=wish)
