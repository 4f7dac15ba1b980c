"""What each claimed alert has to tell its reader, as things stand at this moment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from syndicate.alerts.bulletin import Line
from syndicate.alerts.news import FOLLOWING, Skipped, is_skipped, is_told, sum_up
from syndicate.alerts.subscription import Subscription
from syndicate.deliver.knowledge import Knowledge
from syndicate.model import SummaryId
from syndicate.store import subscriptions, summaries, tellings
from syndicate.store.deliveries import Delivery
from syndicate.store.engine import Connection
from syndicate.store.keys import Keys
from syndicate.store.tellings import Telling


@dataclass(frozen=True, slots=True)
class Message:
    """What one mail tells. `versions` are the lines' revisions; `left_out`: what it leaves out."""

    lines: tuple[Line, ...]
    versions: tuple[tuple[str, str, int], ...]
    left_out: Mapping[Skipped, Collection[int]]


class Desk:
    """Everything about some claimed alerts, read in one transaction."""

    def __init__(
        self, connection: Connection, knowledge: Knowledge, claimed: Sequence[Delivery]
    ) -> None:
        self._knowledge = knowledge
        recipients: dict[str, list[int]] = defaultdict(list)
        for one in claimed:
            recipients[one.issue].append(one.recipient)
        found = [
            telling
            for issue, numbers in recipients.items()
            for telling in tellings.list_of(connection, issue, numbers)
        ]
        self.readers = subscriptions.get_many(connection, [one.recipient for one in claimed])
        self._tellings: dict[tuple[int, str], list[Telling]] = defaultdict(list)
        for telling in found:
            self._tellings[telling.subscription, telling.issue].append(telling)
        rows = summaries.list_concerned(connection, Keys(ids={t.summary_id for t in found}))
        self._revisions = {row.id: row.revision for row in rows}
        self._texts = knowledge.texts(connection, self._revisions.items())
        following = [telling for telling in found if telling.op in FOLLOWING]
        self._got: dict[tuple[int, str], set[str]] = defaultdict(set)
        for number, id, issue in tellings.find_got(
            connection,
            {telling.summary_id for telling in following},
            {telling.subscription for telling in following},
        ):
            self._got[number, id].add(issue)

    def message(self, delivery: Delivery, reader: Subscription) -> Message:
        """Decide what a mail says; no lines where there is nothing left to say."""
        changes: dict[SummaryId, list[Telling]] = defaultdict(list)
        for telling in self._tellings[delivery.recipient, delivery.issue]:
            changes[telling.summary_id].append(telling)
        lines: list[Line] = []
        versions: list[tuple[str, str, int]] = []
        left_out: dict[Skipped, list[int]] = defaultdict(list)
        for id, tells in changes.items():
            revision = self._revisions[id]
            summary = self._texts[id, revision]
            what = sum_up(
                [telling.op for telling in tells],
                summary,
                had=self._had(reader, id, delivery.issue),
                asked=self._knowledge.asks_for(reader.wish.selections, summary, revision),
            )
            if is_told(what):
                lines.append(Line(what, summary))
                versions.append((what, id, revision))
            elif is_skipped(what):
                left_out[what] += [telling.seq for telling in tells]
        return Message(tuple(lines), tuple(versions), left_out)

    def _had(self, reader: Subscription, id: str, issue: str) -> bool:
        """Tell whether another mail has brought the entry to the reader."""
        return not self._got[reader.id, id] <= {issue}


def silence(reader: Subscription | None, now: datetime) -> Skipped | None:
    """Return why a reader is not written to at all."""
    if reader is None or reader.standing == "ended":
        return "ended"
    if reader.standing == "bounced":
        return "bounced"
    if reader.standing == "paused" and (reader.paused_until is None or now < reader.paused_until):
        return "paused"
    return None
