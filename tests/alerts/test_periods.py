"""When bulletins are due: every period once, at the local hour, whatever the clock does."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.alerts.periods import Period, choose, periods
from syndicate.alerts.subscription import Rhythm, Schedule

ZONES = (
    "UTC",
    "America/Toronto",
    "Europe/Paris",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "America/St_Johns",
    "Africa/Casablanca",
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def due(schedule: Schedule, start: str, count: int = 3) -> list[str]:
    found = islice(periods(schedule, at(start)), count)
    return [f"{period.key} {period.due:%Y-%m-%dT%H:%MZ}" for period in found]


@pytest.mark.parametrize(
    ("schedule", "start", "expected"),
    [
        (
            Schedule(rhythm="daily", zone="America/Toronto", hour=8),
            "2026-11-25T12:59",
            ["2026-11-25 2026-11-25T13:00Z", "2026-11-26 2026-11-26T13:00Z"],
        ),
        (
            Schedule(rhythm="daily", zone="America/Toronto", hour=8),
            "2026-11-25T13:01",
            ["2026-11-26 2026-11-26T13:00Z"],
        ),
        (
            Schedule(rhythm="weekly", zone="UTC", hour=6, weekday=3),
            "2026-12-28T00:00",
            ["2026-W53 2026-12-30T06:00Z", "2027-W01 2027-01-06T06:00Z"],
        ),
        (
            Schedule(rhythm="monthly", zone="UTC", hour=8, day=31),
            "2028-01-31T09:00",
            [
                "2028-02 2028-02-29T08:00Z",
                "2028-03 2028-03-31T08:00Z",
                "2028-04 2028-04-30T08:00Z",
            ],
        ),
        (
            Schedule(rhythm="monthly", zone="UTC", hour=8, day=30),
            "2027-02-01T00:00",
            ["2027-02 2027-02-28T08:00Z"],
        ),
        (  # 02:00 does not come on 8 March 2026 in Toronto: the clock shows 03:00 next
            Schedule(rhythm="daily", zone="America/Toronto", hour=2),
            "2026-03-07T12:00",
            ["2026-03-08 2026-03-08T07:00Z", "2026-03-09 2026-03-09T06:00Z"],
        ),
        (  # 01:00 comes twice on 1 November 2026: the first time counts
            Schedule(rhythm="daily", zone="America/Toronto", hour=1),
            "2026-11-01T00:00",
            ["2026-11-01 2026-11-01T05:00Z", "2026-11-02 2026-11-02T06:00Z"],
        ),
        (  # a zone east of Greenwich is already in the next day
            Schedule(rhythm="daily", zone="Pacific/Kiritimati", hour=0),
            "2026-11-25T10:00",
            ["2026-11-26 2026-11-25T10:00Z"],
        ),
    ],
)
def test_due(schedule: Schedule, start: str, expected: list[str]) -> None:
    assert due(schedule, start, len(expected)) == expected


def schedules() -> st.SearchStrategy[Schedule]:
    rhythms: list[Rhythm] = ["daily", "weekly", "monthly"]
    return st.builds(
        Schedule,
        rhythm=st.sampled_from(rhythms),
        zone=st.sampled_from(ZONES),
        hour=st.integers(0, 23),
        weekday=st.integers(1, 7),
        day=st.integers(1, 31),
    )


instants = st.integers(0, 26 * 365 * 24).map(lambda hours: at("2011-01-01") + hours * HOUR)
HOUR = timedelta(hours=1)
LONGEST = {"daily": 2, "weekly": 8, "monthly": 32}


@given(schedules(), instants)
def test_periods_follow_each_other_without_a_gap(schedule: Schedule, start: datetime) -> None:
    found = list(islice(periods(schedule, start), 5))
    assert found[0].due >= start
    assert found[0].due - start <= timedelta(days=LONGEST[schedule.rhythm])
    assert len({period.key for period in found}) == 5
    assert [p.due for p in found] == sorted(p.due for p in found)
    # whoever asks a second later, or asks again, is told of the same periods
    assert list(islice(periods(schedule, found[1].due), 4)) == found[1:]


@given(schedules(), instants)
def test_the_local_clock_shows_the_hour(schedule: Schedule, start: datetime) -> None:
    zone = ZoneInfo(schedule.zone)
    local = next(periods(schedule, start)).due.astimezone(zone)
    wanted = datetime.combine(local.date(), time(schedule.hour), zone)
    if wanted.astimezone(UTC).astimezone(zone).time() == time(schedule.hour):
        assert (local.hour, local.minute, local.fold) == (schedule.hour, 0, 0)
    else:  # the clock skips it
        assert local.time() > time(schedule.hour)


# Late -----------------------------------------------------------------------------------------


def chosen(rhythm: Rhythm, ready: str, now: str) -> Period:
    return next(choose(Schedule(rhythm=rhythm), at(ready), at(now), 57))


def test_news_goes_at_once_under_one_name() -> None:
    found = chosen("immediate", "2026-11-25T10:00", "2026-11-25T12:00")
    assert found == Period("now-57", at("2026-11-25T12:00"))


@pytest.mark.parametrize(
    ("rhythm", "ready", "now", "key"),
    [
        # the worker was away over the hour: the bulletin is late, but goes out
        ("daily", "2026-11-25T07:00", "2026-11-25T19:59", "2026-11-25"),
        ("daily", "2026-11-25T07:00", "2026-11-25T20:01", "2026-11-26"),
        ("weekly", "2026-11-23T07:00", "2026-11-26T19:00", "2026-W48"),
        ("weekly", "2026-11-23T07:00", "2026-11-27T00:00", "2026-W49"),
        ("monthly", "2026-11-01T07:00", "2026-11-16T00:00", "2026-11"),
        ("monthly", "2026-11-01T07:00", "2026-11-17T00:00", "2026-12"),
        # three days away: what gathered goes into one mail, the next
        ("daily", "2026-11-22T07:00", "2026-11-25T07:30", "2026-11-25"),
        ("daily", "2026-11-22T07:00", "2026-11-25T21:00", "2026-11-26"),
    ],
)
def test_a_late_bulletin(rhythm: Rhythm, ready: str, now: str, key: str) -> None:
    assert chosen(rhythm, ready, now).key == key
