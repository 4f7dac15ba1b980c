"""Several processes give out one quota: never more than there is, and nothing is lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syndicate import quotas
from syndicate.model import Quota
from syndicate.quotas import DAY, FULL, MINUTE, UNMODIFIED, Owed, Taken, Windows, windows
from syndicate.web.pull import metering
from syndicate.web.pull.metering import Meter, Paid

NOON = float(20_500 * DAY + 43_200)
WHO = "0123456789ab"
QUOTA = Quota(minute=20, day=50)


@dataclass
class Bank:
    """What the store does for quotas, in memory: test_usage shows the same of both databases."""

    now: float = NOON
    taken: Taken = field(default_factory=Taken)
    is_away: bool = False
    asked: int = 0

    def clock(self) -> float:
        return self.now

    def take(
        self, _partner: str, owed: Collection[Owed], quota: Quota, present: Windows
    ) -> tuple[Taken, int] | None:
        self.asked += 1
        if self.is_away:
            return None
        self.taken, part = quotas.lease(quotas.settle(self.taken, owed, present), quota)
        return self.taken, part

    def flush(self, meter: Meter) -> None:
        owed = meter.collect()
        if self.is_away:
            meter.owe(owed)
        else:
            self.taken = quotas.settle(self.taken, owed.get(WHO, ()), windows(self.now))

    def meters(self, count: int) -> list[Meter]:
        return [Meter(self.take, self.clock) for _ in range(count)]


def admitted(meter: Meter, count: int, quota: Quota = QUOTA) -> int:
    return sum(meter.admit(WHO, quota).admitted for _ in range(count))


def test_one_process_gives_out_the_whole_quota() -> None:
    bank = Bank()
    (meter,) = bank.meters(1)
    assert admitted(meter, 50) == QUOTA.minute


@pytest.mark.parametrize("processes", [2, 3, 8])
def test_several_processes_give_out_the_quota_once(processes: int) -> None:
    bank = Bank()
    meters = bank.meters(processes)
    total = sum(admitted(meter, 1) for _ in range(50) for meter in meters)
    assert total == QUOTA.minute


def test_what_an_idle_process_has_leased_comes_back() -> None:
    bank = Bank()
    idle, busy = bank.meters(2)
    assert admitted(idle, 1) == 1
    bank.flush(idle)
    bank.flush(idle)
    assert bank.taken.minute == FULL
    assert admitted(busy, 50) == QUOTA.minute - 1


def test_few_requests_ask_the_store() -> None:
    bank = Bank()
    (meter,) = bank.meters(1)
    quota = Quota(minute=10_000, day=100_000)
    assert admitted(meter, 10_000, quota) == 10_000
    assert bank.asked < 100


def test_who_is_refused_does_not_ask_the_store_each_time() -> None:
    bank = Bank()
    (meter,) = bank.meters(1)
    admitted(meter, QUOTA.minute)
    asked = bank.asked
    assert admitted(meter, 1_000) == 0
    assert bank.asked == asked + 1


def test_a_refusal_ends_with_the_window() -> None:
    bank = Bank()
    (meter,) = bank.meters(1)
    bank.now += MINUTE - 0.5
    admitted(meter, QUOTA.minute + 1)
    refused = meter.admit(WHO, QUOTA)
    assert (refused.admitted, refused.standing.retry_after) == (False, 1)
    bank.now += 0.5
    assert admitted(meter, 1) == 1


def test_the_day_ends_too() -> None:
    bank = Bank()
    (meter,) = bank.meters(1)
    total = 0
    for _ in range(5):
        total += admitted(meter, 30)
        bank.now += MINUTE
    assert total == QUOTA.day
    refused = meter.admit(WHO, QUOTA)
    assert refused.standing.exhausted == ("day",)
    assert refused.standing.retry_after == 43_200 - 5 * MINUTE


def test_a_304_costs_a_tenth() -> None:
    bank = Bank()
    (meter,) = bank.meters(1)
    for _ in range(QUOTA.minute * 10 - 9):
        paid = meter.admit(WHO, QUOTA)
        assert paid.admitted
        meter.give_back(WHO, paid, FULL - UNMODIFIED)
    assert admitted(meter, 2) == 0  # nine tenths are left
    bank.flush(meter)
    bank.flush(meter)
    assert bank.taken.minute == QUOTA.minute * FULL - 9


def test_what_was_cheaper_goes_back_to_the_minute_it_was_taken_from() -> None:
    bank = Bank()
    (meter,) = bank.meters(1)
    paid = meter.admit(WHO, QUOTA)
    bank.now += MINUTE
    meter.give_back(WHO, paid, 9)
    for _ in range(2):
        bank.flush(meter)
    assert bank.taken == Taken(windows(bank.now), 0, 1)


def test_the_standing_counts_what_was_used_and_not_what_was_leased() -> None:
    bank = Bank()
    (meter,) = bank.meters(1)
    for number in range(1, 21):
        assert meter.admit(WHO, QUOTA).standing.remaining("minute") == 20 - number


def test_the_standing_is_the_same_after_a_flush() -> None:
    bank = Bank()
    (meter,) = bank.meters(1)
    admitted(meter, 3)
    for number, is_away in enumerate((False, True, False, False), 4):
        bank.is_away = is_away
        bank.flush(meter)
        assert meter.admit(WHO, QUOTA).standing.used("minute") == number


# A store that is busy or away -------------------------------------------------------------------


def test_while_the_store_is_away_each_counts_by_itself_and_books_it_later() -> None:
    bank = Bank(is_away=True)
    one, other = bank.meters(2)
    assert (admitted(one, 30), admitted(other, 5)) == (QUOTA.minute, 5)
    assert bank.asked == 2
    bank.is_away = False
    for meter in (one, other):
        bank.flush(meter)
    assert bank.taken.minute == 25 * FULL
    bank.now += 2
    assert admitted(other, 5) == 0


def test_a_store_that_comes_back_is_asked_again() -> None:
    bank = Bank(is_away=True)
    (meter,) = bank.meters(1)
    assert admitted(meter, 3) == 3
    bank.is_away = False
    bank.now += metering.PAUSE
    assert admitted(meter, 1) == 1
    assert bank.taken.minute >= 4 * FULL


# The law ----------------------------------------------------------------------------------------


@dataclass
class Run:
    """A random run of several processes, and what each answered request has really cost."""

    bank: Bank
    meters: list[Meter]
    under_way: list[tuple[int, Paid]] = field(default_factory=list)
    cost: Counter[str] = field(default_factory=Counter)
    lost: int = 0

    def count(self, paid: Paid, amount: int) -> None:
        self.cost[f"minute {paid.windows.minute}"] += amount
        self.cost[f"day {paid.windows.day}"] += amount

    def ask(self, number: int) -> None:
        paid = self.meters[number].admit(WHO, QUOTA)
        if paid.admitted:
            self.count(paid, FULL)
            self.under_way.append((number, paid))

    def answer(self, place: int, cost: int) -> None:
        number, paid = self.under_way.pop(place % len(self.under_way))
        self.count(paid, cost - FULL)
        self.meters[number].give_back(WHO, paid, FULL - cost)

    def end(self) -> None:
        for meter in self.meters:
            for _ in range(3):
                self.bank.flush(meter)


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("ask"), st.integers(0, 2)),
        st.tuples(st.just("ask"), st.integers(0, 2)),
        st.tuples(st.just("ask twenty"), st.integers(0, 2)),
        st.tuples(st.just("304"), st.integers(0, 50)),
        st.tuples(st.just("200"), st.integers(0, 50)),
        st.tuples(st.just("flush"), st.integers(0, 2)),
        st.tuples(st.just("later"), st.sampled_from([0.3, 1, 20, 61, 7_200])),
        st.tuples(st.just("killed"), st.integers(0, 2)),
    ),
    max_size=60,
)


def play(run: Run, steps: list[tuple[str, float]]) -> None:
    for step, value in steps:
        place = int(value)
        match step:
            case "ask":
                run.ask(place)
            case "ask twenty":
                for _ in range(20):
                    run.ask(place)
            case "304" | "200" if run.under_way:
                run.answer(place, UNMODIFIED if step == "304" else FULL)
            case "flush":
                run.bank.flush(run.meters[place])
            case "later":
                run.bank.now += value
            case "killed":
                run.under_way = [each for each in run.under_way if each[0] != place]
                run.meters[place] = Meter(run.bank.take, run.bank.clock)
                run.lost += 1
        for name, cost in run.cost.items():
            limit = QUOTA.minute if name.startswith("minute") else QUOTA.day
            assert cost <= limit * FULL, f"{step}: {name}"


@settings(max_examples=200)
@given(STEPS)
def test_no_window_ever_gives_out_more_than_its_quota(steps: list[tuple[str, float]]) -> None:
    bank = Bank()
    run = Run(bank, bank.meters(3))
    play(run, steps)
    run.end()
    here = bank.taken
    used = (run.cost[f"minute {here.windows.minute}"], run.cost[f"day {here.windows.day}"])
    assert (here.minute, here.day) >= used
    if not run.lost:  # nobody was killed: then nothing is lost either
        assert (here.minute, here.day) == used
        assert all(meter.is_settled() for meter in run.meters)
    whole = min(QUOTA.minute * FULL - here.minute, QUOTA.day * FULL - here.day) // FULL
    bank.now += metering.PAUSE  # a refusal holds that long
    if windows(bank.now) == here.windows:
        assert sum(run.meters[0].admit(WHO, QUOTA).admitted for _ in range(60)) == whole
