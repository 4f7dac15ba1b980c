"""Windows and leases: whoever asks in whatever order, nobody gets more than there is."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate import quotas
from syndicate.model import Quota
from syndicate.quotas import DAY, FULL, MINUTE, SKEW, Standing, Taken, Windows, windows

NOON = 20_500 * DAY + 43_200
QUOTA = Quota(minute=10, day=25)
INSTANTS = st.integers(NOON, NOON + 3 * DAY)


def test_windows_begin_with_the_minute_and_the_day() -> None:
    assert windows(NOON + 61.9) == Windows(NOON + 60, NOON - 43_200)


@given(INSTANTS)
def test_an_instant_lies_in_its_windows(now: int) -> None:
    found = windows(now)
    assert found.minute <= now < found.minute + MINUTE
    assert found.day <= now < found.day + DAY


def test_a_new_minute_begins_empty_and_the_day_goes_on() -> None:
    taken = Taken(windows(NOON), 40, 200).at(windows(NOON + MINUTE))
    assert (taken.minute, taken.day) == (0, 200)


def test_a_new_day_begins_empty() -> None:
    taken = Taken(windows(NOON), 40, 200).at(windows(NOON + DAY))
    assert (taken.minute, taken.day) == (0, 0)


def test_a_clock_that_is_a_little_behind_counts_in_the_windows_of_the_others() -> None:
    ahead = Taken(windows(NOON + MINUTE), 40, 200)
    assert ahead.at(windows(NOON)) == ahead


def test_windows_of_a_clock_that_was_wrong_are_left() -> None:
    wrong = Taken(windows(NOON + 365 * DAY), 100, 250)
    assert wrong.at(windows(NOON)) == Taken(windows(NOON), 0, 0)
    assert Taken(windows(NOON + SKEW + MINUTE), 9, 9).at(windows(NOON)).minute == 0


def test_what_was_taken_in_another_window_is_counted_where_it_still_counts() -> None:
    taken = Taken(windows(NOON + MINUTE), 40, 200)
    assert taken.plus(-10, windows(NOON)) == Taken(windows(NOON + MINUTE), 40, 190)
    assert taken.plus(-10, windows(NOON + MINUTE - DAY)) == taken


def test_the_smaller_of_both_is_left() -> None:
    assert Taken(windows(NOON), 0, 0).left(QUOTA) == 100
    assert Taken(windows(NOON), 0, 200).left(QUOTA) == 50
    assert Taken(windows(NOON), 300, 0).left(QUOTA) == 0


@given(st.integers(0, 120), st.integers(0, 300))
def test_a_lease_is_a_whole_request_or_nothing_and_never_more_than_is_left(
    minute: int, day: int
) -> None:
    before = Taken(windows(NOON), minute, day)
    after, part = quotas.lease(before, QUOTA)
    assert part % FULL == 0
    assert part <= before.left(QUOTA)
    assert (part == 0) == (before.left(QUOTA) < FULL)
    assert after == before.plus(part, before.windows)


@given(st.data())
def test_leases_that_are_given_back_leave_what_was_used(data: st.DataObject) -> None:
    """Law: taken = what is leased + what was used, in whatever order things are booked."""
    now, taken = NOON, Taken(windows(NOON))
    leased: list[tuple[Windows, int]] = []
    used: Counter[str] = Counter()
    for _ in range(data.draw(st.integers(1, 40))):
        now += data.draw(st.sampled_from([0, 0, 0, 7, 59]))
        present = windows(now)
        if leased and data.draw(st.booleans()):
            of, part = leased.pop(data.draw(st.integers(0, len(leased) - 1)))
            spent = data.draw(st.integers(0, part))
            taken = quotas.settle(taken, [(of, spent - part)], present)
            used[f"minute {of.minute}"] += spent
            used["day"] += spent
        else:
            taken, part = quotas.lease(quotas.settle(taken, [], present), QUOTA)
            leased.append((taken.windows, part))
    held = sum(part for of, part in leased if of.minute == taken.windows.minute)
    assert taken.minute == used[f"minute {taken.windows.minute}"] + held <= QUOTA.minute * FULL
    assert taken.day == used["day"] + sum(part for _, part in leased) <= QUOTA.day * FULL


# What is told of it -----------------------------------------------------------------------------


def test_the_header_fields() -> None:
    standing = Standing(QUOTA, Taken(windows(NOON), 31, 31), NOON + 12.5)
    assert standing.headers() == (
        ("RateLimit-Policy", '"minute";q=10;w=60, "day";q=25;w=86400'),
        ("RateLimit", '"minute";r=6;t=48, "day";r=21;t=43188'),
    )
    assert standing.used("minute") == 3.1
    assert standing.exhausted == ()


@pytest.mark.parametrize(
    ("minute", "day", "exhausted", "retry_after"),
    [
        (91, 91, ("minute",), 48),
        (0, 250, ("day",), 43_188),
        (100, 241, ("day", "minute"), 43_188),
        (90, 240, (), 1),
    ],
)
def test_when_to_come_back(
    minute: int, day: int, exhausted: tuple[str, ...], retry_after: int
) -> None:
    standing = Standing(QUOTA, Taken(windows(NOON), minute, day), NOON + 12.5)
    assert standing.exhausted == exhausted
    assert standing.retry_after == retry_after


@given(st.integers(0, 200), st.integers(0, 300), st.floats(0, DAY, allow_nan=False))
def test_what_is_told_is_within_its_bounds(minute: int, day: int, later: float) -> None:
    standing = Standing(QUOTA, Taken(windows(NOON), minute, day), NOON + later)
    assert 0 <= standing.remaining("minute") <= QUOTA.minute
    assert 0 <= standing.remaining("day") <= QUOTA.day
    assert 1 <= standing.seconds("minute") <= MINUTE
    assert 1 <= standing.retry_after <= DAY
