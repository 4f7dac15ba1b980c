"""Changes since a cursor, oldest first: what a mirror follows.

They are read by their place in the journal, each summary by its latest change alone. So pages may
be taken at any pace while others publish: what changes meanwhile comes again, later.
"""

from __future__ import annotations

from typing import Final

import orjson

from syndicate import addresses
from syndicate.documents import atom, entry, render
from syndicate.model import Feed, Links
from syndicate.store import pull, summaries
from syndicate.web.pull import bodies, parameters, tombstones
from syndicate.web.pull.asking import Asking
from syndicate.web.pull.resource import CHECKED, Resource

MOST: Final = 500  # changes on a page
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
        found = pull.list_changed(
            asking.connection, since=begin, limit=limit + 1, scope=asking.scope
        )
        self.changes = found[:limit]
        self.more = len(found) > limit
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
        """Join the envelope out of the records' bytes: no object is parsed to be written again."""
        asking = self._asking
        records = [one.record for one in self.changes if one.record]
        made = dict(
            zip((r.summary_id for r in records), bodies.present(asking, records), strict=True)
        )
        gone = tombstones.of_changes(
            asking.connection, [one for one in self.changes if one.record is None]
        )
        written = (
            b'{"seq":%d,"op":"put","item":%s}' % (one.seq, made[one.id])
            if one.record
            else orjson.dumps(gone[one.id])
            for one in self.changes
        )
        network = asking.definitions.network
        rest = {
            "cursor": self._cursor,
            "more": self.more,
            "seq_head": asking.head.seq,
            "reset": False,
            "availability_notice": {"en": network.notice_en, "fr": network.notice_fr},
        }
        return b'{"changes":[' + b",".join(written) + b"]," + orjson.dumps(rest)[1:]

    def as_atom(self) -> bytes:
        asking, definitions = self._asking, self._asking.definitions
        keys = [(one.id, one.revision) for one in self.changes if one.record or one.withdrawn]
        texts = summaries.get_many(asking.connection, keys)
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
            updated=max([one.at for one in self.changes], default=network.since),
            fragments=[
                atom.render_entry(entry.entry(texts[one.id], definitions))
                for one in self.changes
                if one.record
            ],
            tombstones=[
                entry.tombstone(texts[one.id], definitions)
                if one.withdrawn
                else entry.left(one.id, one.at, definitions)
                for one in self.changes
                if one.record is None
            ],
        )
