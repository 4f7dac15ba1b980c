"""Leads a partner's mirror through the history, and marks each scene."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any, Final
from urllib.parse import parse_qsl

from syndicate.partnercheck import conduct, holdings
from syndicate.partnercheck.exchange import scope_of
from syndicate.partnercheck.history import SCENES, Scene
from syndicate.partnercheck.holdings import Holdings
from syndicate.partnercheck.script import DATA, Script, Seen
from syndicate.sync import Scope

_LOOK: Final = 0.5  # seconds between looks at a mirror that comes by itself
_MOST_RUNS: Final = 4  # of a command, in one scene: it may give up where it is refused
_MOST_TOLD: Final = 12  # faults of one scene


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """How a mirror did in one scene; without faults it passed."""

    scene: str
    tries: str
    faults: tuple[str, ...] = ()
    seconds: float = 0.0

    @property
    def passed(self) -> bool:
        return not self.faults


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All marks, and what might be better. `markup` tells whether HTML was shown, and judged."""

    marks: tuple[Mark, ...]
    advice: tuple[str, ...]
    markup: bool

    @property
    def passed(self) -> bool:
        return all(mark.passed for mark in self.marks)

    def to_json(self) -> dict[str, Any]:
        return {
            "passed": self.passed,
            "scenes": [
                {
                    "scene": mark.scene,
                    "tries": mark.tries,
                    "passed": mark.passed,
                    "faults": list(mark.faults),
                    "seconds": round(mark.seconds, 1),
                }
                for mark in self.marks
            ],
            "advice": list(self.advice),
            "markup_judged": self.markup,
        }


@dataclass(slots=True)
class Rehearsal:
    """One mirror's way through the history.

    `look` returns what it holds; `come` runs it once, None where it comes by itself. `patience` is
    how many seconds a scene may take.
    """

    script: Script
    lock: threading.Lock
    look: Callable[[], Holdings]
    come: Callable[[], None] | None
    patience: float
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.time

    def run(
        self, scenes: Sequence[Scene] = SCENES, told: Callable[[Mark], None] | None = None
    ) -> Report:
        """Play all scenes, `told` hears of each; a scene that failed does not end the others."""
        marks = []
        for scene in scenes:
            mark = self._play(scene)
            marks.append(mark)
            if told:
                told(mark)
        return Report(
            marks=tuple(marks),
            advice=tuple(conduct.advice(self.script.seen)),
            markup=holdings.shows_markup(self.look()),
        )

    def _play(self, scene: Scene) -> Mark:
        began = self.clock()
        with self.lock:
            first = len(self.script.seen)
            scene.prepare(self.script)
        found = self._faults_in_the_end(began, first)
        with self.lock:
            seen = self.script.seen[first:]
            self.script.refusals.clear()
            self.script.between.clear()
        found += conduct.faults(seen)
        if len(found) > _MOST_TOLD:
            found[_MOST_TOLD:] = [f"… and {len(found) - _MOST_TOLD} more"]
        seconds = self.clock() - began
        return Mark(scene=scene.name, tries=scene.tries, faults=tuple(found), seconds=seconds)

    def _faults_in_the_end(self, began: float, first: int) -> list[str]:
        """Let the mirror come until it holds what it should, or its time is over."""
        before: Holdings | None = None
        for run in count(1):
            if self.come:
                self.come()
            else:
                self.sleep(_LOOK)
            held = self.look()
            with self.lock:
                done, came = self.script.is_done, self.script.seen[first:]
                scope = self._scope()
                found = holdings.faults(held, self.script.origin, scope)
                found += holdings.markup_faults(held, self.script.origin)
            if done and came and not found:
                return []
            idle = held == before and (done or not any(one.request.name in DATA for one in came))
            is_stuck = self.come and (idle or run == _MOST_RUNS)
            if is_stuck or self.clock() - began > self.patience:
                break
            before = held
            if self.come:
                self.sleep(_left(came, self.clock()))
        if not came:
            return ["it did not come"]
        return found or ["it did not come again after it was refused"]

    def _scope(self) -> Scope:
        """Return the filter that the mirror asked with last."""
        asked = [one.request for one in self.script.seen if one.request.name in DATA]
        return scope_of(dict(parse_qsl(asked[-1].query)) if asked else {})


def _left(seen: Sequence[Seen], now: float) -> float:
    """Return how long a mirror that gave up has still been asked to wait."""
    wait = conduct.retry_after(seen[-1]) if seen else None
    return max(0.0, seen[-1].request.at + wait + 1 - now) if wait is not None else 0.0
