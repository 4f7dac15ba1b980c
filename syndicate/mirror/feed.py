"""Follows a plain feed: Atom, RSS or JSON, with its archives (RFC 5005), one document at a time.

A feed shows a window of what there is, and few tell what they withdraw. What cannot be known is
said in the outcome, and nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Final

from syndicate import foreign
from syndicate.errors import OriginError
from syndicate.foreign import ForeignFeed, Tombstone
from syndicate.mirror import asking, foreign_record, intake, standing
from syndicate.mirror.asking import Ask
from syndicate.mirror.copies import Batch, Copy
from syndicate.mirror.discovery import Source
from syndicate.mirror.foreign_record import written
from syndicate.mirror.outcome import LISTED, Outcome, Tally
from syndicate.mirror.patience import Patience
from syndicate.mirror.standing import Document, FeedStanding
from syndicate.mirror.wire import Deleted
from syndicate.outgoing import Answer
from syndicate.store.mirrored import Held, Known

MOST_DOCUMENTS: Final = 5_000  # of one feed
_FULL_EVERY: Final = timedelta(days=1)
_ACCEPT: Final = "application/atom+xml, application/rss+xml, application/feed+json, */*;q=0.5"
WINDOW: Final = (
    "what is withdrawn cannot be known: this feed has no tombstones (RFC 6721) and does not say "
    "that it is complete (RFC 5005); what leaves it stays in the copy"
)
TOMBSTONES: Final = "what is withdrawn is known only where the feed has a tombstone for it"


def bring_up(
    copy: Copy,
    source: Source,
    ask: Ask,
    patience: Patience,
    *,
    now: datetime,
    anew: bool = False,
    progress: Callable[[int, int | None], None] | None = None,
) -> Outcome:
    """Bring a copy to what a feed shows. The same errors as of run.bring_up."""
    pull = FeedPull(copy, source, ask, now=now, anew=anew)
    over = False
    while not over:
        over = patience.call(pull.step)
        if progress:
            progress(pull.tally.put + pull.tally.kept, None)
    return _outcome(copy, pull.standing, pull.tally)


def check(copy: Copy) -> Outcome:
    """Tell whether the copy is as it was written. What the feed has, nobody can know."""
    stands = standing.read(copy.standing or "")
    assert isinstance(stands, FeedStanding)
    return _outcome(copy, stands, Tally(), faults=tuple(islice(copy.faults(), LISTED)))


def _outcome(
    copy: Copy, stands: FeedStanding, tally: Tally, *, faults: tuple[str, ...] = ()
) -> Outcome:
    return Outcome(
        origin=stands.origin,
        verdict="differs" if faults else "unprovable",
        entries=copy.count(),
        tally=tally,
        faults=faults,
        remarks=(TOMBSTONES if stands.tells_deletions else WINDOW,),
    )


class FeedPull:
    """One run, a document at a time."""

    def __init__(self, copy: Copy, source: Source, ask: Ask, *, now: datetime, anew: bool) -> None:
        self._copy = copy
        self._ask = ask
        self.tally = Tally()
        known = standing.read(copy.standing) if copy.standing else None
        if known and not anew:
            copy.require(known.origin, source.address)
        fresh = FeedStanding(
            url=source.url, origin=source.address, round=known.round if known else 0
        )
        self.standing = known if isinstance(known, FeedStanding) and not anew else fresh
        if self.standing.next is None:
            self._begin(now)

    def _begin(self, now: datetime) -> None:
        """Begin a round: a full one, if there was none of late."""
        walked = self.standing.walked_at
        full = not walked or now - datetime.fromisoformat(walked) >= _FULL_EVERY
        self.standing = replace(
            self.standing,
            round=self.standing.round + 1,
            next=self.standing.origin,
            full=full,
            sure=True,
            walked_at=now.isoformat() if full else walked,
        )

    def step(self) -> bool:
        """Take in one document; True when the round is over.

        OriginBusy: nothing was done. ForeignFeedError: it cannot be read as a feed.
        """
        address = self.standing.next or self.standing.origin
        feed, document = self._read(address)
        batch = self._batch(feed)
        after = self._after(address, feed, document, is_known=bool(batch.kept))
        vanished = self._copy.apply(
            replace(batch, ends_round=_is_whole(after, address, feed)), standing.write(after)
        )
        self.standing = after
        self.tally.put += len(batch.puts)
        self.tally.kept += len(batch.kept)
        self.tally.vanished += vanished
        return after.next is None

    def _read(self, address: str) -> tuple[ForeignFeed | None, Document]:
        """Return what a document says, None where that is what it said before."""
        known = self.standing.documents.get(address, Document())
        headers = {"accept": _ACCEPT}
        if known.etag:
            headers["if-none-match"] = known.etag
        if known.modified:
            headers["if-modified-since"] = known.modified
        answer = asking.get(self._ask, address, headers)
        if answer.status == 304:
            return None, replace(known, round=self.standing.round)
        if answer.status != 200:
            raise asking.refusal(address, answer)
        feed = foreign.parse(answer.body, address=answer.url, media_type=answer.media_type)
        return feed, _document(answer, feed, self.standing.round)

    def _after(
        self, address: str, feed: ForeignFeed | None, document: Document, *, is_known: bool
    ) -> FeedStanding:
        """Return where a document leads to. `is_known`: some of its entries were held already."""
        before = self.standing
        documents = {**before.documents, address: document}
        if len(documents) > MOST_DOCUMENTS:
            raise OriginError(f"the feed has more than {MOST_DOCUMENTS:,} documents", "ask why")
        following = document.previous
        known = documents.get(following)
        # outside full rounds: a known document is read only if it may be a page that has shifted
        ends = not following or (known is not None and known.round == before.round)
        if not before.full:
            ends = ends or feed is None or (known is not None and is_known)
        stones = feed.tombstones if feed else ()
        return replace(
            before,
            next=None if ends else following,
            sure=before.sure and feed is not None and (feed.is_archive or address == before.origin),
            documents=documents,
            gone=_newest(before.gone, stones),
            tells_deletions=before.tells_deletions
            or bool(stones)
            or bool(feed and feed.is_complete),
        )

    # Entries -------------------------------------------------------------------------------------

    def _batch(self, feed: ForeignFeed | None) -> Batch:
        if feed is None:
            return Batch(round=self.standing.round)
        gone = _newest(self.standing.gone, feed.tombstones)
        records = _records(feed)
        held = self._copy.find_known([*records, *gone])
        puts: list[Held] = []
        kept: list[str] = []
        for id, record in records.items():
            known = held.get(id)
            if known and known.round == self.standing.round:
                continue  # a newer document has it
            if id in gone and record["updated"] <= gone[id]:
                continue
            source = intake.identify(record)[1]
            if known and (known.source == source or _is_newer(known, record)):
                kept.append(id)
                continue
            taken = intake.take_in(record, source=source)
            puts.append(taken.held)
            if taken.dropped:
                self.tally.cleaned[id] = taken.dropped
        here = {one.id for one in puts} | set(kept)
        deleted = [
            Deleted(id=id, reason="withdrawn", at=when, replaced_by=None)
            for id, when in gone.items()
            if id in held and id not in here and not (when and held[id].updated > when)
        ]
        self.tally.delete(deleted)
        return Batch(
            puts=puts,
            kept=kept,
            deleted=[one.id for one in deleted],
            round=self.standing.round,
        )


def _is_whole(after: FeedStanding, address: str, feed: ForeignFeed | None) -> bool:
    """Tell whether a round that is over has read all entries that there are."""
    if after.next is not None or feed is None:
        return False
    is_archived = after.full and after.sure and address != after.origin
    return is_archived or (feed.is_complete and address == after.origin)


def _is_newer(known: Known, record: dict[str, Any]) -> bool:
    return bool(record["updated"]) and known.updated > record["updated"]


def _records(feed: ForeignFeed) -> dict[str, dict[str, Any]]:
    """Return the records of a document by id, the newest of each."""
    found: dict[str, dict[str, Any]] = {}
    for entry in feed.entries:
        record = foreign_record.record(entry, language=feed.language)
        other = found.get(record["id"])
        if other is None or record["updated"] > other["updated"]:
            found[record["id"]] = record
    return found


def _newest(gone: Mapping[str, str], stones: Iterable[Tombstone]) -> dict[str, str]:
    """Return the dates of tombstones by id, with those of one more document."""
    found = dict(gone)
    for stone in stones:
        found[stone.ref] = max(found.get(stone.ref, ""), written(stone.when))
    return found


def _document(answer: Answer, feed: ForeignFeed, round: int) -> Document:
    return Document(
        round=round,
        etag=answer.headers.get("etag", "")[:500],
        modified=answer.headers.get("last-modified", "")[:100],
        previous=feed.previous,
    )
