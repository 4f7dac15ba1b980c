"""Visitors without a key: each network has a count of its own, in bounded memory."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from syndicate.model import Quota
from syndicate.quotas import DAY, FULL, MINUTE, UNMODIFIED
from syndicate.web.pull import metering
from syndicate.web.pull.metering import Visitors, network_of

NOON = float(20_500 * DAY + 43_200)
QUOTA = Quota(minute=20, day=50)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.1", "192.0.2.254", True),
        ("192.0.2.1", "192.0.3.1", False),
        ("2001:db8:0:1100::1", "2001:db8:0:11ff::9", True),
        ("2001:db8:0:1100::1", "2001:db8:0:1200::1", False),
        ("::ffff:192.0.2.1", "192.0.2.77", True),
        ("", "unix:", True),
        ("", "192.0.2.1", False),
    ],
)
def test_networks(one: str, other: str, *, same: bool) -> None:
    assert (network_of(one) == network_of(other)) is same


@pytest.fixture
def visitors() -> tuple[Visitors, Callable[[float], None]]:
    now = [NOON]

    def later(seconds: float) -> None:
        now[0] += seconds

    return Visitors(lambda: now[0]), later


def test_each_network_has_its_own_count(
    visitors: tuple[Visitors, Callable[[float], None]],
) -> None:
    counted, later = visitors
    assert [counted.admit("192.0.2.1", QUOTA).admitted for _ in range(21)] == [True] * 20 + [False]
    assert not counted.admit("192.0.2.9", QUOTA).admitted
    assert counted.admit("192.0.3.1", QUOTA).admitted
    later(MINUTE)
    assert counted.admit("192.0.2.1", QUOTA).admitted


def test_a_visitors_304_costs_a_tenth(
    visitors: tuple[Visitors, Callable[[float], None]],
) -> None:
    counted, later = visitors
    for _ in range(100):
        paid = counted.admit("192.0.2.1", QUOTA)
        counted.give_back("192.0.2.1", paid, FULL - UNMODIFIED)
    assert counted.admit("192.0.2.1", QUOTA).standing.remaining("minute") == 9
    late = counted.admit("192.0.2.1", QUOTA)
    later(MINUTE)
    counted.give_back("192.0.2.1", late, 9)
    assert counted.admit("192.0.2.1", QUOTA).standing.used("minute") == 1


def test_a_visitors_day_ends(visitors: tuple[Visitors, Callable[[float], None]]) -> None:
    counted, later = visitors
    total = 0
    for _ in range(4):
        total += sum(counted.admit("192.0.2.1", QUOTA).admitted for _ in range(30))
        later(MINUTE)
    assert total == QUOTA.day
    later(DAY / 2)
    assert counted.admit("192.0.2.1", QUOTA).admitted


def test_memory_is_bounded_and_nobody_is_forgotten_for_it(
    visitors: tuple[Visitors, Callable[[float], None]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever has used up a quota does not get another by asking from many networks."""
    monkeypatch.setattr(metering, "MOST", 50)
    counted, later = visitors
    for _ in range(20):
        counted.admit("192.0.2.1", QUOTA)
    for number in range(500):
        counted.admit(f"10.{number // 256}.{number % 256}.1", QUOTA)
    assert not counted.admit("192.0.2.1", QUOTA).admitted
    assert not counted.admit("10.200.0.1", QUOTA).admitted  # shares a count with all the others
    assert len(counted._minute) <= 51
    assert len(counted._day) <= 51
    later(MINUTE)
    assert counted.admit("10.200.0.1", QUOTA).admitted
