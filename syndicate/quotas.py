"""How often somebody may ask: windows, what was taken of a quota in them, and what is told of it.

Pure: `now` is a parameter, in seconds of Unix time. Costs are tenths of a request. What several
processes take is booked in one place, in leases: each takes a part of what is left before it gives
it out, so that together they never give out more than there is, and seldom ask.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from math import ceil
from typing import Final, Literal, NamedTuple

from syndicate.model import Quota

FULL: Final = 10
"""The tenths of an answer with a body; an error of the caller's costs as much."""
UNMODIFIED: Final = 1
"""The tenths of a 304."""

MINUTE: Final = 60
DAY: Final = 86_400
SHARE: Final = 8
"""A lease is this part of what is left."""
SKEW: Final = 2 * MINUTE
"""A window that lies so far ahead was written by a clock that was wrong."""

Span = Literal["minute", "day"]


class Windows(NamedTuple):
    """The minute and the day (UTC) of an instant: when they began."""

    minute: int
    day: int


NEVER: Final = Windows(0, 0)


def windows(now: float) -> Windows:
    second = int(now)
    return Windows(second - second % MINUTE, second - second % DAY)


@dataclass(frozen=True, slots=True)
class Taken:
    """What was taken of a quota in the newest windows, in tenths."""

    windows: Windows = NEVER
    minute: int = 0
    day: int = 0

    def at(self, present: Windows) -> Taken:
        """Return the same in windows that are no older than `present`: new ones begin empty.

        A clock a little behind that of another machine counts in the other's windows.
        """
        mine = self.windows
        if mine.minute > present.minute + SKEW:
            return Taken(present)
        newest = Windows(max(mine.minute, present.minute), max(mine.day, present.day))
        return Taken(
            newest,
            self.minute if mine.minute == newest.minute else 0,
            self.day if mine.day == newest.day else 0,
        )

    def plus(self, amount: int, of: Windows) -> Taken:
        """Return the sum, for as much of `of` as is still counted; a negative amount gives back."""
        minute, day = self.minute, self.day
        if of.minute == self.windows.minute:
            minute = max(0, minute + amount)
        if of.day == self.windows.day:
            day = max(0, day + amount)
        return replace(self, minute=minute, day=day)

    def left(self, quota: Quota) -> int:
        """Return the tenths that are left in both windows."""
        return max(0, min(quota.minute * FULL - self.minute, quota.day * FULL - self.day))


Owed = tuple[Windows, int]
"""Tenths taken in these windows and not booked yet; negative: booked, and to be given back."""


def settle(taken: Taken, owed: Iterable[Owed], present: Windows) -> Taken:
    """Return `taken` in windows no older than `present`, with everything owed booked."""
    taken = taken.at(present)
    for of, amount in owed:
        taken = taken.plus(amount, of)
    return taken


def lease(taken: Taken, quota: Quota) -> tuple[Taken, int]:
    """Take a part of what is left in whole requests; 0 where there is not even one."""
    left = taken.left(quota) // FULL
    part = FULL * max(min(left, 1), left // SHARE)
    return taken.plus(part, taken.windows), part


# What is told of it -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Standing:
    """How much of a quota is left, as far as is known. `taken` includes what is told about."""

    quota: Quota
    taken: Taken
    now: float

    def remaining(self, span: Span) -> int:
        """Return the whole requests that are left in a window."""
        limit: int = getattr(self.quota, span) * FULL
        taken: int = getattr(self.taken, span)
        return max(0, limit - taken) // FULL

    def used(self, span: Span) -> float:
        """Return the requests that were counted; a 304 counts 0.1."""
        taken: int = getattr(self.taken, span)
        return taken / FULL

    def seconds(self, span: Span) -> int:
        """Return in how many seconds the window ends: one at least, one window at most."""
        length = MINUTE if span == "minute" else DAY
        ends: int = getattr(self.taken.windows, span) + length
        return min(max(1, ceil(ends - self.now)), length)

    @property
    def exhausted(self) -> tuple[Span, ...]:
        """Return the windows in which nothing is left, the longest first."""
        return tuple(span for span in ("day", "minute") if not self.remaining(span))

    @property
    def retry_after(self) -> int:
        """Return after how many seconds there is something left in both windows."""
        return max((self.seconds(span) for span in self.exhausted), default=1)

    def headers(self) -> tuple[tuple[str, str], ...]:
        """Return the header fields of draft-ietf-httpapi-ratelimit-headers-10, section 3 and 4."""
        policies = f'"minute";q={self.quota.minute};w={MINUTE}, "day";q={self.quota.day};w={DAY}'
        spans: tuple[Span, ...] = ("minute", "day")
        left = (f'"{span}";r={self.remaining(span)};t={self.seconds(span)}' for span in spans)
        return (("RateLimit-Policy", policies), ("RateLimit", ", ".join(left)))
