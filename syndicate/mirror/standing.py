"""Where a copy stands: which place of the origin's journal it has reached. Pure.

It is kept beside the entries and changes with them, in one transaction: what it says has been
taken in has been taken in, however the program ended.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import orjson


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a copy of a service stands.

    A *round* is a pass over everything: the first one, and each time that the copy begins anew. An
    entry that the present round has not met is taken out when the round is complete, not before.
    """

    url: str  # as it was given
    origin: str  # the address of the service, with a slash at its end
    scope: str = ""  # the filter, as a query: "topic=a,b&kind=c"
    round: int = 1
    part: str | None = ""  # the snapshot's next part, as a query; None when there is none left
    cursor: str = ""  # where changes go on; of the snapshot, as long as that lasts
    complete: bool = False  # the round has met everything that there is
    seq: int = 0  # the last change that was taken in, as far as it is known
    head: int = 0  # the origin's newest change when it was last asked
    etag: str = ""  # of "nothing is new since this cursor"
    last_change_at: str | None = None  # at the origin, when the copy was last compared with it
    proven: bool = False  # at this place the copy was found to be exact
    futile: str = ""  # the origin's set hash that beginning anew did not lead to

    @property
    def behind(self) -> int:
        """Return how many changes of the origin are not taken in yet, as far as it is known."""
        return max(0, self.head - self.seq)

    def anew(self) -> Standing:
        """Return the beginning of another round."""
        return Standing(
            url=self.url,
            origin=self.origin,
            scope=self.scope,
            round=self.round + 1,
            head=self.head,
            futile=self.futile,
        )

    def changed(self, **fields: object) -> Standing:
        """Return the standing after something was taken in: nothing is proven of it yet."""
        return replace(self, **({"proven": False, "etag": ""} | fields))  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A document of a plain feed as it was when it was last read; empty where it did not say."""

    round: int = 0
    etag: str = ""
    modified: str = ""
    previous: str = ""  # the address of the next older one


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedStanding:
    """Where a copy of a plain feed stands.

    A round reads the feed and then what is older, from the newest document to the oldest; what it
    has met in one document, an older one does not change.
    """

    url: str
    origin: str  # the address of the feed
    round: int = 0
    next: str | None = None  # the document that the round reads next; None: the round is over
    full: bool = False  # the round reads all documents, known or not
    sure: bool = True  # it has read all of them anew, and those that are older are archives
    documents: Mapping[str, Document] = field(default_factory=dict)  # by address
    gone: Mapping[str, str] = field(default_factory=dict)  # id: date of the newest tombstone
    walked_at: str = ""  # when a full round began last
    tells_deletions: bool = False


def write(standing: Standing | FeedStanding) -> str:
    return orjson.dumps(standing).decode()


def read(text: str) -> Standing | FeedStanding:
    fields = orjson.loads(text)
    if "documents" not in fields:
        return Standing(**fields)
    documents = {address: Document(**one) for address, one in fields.pop("documents").items()}
    return FeedStanding(**fields, documents=documents)
