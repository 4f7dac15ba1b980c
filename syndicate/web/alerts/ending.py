"""The link at the end of each mail: it stops them, and nothing else. RFC 8058 posts to it too.

A forwarded mail takes the link along: so it shows neither the address nor what was chosen.
"""

from __future__ import annotations

from flask import Flask

from syndicate import addresses, mailbox
from syndicate.store import engine as store
from syndicate.store.people import How
from syndicate.subscribing import keeping
from syndicate.web.alerts.desk import Desk, Visit, page
from syndicate.web.frame import Page


def register(app: Flask, desk: Desk) -> None:
    desk.add(app, "/alerts/u/<token>/", show=ask, act=end)


def ask(visit: Visit, token: str) -> Page:
    """Show the button that stops the mails."""
    with store.reading(visit.engine) as connection:
        known = keeping.find_by_stop_link(connection, visit.keyring, token)
    if known.standing == "ended":
        return _ended(visit, token)
    title = visit.language.say("Stop these mails?")
    masked = mailbox.written(known.address).masked
    return page(visit, "stop", addresses.unsubscribe(token), title, masked=masked)


def end(visit: Visit, token: str) -> Page:
    """Stop the mails; any POST does, as mail programs send it. Only the undo button undoes it."""
    if visit.field("act") == "undo":
        keeping.undo(visit.engine, visit.keyring, token, now=visit.now)
        title = visit.language.say("Your alerts go on")
        return page(visit, "undone", addresses.unsubscribe(token), title)
    how: How = "one-click" if visit.field("List-Unsubscribe") == "One-Click" else "link"
    keeping.unsubscribe(visit.engine, visit.keyring, token, how=how, now=visit.now)
    return _ended(visit, token)


def _ended(visit: Visit, token: str) -> Page:
    title = visit.language.say("Your alerts have ended")
    return page(visit, "ended", addresses.unsubscribe(token), title, undo=True)
