"""What all files of a publish claim, in a few bytes each: they are planned apart but must meet."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Hashable
from itertools import pairwise
from typing import Literal

from syndicate.editorial.clashes import Claim, keys


class Digests:
    """A set that remembers 64 bits of each of its members, and whose it is."""

    def __init__(self) -> None:
        self._all = array("q")
        self._owners = array("I")
        self._sorted = array("q")

    def add(self, value: Hashable, owner: int = 0) -> None:
        self._all.append(hash(value))
        self._owners.append(owner)

    def __contains__(self, value: object) -> bool:
        wanted, known = hash(value), self._in_order()
        at = bisect_left(known, wanted)
        return at < len(known) and known[at] == wanted

    def shared(self) -> list[int]:
        """Return the owners of what was added more than once."""
        twice = {one for one, other in pairwise(self._in_order()) if one == other}
        pairs = zip(self._all, self._owners, strict=True)
        return sorted({owner for digest, owner in pairs if digest in twice})

    def _in_order(self) -> array[int]:
        if len(self._sorted) != len(self._all):
            self._sorted = array("q", sorted(self._all))
        return self._sorted


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
