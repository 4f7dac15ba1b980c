"""Whether a copy is exact: its set hash and the origin's, at one place of the journal. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from syndicate import sync
from syndicate.mirror.wire import State

Verdict = Literal["exact", "moved", "differs"]


def judge(hashes: Mapping[str, str], state: State, *, seq: int) -> Verdict:
    """Compare a copy that has taken in all changes up to `seq`.

    `moved`: the origin stands elsewhere by now, so that nothing can be said.
    """
    if state.seq != seq:
        return "moved"
    return "exact" if sync.set_hash(sync.hashes_of(hashes.items())) == state.set_hash else "differs"


def differing(hashes: Mapping[str, str], state: State) -> frozenset[int]:
    """Return the buckets in which a copy differs."""
    own = sync.hashes_of(hashes.items())
    theirs = enumerate(state.buckets)
    return frozenset(number for number, hash in theirs if own.get(number, sync.EMPTY) != hash)


@dataclass(frozen=True, slots=True)
class Difference:
    """How an entry of a copy was wrong, as it came out when the copy was mended."""

    id: str
    how: Literal["missing", "different", "not at the origin"]


def differences(
    before: Mapping[str, str], after: Mapping[str, str], buckets: frozenset[int]
) -> list[Difference]:
    """Name what was wrong in these buckets by what a round over everything has changed there."""
    found = []
    for id in sorted(before.keys() | after.keys()):
        if sync.bucket_of(id) in buckets and before.get(id) != after.get(id):
            how: Literal["missing", "different", "not at the origin"] = (
                "missing"
                if id not in before
                else "not at the origin"
                if id not in after
                else "different"
            )
            found.append(Difference(id, how))
    return found
