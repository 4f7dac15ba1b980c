"""Counts what callers take of their quotas: partners over all processes, others by network.

A partner's requests are paid out of a lease that this process took from the store for them; so
several processes together never give out more than the quota, and few requests write. What a lease
has too much goes back about a second later. While the store is busy or away, each process lets a
partner have what is left by its own count and books it afterwards: a publish refuses nobody.

Everybody else is counted in memory alone, each process for itself.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from ipaddress import IPv6Address, ip_address
from typing import Final, NamedTuple

from syndicate.model import Quota
from syndicate.quotas import FULL, NEVER, SKEW, Owed, Standing, Taken, Windows, settle, windows

PAUSE: Final = 1.0
"""Seconds before a store that had nothing to give, or could not be asked, is asked again."""

Clock = Callable[[], float]
"""Gives seconds of Unix time."""

Take = Callable[[str, Collection[Owed], Quota, Windows], tuple[Taken, int] | None]
"""Books what a partner owes and takes a lease; None where the store could not be written to."""


class Paid(NamedTuple):
    """A request as it was counted: in which windows, and how the caller then stood."""

    admitted: bool
    windows: Windows
    standing: Standing


# Partners ---------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Account:
    """What one process holds for one partner. Amounts are tenths of a request."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    windows: Windows = NEVER  # of the lease
    free: int = 0  # leased, and not given out yet
    owed: Counter[Windows] = field(default_factory=Counter)  # to be booked
    taken: Taken = field(default_factory=Taken)  # by all, as the store last said
    own: Taken = field(default_factory=Taken)  # by this process
    spent: int = 0  # by this process since the last flush
    paused_at: float = float("-inf")
    is_away: bool = False  # the store, when it was asked last

    def turn_to(self, lease: Windows) -> None:
        """Go over to other windows; what is left of the former lease goes back."""
        if self.windows != lease:
            self.owed[self.windows] -= self.free
            self.windows, self.free, self.paused_at = lease, 0, float("-inf")

    def standing(self, quota: Quota, now: float) -> Standing:
        known = settle(self.taken, [*self.owed.items(), (self.windows, -self.free)], self.windows)
        return Standing(quota, known, now)


class Meter:
    """Lets partners in as long as their quotas last."""

    def __init__(self, take: Take, clock: Clock) -> None:
        self._take = take
        self._clock = clock
        self._accounts: dict[str, _Account] = {}
        self._opening = threading.Lock()

    def admit(self, partner: str, quota: Quota) -> Paid:
        """Count a whole request, if there is one left."""
        account = self._account(partner)
        with account.lock:
            now = self._clock()
            present = windows(now)
            if not present.minute <= account.windows.minute <= present.minute + SKEW:
                account.turn_to(present)
            if account.free < FULL:
                self._fill(partner, account, quota, now)
            admitted = account.free >= FULL
            if admitted:
                account.free -= FULL
                account.spent += FULL
                account.own = account.own.at(account.windows).plus(FULL, account.windows)
            return Paid(admitted, account.windows, account.standing(quota, now))

    def give_back(self, partner: str, paid: Paid, amount: int) -> None:
        """Take back so many tenths of a request that was cheaper than a whole one."""
        account = self._account(partner)
        with account.lock:
            account.own = account.own.plus(-amount, paid.windows)
            if paid.windows == account.windows:
                account.free += amount
            else:
                account.owed[paid.windows] -= amount

    def _account(self, partner: str) -> _Account:
        with self._opening:
            return self._accounts.setdefault(partner, _Account())

    def _fill(self, partner: str, account: _Account, quota: Quota, now: float) -> None:
        """Take a further lease; on credit while the store cannot be asked."""
        if not 0 <= now - account.paused_at < PAUSE:
            # the rest of the lease goes along: with what is left elsewhere it may be a whole one
            owed = [*account.owed.items(), (account.windows, -account.free)]
            booked = self._take(partner, owed, quota, account.windows)
            account.is_away = booked is None
            if booked is not None:
                account.owed.clear()
                account.taken, account.free = booked
                account.windows = account.taken.windows
            account.paused_at = now if account.free < FULL else float("-inf")
        own = account.own.at(account.windows)
        if account.is_away and account.free < FULL and own.left(quota) >= FULL:
            account.free += FULL
            account.owed[account.windows] += FULL

    # What the store is to know --------------------------------------------------------------

    def collect(self) -> dict[str, list[Owed]]:
        """Return what each partner owes or gets back, which from now on is the caller's to book.

        Of a lease there stays as much as was spent since the last time: nothing, if nobody asked.
        """
        found: dict[str, list[Owed]] = {}
        for partner, account in list(self._accounts.items()):
            with account.lock:
                kept = min(account.free, account.spent)
                account.owed[account.windows] -= account.free - kept
                account.free, account.spent = kept, 0
                owed = [(of, amount) for of, amount in account.owed.items() if amount]
                account.owed.clear()
                account.taken = settle(account.taken, owed, account.windows)
            if owed:
                found[partner] = owed
        return found

    def owe(self, owed: dict[str, list[Owed]]) -> None:
        """Take back what could not be booked."""
        for partner, amounts in owed.items():
            account = self._account(partner)
            with account.lock:
                for of, amount in amounts:
                    account.owed[of] += amount
                    account.taken = account.taken.plus(-amount, of)

    def is_settled(self) -> bool:
        """Tell whether the store knows everything."""
        accounts = list(self._accounts.values())
        return not any(account.free or any(account.owed.values()) for account in accounts)


# Everybody else ---------------------------------------------------------------------------------

MOST: Final = 20_000
"""Networks that are counted by themselves in a window; all further ones share a count."""
_OTHERS: Final = b"others"


def network_of(address: str) -> bytes:
    """Return the network of an address: the /24 of IPv4, the /56 of IPv6; of no address, none."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return b""
    if isinstance(parsed, IPv6Address):
        return parsed.ipv4_mapped.packed[:3] if parsed.ipv4_mapped else parsed.packed[:7]
    return parsed.packed[:3]


class Visitors:
    """Lets in who has no key, so many of each network. It forgets a window when it is over."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._windows = NEVER
        self._minute: Counter[bytes] = Counter()
        self._day: Counter[bytes] = Counter()

    def admit(self, address: str, quota: Quota) -> Paid:
        """Count a whole request, if there is one left."""
        with self._lock:
            now = self._clock()
            self._turn_to(windows(now))
            network = network_of(address)
            admitted = self._taken(network).left(quota) >= FULL
            if admitted:
                self._add(network, FULL)
            return Paid(admitted, self._windows, Standing(quota, self._taken(network), now))

    def give_back(self, address: str, paid: Paid, amount: int) -> None:
        """Take back so many tenths of a request that was cheaper than a whole one."""
        with self._lock:
            if paid.windows == self._windows:
                self._add(network_of(address), -amount)

    def _turn_to(self, present: Windows) -> None:
        if present.minute != self._windows.minute:
            self._minute.clear()
        if present.day != self._windows.day:
            self._day.clear()
        self._windows = present

    def _add(self, network: bytes, amount: int) -> None:
        self._minute[self._place(network)] += amount
        if network in self._day or len(self._day) < MOST:  # else the minutes must do
            self._day[network] += amount

    def _place(self, network: bytes) -> bytes:
        return network if network in self._minute or len(self._minute) < MOST else _OTHERS

    def _taken(self, network: bytes) -> Taken:
        return Taken(self._windows, self._minute[self._place(network)], self._day[network])
