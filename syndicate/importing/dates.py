"""When an entry was first published, as well as its feed or export lets us know.

A date known to the month becomes the first day of the month, 12:00 UTC, and so does a day without
a time. Every guess is named. RFC 3339 and RFC 822 were parsed before; this looks at what was not.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from syndicate.foreign import ForeignEntry

_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()  # noqa: SIM905 - it reads so
_MONTH_NAME = re.compile(r"([a-z]{3})[a-z]*\.?,?\s+(\d{4})", re.IGNORECASE)
_MONTH_NUMBER = re.compile(r"(\d{4})-(\d\d)")
_DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)")
_IN_ADDRESS = re.compile(r"/((?:19|20)\d\d)/(0[1-9]|1[0-2])(?:/(\d\d))?/")
_NOON = timedelta(hours=12)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dated:
    """A date of publication, None where there is none, and how it was guessed."""

    published: datetime | None
    month_only: bool = False
    guess: str = ""


def find_date(entry: ForeignEntry) -> Dated:
    """Return the date of an entry: its own, else its last change's, else that in its address."""
    words = entry.published_text.strip()
    month = _month(words)
    if month is not None:
        return Dated(published=month, month_only=True, guess=f"known to the month only: {words!r}")
    for date, guess in ((entry.published, ""), (entry.updated, "that of the last change")):
        if date is not None and 1900 <= date.year <= 2999:
            return _at_noon(date, words, guess)
    match = _IN_ADDRESS.search(entry.link)
    if match is None:
        return Dated(published=None, guess="there is none")
    year, number, day = (int(group or 0) for group in match.groups())
    month_only = not 1 <= day <= monthrange(year, number)[1]
    noon = datetime(year, number, 1 if month_only else day, 12, tzinfo=UTC)
    return Dated(published=noon, month_only=month_only, guess="from its address")


def _at_noon(date: datetime, words: str, guess: str) -> Dated:
    if _DAY.fullmatch(words) and not guess:
        day = date.replace(hour=0, minute=0, second=0, microsecond=0)
        return Dated(published=day + _NOON, guess="known to the day only")
    return Dated(published=date.replace(microsecond=0), guess=guess)


def _month(words: str) -> datetime | None:
    """Return the first day of `April 2021`, `Apr. 2021` or `2021-04`."""
    if match := _MONTH_NUMBER.fullmatch(words):
        return _first_of(int(match[1]), int(match[2]))
    match = _MONTH_NAME.fullmatch(words)
    if match and match[1].lower() in _MONTHS:
        return _first_of(int(match[2]), _MONTHS.index(match[1].lower()) + 1)
    return None


def _first_of(year: int, month: int) -> datetime | None:
    if not (1900 <= year <= 2999 and 1 <= month <= 12):
        return None
    return datetime(year, month, 1, 12, tzinfo=UTC)
