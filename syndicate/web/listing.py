"""Which summaries a list shows, newest first, at most a hundred; `before` leads to older ones."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from syndicate.errors import NotFound
from syndicate.model import Feed, Summary
from syndicate.store import feeds, instants, summaries
from syndicate.store.engine import Connection
from syndicate.store.feeds import Member

LENGTH: Final = 100
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z\Z")
_MONTH = re.compile(r"([0-9]{4})-([0-9]{2})\Z")


@dataclass(frozen=True, slots=True)
class Listing:
    """A part of a list; `older` is the `before` of the next part, or nothing."""

    summaries: Sequence[Summary]
    older: str = ""


def read_before(value: str) -> str:
    """Return the instant that `?before=` names; NotFound when it names none."""
    if value and not _INSTANT.match(value):
        raise NotFound("this part of the list is not there", "begin at its top")
    return value


def of_feed(connection: Connection, feed: Feed, before: str) -> Listing:
    """Return a part of a feed's summaries: a stored feed's at any length, else the newest."""
    stored = feeds.list_feeds(connection).get(feed.key)
    if stored is None:
        found = feeds.list_selected(connection, feed.selection, LENGTH)
        return Listing(_published(connection, found))
    members = feeds.list_summaries(connection, stored.number, limit=LENGTH + 1, before=before)
    return _part(_published(connection, members))


def of_month(connection: Connection, month: datetime, before: str) -> Listing:
    """Return a part of a calendar month's summaries."""
    end = instants.read(before) if before else next_month(month)
    found = summaries.list_newest(
        connection, since=month, before=min(end, next_month(month)), limit=LENGTH + 1
    )
    return _part(found)


def _published(connection: Connection, members: Sequence[Member]) -> list[Summary]:
    """Return the members' texts in the order of their publication."""
    keys = [(m.summary_id, m.revision) for m in members if m.state == "live" and not m.is_notice]
    return sorted(summaries.get_many(connection, keys).values(), key=_date, reverse=True)


def _part(found: list[Summary]) -> Listing:
    shown = found[:LENGTH]
    return Listing(shown, instants.write(_date(shown[-1])) if len(found) > LENGTH else "")


def _date(summary: Summary) -> datetime:
    assert summary.published is not None
    return summary.published


def read_month(text: str) -> datetime:
    """Return the first instant of `2021-04`; NotFound when it is no month."""
    match = _MONTH.match(text)
    try:
        if match:
            return datetime(int(match[1]), int(match[2]), 1, tzinfo=UTC)
    except ValueError:
        pass
    raise NotFound(f"{text!r} is not a month", "months look like /archive/2021/04/")


def next_month(month: datetime) -> datetime:
    years, index = divmod(month.month, 12)
    return month.replace(year=month.year + years, month=index + 1)
