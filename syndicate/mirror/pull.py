"""Follows a `/v1`, one answer at a time: each step asks once and changes the copy once.

First the snapshot, part by part, then changes, page by page. A step that is not finished has done
nothing: whatever ends the program between two steps or within one, the next run takes it up there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from syndicate.errors import CursorExpired, OriginError
from syndicate.mirror import intake, standing
from syndicate.mirror.copies import Batch, Copy
from syndicate.mirror.intake import Damaged
from syndicate.mirror.outcome import Tally
from syndicate.mirror.service import Service
from syndicate.mirror.standing import Standing
from syndicate.mirror.wire import Deleted, Page
from syndicate.store.mirrored import Held

MOST_ROUNDS: Final = 3
"""In one run: an origin that sends every copy back to the beginning is broken."""


class Pull:
    """One run: brings `copy` to where `service` stands."""

    def __init__(self, copy: Copy, service: Service, *, anew: bool = False) -> None:
        self._copy = copy
        self._service = service
        self.tally = Tally()
        known = standing.read(copy.standing) if copy.standing else None
        first = Standing(
            url=service.url,
            origin=service.address,
            scope=service.scope,
            round=known.round + 1 if known else 1,
        )
        if known and not anew:
            copy.require(known.origin, service.address)
            copy.require(known.scope if isinstance(known, Standing) else "", service.scope)
        self.standing = known if isinstance(known, Standing) and not anew else first
        if known and anew:
            self._apply(Batch(), first)

    def step(self, *, wait: int = 0) -> bool:
        """Take in one answer; True where there is nothing more to take in.

        OriginBusy: nothing was done, and later it may be. OriginError, CopyError: it may not.
        """
        try:
            if self.standing.part is None:
                return self._follow(wait)
            return self._begin(self.standing.part)
        except CursorExpired as error:
            self.begin_anew(error.message)
            return False

    def begin_anew(self, why: str) -> None:
        """Begin another round. What the copy holds stays, until the round has met all there is."""
        if len(self.tally.rounds) == MOST_ROUNDS:
            raise OriginError(f"the origin sends the copy back to the beginning: {why}", "tell it")
        self.tally.rounds.append(why)
        self._apply(Batch(), self.standing.anew())

    def note(self, **fields: Any) -> None:  # noqa: ANN401 - of a Standing
        """Write down what was found out without taking anything in."""
        self._apply(Batch(), replace(self.standing, **fields))

    # Steps ---------------------------------------------------------------------------------------

    def _begin(self, place: str) -> bool:
        """Take in a part of the snapshot."""
        part = self._service.snapshot(place)
        after = self.standing.changed(part=part.next, cursor=part.cursor)
        self._apply(self._batch(part.records), after)
        return False

    def _follow(self, wait: int) -> bool:
        """Take in a page of changes."""
        before = self.standing
        page = self._service.changes(before.cursor, etag=before.etag, wait=wait)
        if page is None:
            return True
        if page.more and page.cursor == before.cursor:
            raise OriginError("the origin's changes do not go on", "tell its operator")
        ends = not page.more and not before.complete
        after = _after(before, page)
        if page.records or page.deleted or ends or page.cursor != before.cursor:
            batch = self._batch(page.records, page.deleted, ends_round=ends)
            self._apply(batch, before.changed(**after))
        else:
            self.note(**after, etag=page.etag)
        return not page.more

    def _batch(
        self,
        records: Sequence[dict[str, Any]],
        deleted: Sequence[Deleted] = (),
        *,
        ends_round: bool = False,
    ) -> Batch:
        """Return what an answer does; what is held as it came needs no second look."""
        sources = dict(map(intake.identify, records))
        known = self._copy.find_known(sources)
        puts: list[Held] = []
        kept: list[str] = []
        doubted: list[str] = []
        for record in records:
            id = record["id"]
            if id in known and known[id].source == sources[id]:
                kept.append(id)
                continue
            try:
                taken = intake.take_in(record, source=sources[id])
            except Damaged:
                doubted.append(id)
                continue
            puts.append(taken.held)
            self.tally.damaged.discard(id)
            if taken.dropped:
                self.tally.cleaned[id] = taken.dropped
        self.tally.damaged.update(doubted)
        self.tally.delete(deleted)
        return Batch(
            puts=puts,
            kept=kept,
            deleted=[one.id for one in deleted],
            doubted=doubted,
            round=self.standing.round,
            ends_round=ends_round,
        )

    def _apply(self, batch: Batch, after: Standing) -> None:
        vanished = self._copy.apply(batch, standing.write(after))
        self.standing = after
        self.tally.put += len(batch.puts)
        self.tally.kept += len(batch.kept)
        self.tally.vanished += vanished


def _after(before: Standing, page: Page) -> dict[str, Any]:
    """Return where a page leads to."""
    return {
        "cursor": page.cursor,
        "complete": before.complete or not page.more,
        "seq": page.seq if page.more else page.head,
        "head": page.head,
    }
