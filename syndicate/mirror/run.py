"""One run of a mirror: catch up, prove it, mend what differs, and say how it went."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Final

from syndicate.errors import OriginBusy
from syndicate.mirror import proof
from syndicate.mirror.copies import Copy
from syndicate.mirror.outcome import LISTED, Outcome, Verdict
from syndicate.mirror.patience import Patience
from syndicate.mirror.pull import Pull
from syndicate.mirror.service import Service
from syndicate.mirror.wire import State

Progress = Callable[[int, int | None], None]
"""(done, of how many, where that is known)"""
_LOOKS: Final = 20
"""How often the origin is sought where the copy stands: it may be publishing all the time."""


def bring_up(
    copy: Copy,
    service: Service,
    patience: Patience,
    *,
    anew: bool = False,
    wait: int = 0,
    progress: Progress | None = None,
) -> Outcome:
    """Bring a copy to where its origin stands, and prove it.

    With `anew` everything is asked for again; `wait` seconds the origin may hold the first answer
    back until there is news. OriginBusy, OriginError, CopyError: what was taken in stays taken in,
    and the next run goes on from there.
    """
    run = _Run(Pull(copy, service, anew=anew), copy, service, patience, progress)
    try:
        return run.bring_up(wait)
    except OriginBusy as busy:
        stands = run.pull.standing
        place = f"the copy stands at change {stands.seq:,}, {stands.behind:,} behind"
        if stands.part is not None:
            place = f"the copy has {copy.count():,} entries of a snapshot that is not finished"
        raise OriginBusy(f"{busy.message}; {place}", busy.remedy, seconds=busy.seconds) from busy


@dataclass(slots=True)
class _Run:
    pull: Pull
    copy: Copy
    service: Service
    patience: Patience
    progress: Progress | None

    def bring_up(self, wait: int) -> Outcome:
        was: Mapping[str, str] = {}
        buckets: frozenset[int] = frozenset()  # those that this run has set out to mend
        for _ in range(_LOOKS):
            self._catch_up(wait)
            wait = 0
            if self.pull.standing.proven:
                return self._outcome("exact", was, buckets)
            state = self.patience.call(self.service.state)
            has = self.copy.hashes()
            verdict = proof.judge(has, state, seq=self.pull.standing.seq)
            if verdict == "exact":
                self._note(state, proven=True, futile="")
            elif verdict == "differs" and (buckets or self.pull.standing.futile == state.set_hash):
                self._note(state, futile=state.set_hash)
                return self._outcome("differs", was, buckets, proof.differing(has, state))
            elif verdict == "differs":
                was, buckets = has, proof.differing(has, state)
                self.pull.begin_anew("the copy was not what the origin has")
        return self._outcome("unproven", was, buckets)

    def _catch_up(self, wait: int) -> None:
        """Take in answers until there are none left."""
        total: int | None = None
        caught_up = False
        while not caught_up:
            standing = self.pull.standing
            if self.progress and not standing.complete:
                if total is None:
                    total = self.patience.call(self.service.state).live
                self.progress(self.pull.tally.put + self.pull.tally.kept, total)
            elif self.progress:
                self.progress(standing.seq, standing.head or None)
            caught_up = self.patience.call(partial(self.pull.step, wait=wait))

    def _note(self, state: State, **found: object) -> None:
        self.pull.note(head=state.seq, last_change_at=state.last_change_at, **found)

    def _outcome(
        self,
        verdict: Verdict,
        was: Mapping[str, str],
        mended: frozenset[int],
        differing: frozenset[int] = frozenset(),
    ) -> Outcome:
        has = self.copy.hashes() if mended else {}
        standing = self.pull.standing
        return Outcome(
            origin=standing.origin,
            verdict=verdict,
            entries=self.copy.count(),
            seq=standing.seq,
            behind=standing.behind,
            last_change_at=standing.last_change_at,
            tally=self.pull.tally,
            mended=tuple(proof.differences(was, has, mended - differing)),
            buckets=tuple(sorted(differing)),
        )


def check(copy: Copy, service: Service, patience: Patience) -> Outcome:
    """Tell whether a copy is exact, and change nothing.

    `unproven`: the origin has gone on since the copy was last brought up.
    """
    standing = Pull(copy, service).standing
    state = patience.call(service.state)
    has = copy.hashes()
    faults = tuple(islice(copy.faults(), LISTED))
    found = proof.judge(has, state, seq=standing.seq)
    verdict: Verdict = "differs" if faults else "unproven" if found == "moved" else found
    return Outcome(
        origin=standing.origin,
        verdict=verdict,
        entries=len(has),
        seq=standing.seq,
        behind=max(0, state.seq - standing.seq),
        last_change_at=state.last_change_at,
        buckets=tuple(sorted(proof.differing(has, state))) if found == "differs" else (),
        faults=faults,
    )
