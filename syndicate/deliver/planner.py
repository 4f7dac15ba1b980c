"""Makes deliveries of changes: for each subscription that is to hear of one, with which mail.

It goes through the subscriptions in pieces; each piece and how far it got are one transaction,
under the writer's lock: no two planners at once, and nobody subscribes or publishes in between.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Final

from syndicate.alerts import periods
from syndicate.alerts.news import FOLLOWING, is_first
from syndicate.alerts.periods import Period
from syndicate.deliver.knowledge import Knowledge
from syndicate.model import Change, Summary, SummaryId
from syndicate.store import deliveries, holding, outbox, subscriptions, tellings
from syndicate.store import engine as store
from syndicate.store.engine import Connection, Engine
from syndicate.store.outbox import Batch
from syndicate.store.subscriptions import Reader

PIECE: Final = 5_000
_PERIODS: Final = 6
"""A period whose mail has gone is passed over; that many are looked at. Two are usual."""


def plan(
    engine: Engine,
    knowledge: Knowledge,
    *,
    now: datetime,
    piece: int = PIECE,
    held: bool = False,
) -> bool:
    """Plan what has settled for the next piece of subscriptions; False where nothing is left.

    While alerts are held nothing is planned, unless `held` says that this is about them.
    """
    with store.reading(engine) as connection:
        if outbox.find_oldest(connection) is None:
            return False
    with store.writing(engine) as connection:
        if not knowledge.look(connection):
            return False
        outbox.close_unheard(connection, now)
        alerts = knowledge.alerts
        if alerts is None or (holding.find(connection) and not held):
            return False
        settle = timedelta(minutes=0 if held else alerts.settle_minutes)
        batch = outbox.find_batch(connection, settle=settle, now=now)
        if batch is None:
            return False
        readers = subscriptions.list_readers(connection, batch.cursor, piece)
        if readers:
            _put(connection, batch, readers, _News(connection, batch, knowledge), now)
            outbox.advance(connection, batch, readers[-1].id)
        if len(readers) < piece:
            outbox.finish(connection, batch, now)
    return True


class _News:
    """What a batch has for whom."""

    def __init__(self, connection: Connection, batch: Batch, knowledge: Knowledge) -> None:
        self._connection = connection
        self._knowledge = knowledge
        keys = [(change.summary_id, change.revision) for change in batch.changes]
        self._texts = knowledge.texts(connection, keys)
        self._announced = [change for change in batch.changes if change.op != "edit"]
        self._matched: dict[str, list[int]] = {}

    def _text(self, change: Change) -> Summary:
        return self._texts[change.summary_id, change.revision]

    def of(self, readers: Sequence[Reader]) -> Iterator[tuple[Reader, list[int]]]:
        """Yield each reader for whom there is something, with the changes."""
        following = [change for change in self._announced if change.op in FOLLOWING]
        span = (readers[0].id, readers[-1].id)
        ids = {change.summary_id for change in following}
        had = tellings.find_had(self._connection, ids, span) if ids else set()
        for reader in readers:
            seqs = {
                seq
                for text, since in reader.selections.items()
                for seq in self._matching(text)
                if seq > since
            }
            if following:
                seqs.update(self._followed(reader, seqs, following, had))
            if seqs:
                yield reader, sorted(seqs)

    def _matching(self, text: str) -> list[int]:
        """Return the changes that a selection has."""
        if text not in self._matched:
            matches = self._knowledge.matcher.matches
            self._matched[text] = [
                change.seq
                for change in self._announced
                if is_first(change.op, self._text(change)) and matches(text, self._text(change))
            ]
        return self._matched[text]

    def _followed(
        self,
        reader: Reader,
        seqs: Collection[int],
        following: Sequence[Change],
        had: Collection[tuple[int, str]],
    ) -> Iterator[int]:
        """Yield what happened to entries that the reader has, or gets with this batch."""
        new: dict[SummaryId, int] = {}
        for change in self._announced:
            if change.seq in seqs:
                new.setdefault(change.summary_id, change.seq)
        for change in following:
            begun = new.get(change.summary_id)
            if (reader.id, change.summary_id) in had or (begun and begun < change.seq):
                yield change.seq


def _put(
    connection: Connection,
    batch: Batch,
    readers: Sequence[Reader],
    news: _News,
    now: datetime,
) -> None:
    """Write the deliveries and what each is to tell."""
    wanted = list(news.of(readers))
    if not wanted:
        return
    schedules = {reader.schedule for reader, _seqs in wanted}
    options = {
        schedule: list(islice(periods.choose(schedule, batch.ready_at, now, batch.first), _PERIODS))
        for schedule in schedules
    }
    issues = {period.key for found in options.values() for period in found}
    span = (readers[0].id, readers[-1].id)
    present = deliveries.find_issues(connection, "alert", span, issues)
    new, tells = [], []
    for reader, seqs in wanted:
        period = _first_open(reader, options[reader.schedule], present, batch)
        if (reader.id, period.key) not in present:
            new.append((reader.id, period.key, reader.lane, period.due))
        tells += [(seq, reader.id, period.key) for seq in seqs]
    deliveries.put_new(connection, "alert", new)
    tellings.put_new(connection, tells)


def _first_open(
    reader: Reader,
    options: Sequence[Period],
    present: dict[tuple[int, str], bool],
    batch: Batch,
) -> Period:
    """Return the first period whose mail nobody has tried to send."""
    for period in options:
        if present.get((reader.id, period.key), True):
            return period
    return Period(f"{options[-1].key}+{batch.first}", options[-1].due)
