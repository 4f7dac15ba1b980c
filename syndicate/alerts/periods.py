"""When a bulletin is due, and the period that it closes. A period has one key: it is sent once.

Local times follow the zone's own clock: one that the clock skips becomes the next that it shows,
one that it shows twice is the first of the two.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from syndicate.alerts.subscription import Rhythm, Schedule

_DAY: Final = timedelta(days=1)
_LATE: Final[dict[Rhythm, timedelta]] = {
    "immediate": timedelta.max,
    "daily": timedelta(hours=12),
    "weekly": timedelta(days=3, hours=12),
    "monthly": timedelta(days=15),
}
"""A bulletin late by half its period still goes out; later, what it had goes into the next."""


@dataclass(frozen=True, slots=True)
class Period:
    """`key` is `2026-11-25`, `2026-W48`, `2026-11`, or `now-57` for news from change 57 on."""

    key: str
    due: datetime  # UTC


def periods(schedule: Schedule, start: datetime) -> Iterator[Period]:
    """Yield the periods whose bulletins are due at `start` or later, in order."""
    assert schedule.rhythm != "immediate"
    zone = ZoneInfo(schedule.zone)
    for day in _days(schedule, start.astimezone(zone).date() - _DAY):
        due = datetime.combine(day, time(schedule.hour), zone).astimezone(UTC)
        if due >= start:
            yield Period(_key(schedule.rhythm, day), due)


def choose(schedule: Schedule, ready: datetime, now: datetime, batch: int) -> Iterator[Period]:
    """Yield the periods that news which was ready at `ready` may go into, best first.

    `batch` is the first change of what is told together.
    """
    if schedule.rhythm == "immediate":
        yield Period(f"now-{batch}", now)
        return
    found = periods(schedule, ready)
    for period in found:
        if now - period.due <= _LATE[schedule.rhythm]:
            yield period


def _days(schedule: Schedule, first: date) -> Iterator[date]:
    """Yield the local dates of bulletins from the one that may contain `first` on."""
    if schedule.rhythm == "monthly":
        year, month = first.year, first.month
        while True:
            last = calendar.monthrange(year, month)[1]
            yield date(year, month, min(schedule.day, last))
            year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    day = first
    while True:
        if schedule.rhythm == "daily" or day.isoweekday() == schedule.weekday:
            yield day
        day += _DAY


def _key(rhythm: Rhythm, day: date) -> str:
    if rhythm == "weekly":
        year, week, _weekday = day.isocalendar()
        return f"{year}-W{week:02}"
    return f"{day:%Y-%m}" if rhythm == "monthly" else f"{day:%Y-%m-%d}"
