"""Many slow things side by side: all are done once, few are open, one slow one holds up none."""

from __future__ import annotations

import threading
import time

import pytest

from syndicate.deliver.fanout import AT_ONCE, WINDOW, FanOut


class Work:
    """Numbers to claim, some at a time; what was begun and noted."""

    def __init__(self, count: int, some: int = 10) -> None:
        self.left = list(range(count))
        self.some = some
        self.claimed = self.begun = self.noted = self.most = 0
        self.parts: list[list[int]] = []
        self.lock = threading.Lock()

    def claim(self) -> list[int]:
        part, self.left = self.left[: self.some], self.left[self.some :]
        return part

    def act(self, number: int) -> int:
        with self.lock:
            self.begun += 1
            self.most = max(self.most, self.begun - self.noted)
        return number

    def note(self, done: list[int]) -> None:
        self.parts.append(done)
        with self.lock:
            self.noted += len(done)

    @property
    def all_noted(self) -> list[int]:
        return sorted(number for part in self.parts for number in part)


def test_each_is_done_once_and_noted_with_others() -> None:
    work = Work(1000, some=64)
    assert FanOut(work.claim, work.act, work.note).run(threading.Event()) == []
    assert work.all_noted == list(range(1000))
    assert work.most <= WINDOW
    assert len(work.parts) < 1000 / 4


def test_nothing_is_nothing() -> None:
    work = Work(0)
    assert FanOut(work.claim, work.act, work.note).run(threading.Event()) == []
    assert work.parts == []


def test_the_quick_do_not_wait_for_the_slow() -> None:
    """All but one of those that may be under way are slow; they end once all others are noted."""
    work = Work(100, some=64)
    over = threading.Event()

    def act(number: int) -> int:
        if number < AT_ONCE - 1:
            assert over.wait(20)
        return work.act(number)

    def note(done: list[int]) -> None:
        work.note(done)
        if work.noted == 100 - (AT_ONCE - 1):
            over.set()

    FanOut(work.claim, act, note).run(threading.Event())
    assert work.all_noted == list(range(100))


def test_told_to_end_it_gives_back_what_was_not_begun() -> None:
    work = Work(100, some=100)
    stop = threading.Event()

    def act(number: int) -> int:
        if number == 7:
            stop.set()
        return work.act(number)

    rest = FanOut(work.claim, act, work.note).run(stop)
    assert rest
    assert sorted([*rest, *work.all_noted]) == list(range(100))


def test_what_nobody_foresaw_is_raised_after_the_threads_have_ended() -> None:
    work = Work(20)

    def act(number: int) -> int:
        time.sleep(0.001)
        return number // (number - 5)

    with pytest.raises(ZeroDivisionError):
        FanOut(work.claim, act, work.note).run(threading.Event())
    assert [one.name for one in threading.enumerate() if one.name == "fan-out"] == []
