"""A partner's side: keeps an exact copy of what another site publishes.

Read pull.py first (one answer, one transaction), then run.py (catch up, prove, mend); copies.py
and folder.py say what a copy is.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal
from urllib.parse import urlencode

from syndicate import outgoing
from syndicate.errors import CopyError, OriginError
from syndicate.mirror import feed, run, standing
from syndicate.mirror.asking import Ask
from syndicate.mirror.copies import Copy
from syndicate.mirror.discovery import Source, discover
from syndicate.mirror.outcome import Outcome
from syndicate.mirror.patience import Patience
from syndicate.mirror.run import Progress
from syndicate.mirror.service import Service
from syndicate.mirror.standing import FeedStanding, Standing
from syndicate.mirror.target import find_copy, open_copy
from syndicate.outgoing import Answer, Guard, Limits
from syndicate.store.mirrored import Held

__all__ = ["Mirror", "Outcome", "Patience", "asker", "scope"]

LONGEST_WAIT: Final = 30  # seconds that a /v1 holds an answer back


def asker(guard: Guard) -> Ask:
    """Return what asks over the network, within the rules of the guarded client."""

    def ask(url: str, headers: Mapping[str, str], limits: Limits) -> Answer:
        return outgoing.fetch(url, guard=guard, headers=headers, limits=limits)

    return ask


def scope(
    topics: Sequence[str] = (),
    *,
    not_topics: Sequence[str] = (),
    kinds: Sequence[str] = (),
    all_topics: bool = False,
) -> str:
    """Return a filter as a query, the same for the same filter."""
    given = (("topic", topics), ("not_topic", not_topics), ("kind", kinds))
    query = {name: ",".join(sorted(set(slugs))) for name, slugs in given if slugs}
    if all_topics:
        query["topic_mode"] = "all"
    return urlencode(query, safe=",")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mirror:
    """One copy and where it comes from.

    `target` is a folder, `sqlite:///…` or `postgresql://…`. `url` and `scope` may be None where
    the copy knows them already. `clock` gives the time in UTC.
    """

    target: str
    ask: Ask = field(repr=False)
    clock: Callable[[], datetime]
    url: str | None = None
    scope: str | None = None
    key: str | None = field(default=None, repr=False)

    def bring_up(
        self,
        patience: Patience,
        *,
        anew: bool = False,
        wait: int = 0,
        progress: Progress | None = None,
    ) -> Outcome:
        """Bring the copy up to its origin once.

        `anew`: ask for everything again; `wait`: the origin may hold the first answer back for so
        many seconds until there is news. OriginBusy: what was taken in stays; later it goes on.
        OriginError, ForeignFeedError, CopyError: it does not.
        """
        with closing(open_copy(self.target)) as copy:
            source = self._source(copy, anew=anew)
            if isinstance(source, Service):
                return run.bring_up(copy, source, patience, anew=anew, wait=wait, progress=progress)
            return feed.bring_up(
                copy, source, self.ask, patience, now=self.clock(), anew=anew, progress=progress
            )

    def follow(self, patience: Patience, *, every: float, told: Callable[[Outcome], None]) -> None:
        """Bring it up each `every` seconds, until something raises; `told` hears of each time.

        An origin that can is asked to hold its answer back until there is news.
        """
        wait = 0
        while True:
            began = time.monotonic()
            outcome = self.bring_up(patience, wait=wait)
            told(outcome)
            wait = int(min(every, LONGEST_WAIT))
            patience.sleep(max(0.0, every - (time.monotonic() - began)) if outcome.is_quiet else 0)

    def check(self, patience: Patience) -> Outcome:
        """Tell whether the copy is exact, and change nothing."""
        with closing(find_copy(self.target)) as copy:
            source = self._source(copy)
            if isinstance(source, Service):
                return run.check(copy, source, patience)
            return feed.check(copy)

    def held(self) -> Iterator[Held]:
        """Yield each entry of the copy, in the order of ids as bytes."""
        with closing(find_copy(self.target)) as copy:
            yield from copy.iterate()

    def _source(self, copy: Copy, *, anew: bool = False) -> Service | Source:
        """Return what the copy is made of: as it was, where nothing else was given."""
        known = standing.read(copy.standing) if copy.standing else None
        found = self._found(known)
        if found.kind == "feed":
            if self.scope:
                raise OriginError(f"{found.address} is a plain feed", "it takes no filter")
            return found
        scope = self.scope
        if scope is None:
            scope = known.scope if isinstance(known, Standing) and not (anew and self.url) else ""
        return Service(
            address=found.address, url=found.url, ask=self.ask, scope=scope, key=self.key
        )

    def _found(self, known: Standing | FeedStanding | None) -> Source:
        if known and self.url in {None, known.url, known.origin}:
            kind: Literal["service", "feed"] = "service" if isinstance(known, Standing) else "feed"
            return Source(kind=kind, address=known.origin, url=known.url)
        if self.url is None:
            raise CopyError(f"{self.target} is not a copy yet", "give the address to mirror")
        return discover(self.url, self.ask)
