"""Receipts: which partners' copies have applied a withdrawal or a correction, and which have not.

A partner keeps the cursor of a page once it has applied it, and sends that cursor to get the next.
So whoever sends a cursor that lies behind a change has applied the change.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from syndicate import sync
from syndicate.definitions import Definitions
from syndicate.errors import NotFound
from syndicate.partners import Partner
from syndicate.store import engine as store
from syndicate.store import journal, partners, receipts, site, summaries, usage
from syndicate.store.engine import Connection, Engine
from syndicate.store.receipts import Announced
from syndicate.store.usage import Place
from syndicate.sync import Scope

NEWEST: Final = 10
"""So many are told of even if every partner has them."""
_MOST: Final = 1_000  # told of for one copy that is far behind


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """A partner's copy of what one filter selects."""

    partner: Partner
    scope: Scope
    place: Place
    is_of_this_history: bool  # else the store was put back from a backup since

    @property
    def applied(self) -> int:
        """Return up to which change it has applied them all."""
        return self.place.seq if self.is_of_this_history else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """Who has applied one change. `overdue` are those of `waiting` that should have by now."""

    change: Announced
    applied: tuple[Copy, ...]
    waiting: tuple[Copy, ...]
    overdue: tuple[Copy, ...]


def collect(
    engine: Engine, *, now: datetime, slug: str | None = None, after: timedelta | None = None
) -> list[Receipt]:
    """Return the receipts of one summary; else of the newest changes and those still waited for.

    A copy is overdue that has not applied a change `after` it was made, while its partner has a key
    that works: others cannot. NotFound for an unknown slug.
    """
    with store.reading(engine) as connection:
        copies = list_copies(connection, site.get_definitions(connection))
        if slug is not None:
            stored = summaries.find(connection, slug=slug)
            if stored is None:
                raise NotFound(f"there is no summary {slug!r}")
            found = receipts.list_newest(connection, limit=1, summary_id=stored.id)
        else:
            found = receipts.list_newest(connection, limit=NEWEST)
            found += [change for copy in copies for change in _waiting(connection, copy)]
        return _receipts(connection, found, copies, now, after)


def list_copies(connection: Connection, definitions: Definitions) -> list[Copy]:
    """Return every copy that partners keep, by the partner's name."""
    epoch = journal.get_head(connection).epoch
    places: dict[str, list[Place]] = {}
    for place in usage.list_places(connection):
        places.setdefault(place.partner, []).append(place)
    return [
        Copy(
            partner=partner,
            scope=read_scope(place, definitions),
            place=place,
            is_of_this_history=place.epoch == epoch,
        )
        for partner in partners.list_partners(connection)
        for place in places.get(partner.id, ())
    ]


def read_scope(place: Place, definitions: Definitions) -> Scope:
    """Return a copy's filter by present slugs; a topic that is gone keeps its key."""
    slugs = {topic.key: topic.slug for topic in definitions.topics}
    return sync.read_scope(place.scope, lambda key: slugs.get(key, key))


def _waiting(connection: Connection, copy: Copy) -> list[Announced]:
    return receipts.list_waiting(
        connection, copy.scope, since=copy.place.begun_at, after=copy.applied, limit=_MOST
    )


def _receipts(
    connection: Connection,
    changes: Iterable[Announced],
    copies: Iterable[Copy],
    now: datetime,
    after: timedelta | None,
) -> list[Receipt]:
    known = {change.seq: change for change in changes}
    concerned: dict[int, list[Copy]] = {seq: [] for seq in known}
    for copy in copies:
        for seq in receipts.list_concerning(
            connection, copy.scope, since=copy.place.begun_at, seqs=known
        ):
            concerned[seq].append(copy)
    return [
        _receipt(change, concerned[change.seq], now, after)
        for change in sorted(known.values(), key=lambda each: -each.seq)
    ]


def _receipt(
    change: Announced, copies: list[Copy], now: datetime, after: timedelta | None
) -> Receipt:
    waiting = [copy for copy in copies if copy.applied < change.seq]
    is_late = after is not None and change.at + after <= now
    return Receipt(
        change=change,
        applied=tuple(copy for copy in copies if copy not in waiting),
        waiting=tuple(waiting),
        overdue=tuple(c for c in waiting if is_late and c.partner.live_keys(now)),
    )
