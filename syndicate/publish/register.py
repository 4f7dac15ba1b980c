"""What all files of a publish claim, in a few bytes each: they are planned apart but must meet."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Hashable
from itertools import pairwise
from typing import Final, Literal

from syndicate.editorial.clashes import Claim, keys

_SHARES: Final = 64


class Digests:
    """A set that remembers 64 bits of each of its members, and whose it is.

    It lies in shares, for sorting takes many times the memory of what is sorted.
    """

    def __init__(self) -> None:
        self._shares: defaultdict[int, _Share] = defaultdict(_Share)  # most publishes need few

    def add(self, value: Hashable, owner: int = 0) -> None:
        digest = hash(value)
        self._shares[digest % _SHARES].add(digest, owner)

    def __contains__(self, value: object) -> bool:
        digest = hash(value)
        share = self._shares.get(digest % _SHARES)
        return share is not None and digest in share

    def shared(self) -> list[int]:
        """Return the owners of what was added more than once."""
        return sorted({owner for share in self._shares.values() for owner in share.shared()})


class _Share:
    """Digests and their owners, brought into order when they are looked at."""

    def __init__(self) -> None:
        self._digests = array("q")
        self._owners = array("I")
        self._sorted = True

    def add(self, digest: int, owner: int) -> None:
        self._digests.append(digest)
        self._owners.append(owner)
        self._sorted = False

    def __contains__(self, digest: int) -> bool:
        self._sort()
        at = bisect_left(self._digests, digest)
        return at < len(self._digests) and self._digests[at] == digest

    def shared(self) -> set[int]:
        self._sort()
        found = set()
        for at, (one, other) in enumerate(pairwise(self._digests)):
            if one == other:
                found |= {self._owners[at], self._owners[at + 1]}
        return found

    def _sort(self) -> None:
        if not self._sorted:
            order = sorted(range(len(self._digests)), key=self._digests.__getitem__)
            self._digests = array("q", (self._digests[at] for at in order))
            self._owners = array("I", (self._owners[at] for at in order))
            self._sorted = True


class Register:
    """The files of a publish, which are read and planned in parts, by what no two may share."""

    def __init__(self) -> None:
        self._digests = Digests()
        self._count = 0

    def add(self, claim: Claim) -> None:
        for key in (("path", claim.path), *keys(claim)):
            self._digests.add(key, self._count)
        self._count += 1

    def has(self, what: Literal["id", "path"], value: str) -> bool:
        return (what, value) in self._digests

    def __contains__(self, instant: object) -> bool:
        """Tell whether an entry of any file stands at this instant."""
        return ("instant", instant) in self._digests

    def rivals(self) -> list[int]:
        """Return which of the claims, counted from 0, share something with another."""
        return self._digests.shared()
