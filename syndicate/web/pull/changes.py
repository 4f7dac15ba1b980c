"""Changes since a cursor, oldest first: what a mirror follows.

They are read by their place in the journal, each summary by its latest change alone. So pages may
be taken at any pace while others publish: what changes meanwhile comes again, later.
"""

from __future__ import annotations

from typing import Final

import orjson

from syndicate import addresses
from syndicate.model import Feed, Links
from syndicate.store import instants, pull, summaries
from syndicate.web.pull import bodies, parameters, tombstones
from syndicate.web.pull.asking import Asking
from syndicate.web.pull.resource import CHECKED, Resource

MOST: Final = 500  # changes on a page
LARGEST: Final = 2 * 1024 * 1024  # bytes of the records on a page, roughly
_USUAL: Final = 100


def since(asking: Asking) -> Resource:
    """Answer a page of changes."""
    page = _Page(asking)
    return Resource(
        title="Changes",
        body=page.as_json,
        parts=page.parts,
        cache=CHECKED,
        links=page.links("/v1/changes"),
        idle=not page.changes,
    )


def as_atom(asking: Asking) -> Resource:
    """Answer the same page as an Atom feed with tombstones (RFC 6721); JSON is normative."""
    asking.caller.require("full-text")
    page = _Page(asking)
    return Resource(
        title="Changes",
        body=page.as_atom,
        parts=page.parts,
        media_type=addresses.MEDIA_TYPES["atom"],
        cache=CHECKED,
        links=page.links("/v1/changes.atom"),
    )


class _Page:
    def __init__(self, asking: Asking) -> None:
        self._asking = asking
        begin = asking.since()
        limit = parameters.integer(asking.values, "limit", least=1, most=MOST, otherwise=_USUAL)
        self.changes, self.more = pull.list_changed(
            asking.connection, since=begin, limit=limit, largest=LARGEST, scope=asking.scope
        )
        # who is told all that there is has passed the head, whatever the filter left out
        self._cursor = asking.cursor(self.changes[-1].seq if self.more else asking.head.seq)
        self._limit = limit
        self.parts = (str(asking.scope), str(begin), str(limit))

    def _address(self, path: str, cursor: str) -> str:
        since = f"since={cursor}&" if cursor else ""
        query = f"{since}limit={self._limit}{self._asking.filter()}"
        return f"{self._asking.base_url}{path}?{query}"

    def links(self, path: str) -> tuple[tuple[str, str], ...]:
        return ((self._address(path, self._cursor), "next" if self.more else "monitor"),)

    def as_json(self) -> bytes:
        """Join the page out of the records' bytes: nothing is parsed to be written again.

        It may have megabytes, so they are copied once.
        """
        asking = self._asking
        made = self._records()
        gone = tombstones.of_changes(
            asking.connection, [one for one in self.changes if one.size is None]
        )
        written = [b'{"changes":[']
        for one in self.changes:
            if one.size is not None:
                written += (b'{"seq":%d,"op":"put","item":' % one.seq, made[one.id], b"},")
            else:
                written += (orjson.dumps(gone[one.id]), b",")
        if self.changes:
            written[-1] = written[-1][:-1]
        network = asking.definitions.network
        rest = {
            "cursor": self._cursor,
            "more": self.more,
            "seq_head": asking.head.seq,
            "reset": False,
            "availability_notice": {"en": network.notice_en, "fr": network.notice_fr},
        }
        return b"".join([*written, b"],", orjson.dumps(rest)[1:]])

    def _records(self) -> dict[str, bytes]:
        if not self.changes:
            return {}
        asking, first, last = self._asking, self.changes[0].seq, self.changes[-1].seq
        found = pull.list_live(
            asking.connection, after=first - 1, upto=last, limit=MOST, scope=asking.scope
        )
        fresh = bodies.present(asking, found)
        return {one.summary_id: body for one, body in zip(found, fresh, strict=True)}

    def as_atom(self) -> bytes:
        from syndicate.documents import atom, entry, render  # noqa: PLC0415 - feedgen, for few

        asking, definitions = self._asking, self._asking.definitions
        told = [one for one in self.changes if one.size is not None or one.withdrawn]
        texts = summaries.get_many(asking.connection, [(one.id, one.revision) for one in told])
        network = definitions.network
        here = self._address("/v1/changes.atom", asking.values.get("since", ""))
        feed = Feed(
            key="v1/changes",
            id=definitions.tag("feed/changes"),
            title=f"{network.short}: changes",
            description="Every change, for programs; the feeds are for readers",
            stem="/v1/changes",
            page="/v1/",
        )
        links = Links(
            self=here,
            home=asking.base_url + feed.page,
            current=here,
            next=self._address("/v1/changes.atom", self._cursor) if self.more else "",
        )
        return render.join(
            feed,
            "atom",
            links=links,
            network=network,
            updated=max([instants.read(one.at) for one in self.changes], default=network.since),
            fragments=[
                atom.render_entry(entry.entry(texts[one.id], definitions))
                for one in self.changes
                if one.size is not None
            ],
            tombstones=[
                entry.tombstone(texts[one.id], definitions)
                if one.withdrawn
                else entry.left(one.id, instants.read(one.at), definitions)
                for one in self.changes
                if one.size is None
            ],
        )
