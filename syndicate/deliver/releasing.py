"""`syndicate alerts release`: what is due in a store that was put back, and what becomes of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from syndicate.deliver import planner
from syndicate.deliver.knowledge import Knowledge
from syndicate.store import deliveries, highwater, holding, outbox, tellings
from syndicate.store import engine as store
from syndicate.store.engine import Connection, Engine
from syndicate.store.holding import Hold


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A hold, and what waits behind it. `known` is the last alert that the store knows of."""

    hold: Hold
    due: int
    unplanned: int
    known: datetime | None


def look(engine: Engine, *, now: datetime) -> Held | None:
    """Return what is held; None where nothing is."""
    with store.reading(engine) as connection:
        hold = holding.find(connection)
        if hold is None:
            return None
        return Held(
            hold=hold,
            due=deliveries.count_due(connection, "alert", now),
            unplanned=len(outbox.list_unplanned(connection)),
            known=deliveries.find_last_sent(connection),
        )


def told(held: Held) -> Iterator[str]:
    """Yield what is known, for whoever decides."""
    yield f"Alerts are held: {held.hold.why}."
    known = f"{held.known:%Y-%m-%d %H:%M} UTC" if held.known else "never"
    yield f"The store knows of alerts sent until: {known}."
    if held.hold.sent_until:
        yield f"In truth they went out until: {held.hold.sent_until:%Y-%m-%d %H:%M} UTC."
    else:
        yield "Whether more went out since is not known here: the relay's log may say."
    yield f"Due now: {held.due:,} mails; not yet planned: {held.unplanned:,} changes."


def send(engine: Engine) -> None:
    """End the hold: what is due goes out."""
    with store.writing(engine) as connection:
        _release(connection)


def skip(engine: Engine, *, now: datetime) -> int:
    """End the hold and take what is due for sent; return how many mails that were.

    So is what was published again since: the bulletins that told of it may be forgotten too.
    """
    knowledge = Knowledge()
    with store.reading(engine) as connection:
        again = outbox.list_unplanned(connection)
    while planner.plan(engine, knowledge, now=now, held=True):
        pass
    with store.writing(engine) as connection:
        due = deliveries.skip_due(connection, "alert", now)
        for one in due:
            tellings.skip(connection, (one.recipient, one.issue), tellings.HELD)
        tellings.skip_changes(connection, again, tellings.HELD)
        _release(connection)
    return len(due)


def _release(connection: Connection) -> None:
    holding.release(connection)
    highwater.accept(connection)
