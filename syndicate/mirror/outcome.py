"""How a run of a mirror ended: plain data, for a person and for a program."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any, Final, Literal

from syndicate.mirror.proof import Difference
from syndicate.mirror.wire import Deleted

Verdict = Literal["exact", "differs", "unproven", "unprovable"]
"""`unproven`: the origin changed faster than it could be compared with, or a check came too early.
`unprovable`: a plain feed does not say what there is."""

LISTED: Final = 1_000
"""Entries named one by one."""


@dataclass(slots=True)
class Tally:
    """What a run has done so far."""

    put: int = 0  # taken in, new or changed
    kept: int = 0  # met again, unchanged
    deleted: Counter[str] = field(default_factory=Counter)  # by reason
    deletions: list[Deleted] = field(default_factory=list)
    vanished: list[str] = field(default_factory=list)  # gone when a round was complete
    cleaned: dict[str, tuple[str, ...]] = field(default_factory=dict)  # id: what was dropped
    damaged: set[str] = field(default_factory=set)
    rounds: list[str] = field(default_factory=list)  # why the copy began anew, each time

    def delete(self, deleted: Iterable[Deleted]) -> None:
        for one in deleted:
            self.deleted[one.reason] += 1
            if len(self.deletions) < LISTED:
                self.deletions.append(one)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Where a copy stands after a run, and what the run did."""

    origin: str
    verdict: Verdict
    entries: int
    seq: int | None = None  # the last change that was taken in; a plain feed counts none
    behind: int = 0  # changes of the origin that are not taken in
    last_change_at: str | None = None
    tally: Tally = field(default_factory=Tally)
    mended: tuple[Difference, ...] = ()  # what was found to differ, and is mended
    buckets: tuple[int, ...] = ()  # in which the copy differs all the same
    faults: tuple[str, ...] = ()  # what others altered in the copy
    remarks: tuple[str, ...] = ()

    @property
    def is_quiet(self) -> bool:
        """Tell whether the run found nothing new."""
        tally = self.tally
        return not (tally.put or tally.deleted or tally.vanished or tally.rounds)

    def to_json(self) -> dict[str, Any]:
        """Return it of JSON's own types; docs/partners.md describes them."""
        tally = self.tally
        return {
            "origin": self.origin,
            "exact": {"exact": True, "differs": False}.get(self.verdict),
            "verdict": self.verdict,
            "entries": self.entries,
            "seq": self.seq,
            "behind": self.behind,
            "last_change_at": self.last_change_at,
            "put": tally.put,
            "unchanged": tally.kept,
            "deleted": dict(sorted(tally.deleted.items())),
            "deletions": [asdict(one) for one in tally.deletions],
            "vanished": tally.vanished[:LISTED],
            "began_anew": tally.rounds,
            "cleaned": {id: list(names) for id, names in tally.cleaned.items()},
            "damaged": sorted(tally.damaged),
            "mended": [asdict(one) for one in self.mended[:LISTED]],
            "differing_buckets": list(self.buckets),
            "faults": list(self.faults),
            "remarks": list(self.remarks),
        }
