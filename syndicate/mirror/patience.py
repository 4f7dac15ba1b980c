"""Waits where an origin asks for it, as long as the one who runs the mirror is willing to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, TypeVar

from syndicate.errors import OriginBusy

T = TypeVar("T")
_LONGEST: Final = 86_400.0  # seconds: whoever asks for more is asked again after a day
_FIRST, _MOST = 1.0, 60.0  # seconds between attempts where nobody said how long


@dataclass(slots=True)
class Patience:
    """So many seconds may be spent on waiting in all; None: as many as it takes.

    `told` hears of each wait: how long, and why.
    """

    seconds: float | None
    sleep: Callable[[float], object]
    told: Callable[[float, OriginBusy], None] = field(default=lambda _seconds, _why: None)

    def call(self, ask: Callable[[], T]) -> T:
        """Return what `ask` returns, trying again while it raises OriginBusy.

        OriginBusy, where waiting on would take longer than allowed.
        """
        unsaid = _FIRST
        while True:
            try:
                return ask()
            except OriginBusy as busy:
                if busy.seconds is None:
                    wait, unsaid = unsaid, min(2 * unsaid, _MOST)
                else:
                    wait = min(busy.seconds, _LONGEST)
                if self.seconds is not None:
                    if wait > self.seconds:
                        raise
                    self.seconds -= wait
                self.told(wait, busy)
            self.sleep(wait)
