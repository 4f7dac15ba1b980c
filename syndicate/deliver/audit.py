"""`syndicate alerts audit`: each subscriber was told of each change, or skipped, or waits for it.

Reckons anew, from what each asks for, whom a change concerned; the planner's rows are the other
side. What does not meet is a fault of the program.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

from syndicate.alerts.news import FOLLOWING, is_first
from syndicate.deliver.knowledge import Knowledge
from syndicate.errors import StoreError
from syndicate.model import Change
from syndicate.store import audits
from syndicate.store import engine as store
from syndicate.store.audits import Fate
from syndicate.store.engine import Connection, Engine

_PIECE: Final = 200
_NAMED: Final = 20


@dataclass(slots=True)
class Audit:
    """Counts of (change, subscription); `faults` are sentences for the operator."""

    changes: int = 0
    sent: int = 0
    pending: int = 0
    failed: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


def audit(
    engine: Engine, *, since: int = 0, progress: Callable[[int], None] = lambda _done: None
) -> Audit:
    """Compare who was to be told of each change after `since` with what was done."""
    found, knowledge = Audit(), Knowledge()
    with store.reading(engine) as connection:
        if not knowledge.look(connection):
            raise StoreError("nothing has been published yet", "run `syndicate publish`")
        selections = audits.list_selections(connection)
        for change, planned in _announced(connection, since):
            concerned = _concerned(connection, knowledge, selections, change)
            _compare(connection, found, change, concerned, planned=planned)
            progress(found.changes)
    return found


def _announced(connection: Connection, since: int) -> Iterator[tuple[Change, bool]]:
    while part := list(audits.list_events(connection, since, _PIECE)):
        yield from ((change, planned) for change, planned in part if change.op != "edit")
        since = part[-1][0].seq


def _concerned(
    connection: Connection, knowledge: Knowledge, selections: list[str], change: Change
) -> set[int]:
    """Return the subscriptions that are to hear of a change."""
    concerned: set[int] = set()
    key = (change.summary_id, change.revision)
    summary = knowledge.texts(connection, [key])[key]
    if is_first(change.op, summary):
        matching = [text for text in selections if knowledge.matcher.matches(text, summary)]
        concerned |= audits.list_asking(connection, change.seq, matching)
    if change.op in FOLLOWING:
        concerned |= audits.list_having(connection, change.seq, change.summary_id)
    return concerned


def _compare(
    connection: Connection, found: Audit, change: Change, concerned: set[int], *, planned: bool
) -> None:
    found.changes += 1
    missing = concerned - audits.list_told(connection, change.seq)
    if not planned:
        found.pending += len(missing)
    elif missing:
        some = ", ".join(map(str, sorted(missing)[:_NAMED]))
        found.faults.append(
            f"change {change.seq} was not planned for {len(missing)} subscriptions: {some}"
        )
    for fate in audits.list_fates(connection, change.seq):
        _count(found, change, fate)


def _count(found: Audit, change: Change, fate: Fate) -> None:
    if fate.state is None:
        found.faults.append(f"change {change.seq}: {fate.number} tellings have no delivery")
    elif fate.skipped:
        found.skipped[fate.skipped] += fate.number
    elif fate.state == "sent":
        found.sent += fate.number
    elif fate.state == "failed":
        found.failed += fate.number
    elif fate.state == "skipped":
        found.faults.append(f"change {change.seq}: {fate.number} were skipped without a reason")
    else:
        found.pending += fate.number
