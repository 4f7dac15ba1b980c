"""Parts of long lists: which summaries a part shows, and where the next one begins."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from syndicate.errors import NotFound
from syndicate.model import Summary
from syndicate.selection import EVERYTHING, Selection
from syndicate.store import lists
from syndicate.store.engine import Connection

LENGTH: Final = 30
_INSTANT: Final = "%Y%m%dT%H%M%SZ"
_WRITTEN: Final = re.compile(r"[0-9]{8}T[0-9]{6}Z\Z")
_MONTH: Final = re.compile(r"([12][0-9]{3})-([0-9]{2})\Z")


@dataclass(frozen=True, slots=True)
class Listing:
    """A part of a list that begins `before` an instant; `older` is where the next part begins."""

    summaries: Sequence[Summary] = ()
    before: str = ""
    older: str = ""


def part(
    connection: Connection,
    wanted: Selection = EVERYTHING,
    *,
    before: str = "",
    month: datetime | None = None,
    length: int = LENGTH,
) -> Listing:
    """Return the part of a list that begins before an instant, or at its top.

    NotFound when `before` is no instant, or nothing is older.
    """
    end = _read_instant(before) if before else None
    if month:
        end = min(end or next_month(month), next_month(month))
    found = lists.list_part(connection, wanted, since=month, before=end, limit=length + 1)
    if before and not found:
        raise NotFound("this part of the list is not there", "begin at its top")
    shown = found[:length]
    return Listing(shown, before, _write_instant(shown[-1]) if len(found) > length else "")


def _read_instant(text: str) -> datetime:
    if _WRITTEN.match(text):
        try:
            return datetime.strptime(text, _INSTANT).replace(tzinfo=UTC)
        except ValueError:
            pass
    raise NotFound("this part of the list is not there", "begin at its top")


def _write_instant(last: Summary) -> str:
    assert last.published is not None
    return last.published.strftime(_INSTANT)


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
    """Return the first instant of the month after."""
    years, index = divmod(month.month, 12)
    return month.replace(year=month.year + years, month=index + 1)
