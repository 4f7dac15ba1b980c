"""Brings the stored documents in line with the store: renders what changed, joins what is there.

Inside the caller's transaction. Nothing is rendered whose fingerprint is as it was.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from syndicate import __version__, addresses
from syndicate.definitions import Definitions
from syndicate.documents import entry, identity, opml, render
from syndicate.errors import PublishRefused
from syndicate.model import FORMATS, Document, Entry, Feed, Format, Summary, SummaryId, Tombstone
from syndicate.store import documents, feeds, summaries
from syndicate.store.documents import Fragment, Known, StoredDocument
from syndicate.store.engine import Connection
from syndicate.store.feeds import Member, StoredFeed


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What a document shows: entries newest first, tombstones, and how many archives there are.

    `said` are dates that it has given for its own: it never goes back behind one, whoever left.
    """

    members: Sequence[Member]
    withdrawn: Sequence[Member] = ()
    sealed: int = 0
    said: Collection[datetime] = ()

    def updated(self, otherwise: datetime) -> datetime:
        """Return when the document changed last (RFC 4287, 4.2.15)."""
        dates = [member.updated for member in (*self.members, *self.withdrawn)]
        return max([*dates, *self.said], default=otherwise)


def rendered_with(definitions: Definitions) -> str:
    """Return a digest of all that shows in documents besides feeds and entries."""
    network = definitions.network
    return identity.fingerprint(
        entry.look(definitions),
        __version__,
        addresses.FEED_ICON,
        network.title,
        network.author,
        network.hub,
        network.licence.name,
        network.since.isoformat(),
    )


def subscription(connection: Connection, stored: StoredFeed, feed: Feed) -> Contents:
    """Return what the feed's subscription document shows."""
    members, withdrawn = feeds.list_shown(connection, stored, feed.window)
    return Contents(
        members=members,
        withdrawn=withdrawn,
        sealed=stored.archives,
        said=[stored.updated] if stored.updated else (),
    )


def refresh(
    connection: Connection,
    definitions: Definitions,
    keys: Collection[str],
    *,
    stored: Mapping[str, StoredFeed],
    texts: Mapping[SummaryId, Summary] = MappingProxyType({}),
    generation: int,
    now: datetime,
) -> list[str]:
    """Store the documents of these feeds anew; return the paths whose bytes changed.

    `stored` are the feeds as they are now, `texts` present ones that need not be read again.
    """
    shown = {
        feed: subscription(connection, stored[key], feed)
        for key in sorted(keys)
        if (feed := definitions.find_feed(key))
    }
    dates = {feed: shown[feed].updated(definitions.network.since) for feed in shown}
    later = {stored[f.key].number: at for f, at in dates.items() if at != stored[f.key].updated}
    feeds.put_updated(connection, later)
    base = rendered_with(definitions)
    paths = [addresses.document(feed.stem, format) for feed in shown for format in FORMATS]
    shelf = Shelf(documents.list_known(connection, paths), generation)
    for feed, contents in shown.items():  # one at a time: it is the same memory again
        fingerprint = _fingerprint(base, feed, contents, dates[feed])
        maker = Maker(connection, definitions, texts=texts)
        for format in FORMATS:
            path = addresses.document(feed.stem, format)
            if not shelf.has(path, fingerprint):
                body = maker.body(feed, contents, format)
                made = render.document(path, addresses.MEDIA_TYPES[format], body, now)
                shelf.put(made, feed.key, fingerprint)
        maker.keep()
        shelf.write(connection)
    return shelf.changed


def refresh_lists(
    connection: Connection, definitions: Definitions, *, generation: int, now: datetime
) -> list[str]:
    """Store the documents that list the feeds, and remove those of feeds that are no more."""
    known = documents.list_known(connection)
    shelf = Shelf(known, generation)
    paths = {addresses.document(f.stem, name) for f in definitions.feeds for name in FORMATS}
    for path, media_type, body in opml.render_all(definitions, now):
        paths.add(path)
        made = render.document(path, media_type, body, now)
        shelf.put(made, "lists", made.tag)
    gone = known.keys() - paths
    documents.remove(connection, gone)
    shelf.write(connection)
    return [*shelf.changed, *sorted(gone)]


class Shelf:
    """The stored documents while a publish renews them; `changed` are the paths of new bytes."""

    def __init__(self, known: Mapping[str, Known], generation: int) -> None:
        self._known = known
        self._generation = generation
        self.changed: list[str] = []
        self._new: list[StoredDocument] = []
        self._same: dict[str, str] = {}

    def has(self, path: str, fingerprint: str) -> bool:
        """Tell whether the stored document was made of just this."""
        known = self._known.get(path)
        return known is not None and known.fingerprint == fingerprint

    def put(self, made: Document, feed: str, fingerprint: str) -> None:
        """Take a document; where its bytes are as they were, readers keep what they have."""
        known = self._known.get(made.path)
        if known and known.tag == made.tag:
            self._same[made.path] = fingerprint
            return
        # the clock of another machine may be behind
        date = max(made.last_modified, known.last_modified) if known else made.last_modified
        self.changed.append(made.path)
        self._new.append(
            StoredDocument(
                path=made.path,
                feed=feed,
                fingerprint=fingerprint,
                media_type=made.media_type,
                tag=made.tag,
                last_modified=date,
                generation=self._generation,
                gzip=made.gzip,
            )
        )

    def write(self, connection: Connection) -> None:
        """Store what was taken since this was called last."""
        documents.put(connection, self._new)
        documents.put_fingerprints(connection, self._same)
        self._new.clear()
        self._same.clear()


def _fingerprint(base: str, feed: Feed, contents: Contents, updated: datetime) -> str:
    shown = (f"{m.entry_id} {m.revision} {m.state}" for m in contents.members)
    gone = (f"{m.entry_id} {m.revision}" for m in contents.withdrawn)
    return identity.fingerprint(
        base,
        feed.id,
        feed.title,
        feed.description,
        feed.stem,
        feed.page,
        str(contents.sealed),
        updated.isoformat(),
        *shown,
        "",
        *gone,
    )


class Maker:
    """Joins documents out of fragments, rendering those that are not there yet."""

    def __init__(
        self,
        connection: Connection,
        definitions: Definitions,
        formats: Sequence[Format] = FORMATS,
        *,
        texts: Mapping[SummaryId, Summary] = MappingProxyType({}),
    ) -> None:
        self._connection = connection
        self._definitions = definitions
        self._formats = formats
        self._known = texts
        self._look = entry.look(definitions)
        self._bodies: dict[str, Mapping[Format, bytes]] = {}
        self._made: list[Fragment] = []
        self._tombstones: dict[str, Tombstone] = {}

    def body(self, feed: Feed, contents: Contents, format: Format, *, archive: int = 0) -> bytes:
        """Return a document's bytes. PublishRefused where an entry's id or date would change."""
        self.gather(contents.members)
        network = self._definitions.network
        links = render.place(
            feed,
            format,
            network.base_url,
            hub=network.hub,
            archive=archive,
            sealed=contents.sealed,
        )
        return render.join(
            feed,
            format,
            links=links,
            network=network,
            updated=contents.updated(network.since),
            fragments=[self._bodies[member.entry_id][format] for member in contents.members],
            tombstones=self._gone(contents.withdrawn) if format == "atom" else (),
        )

    def keep(self) -> None:
        """Store the fragments that were rendered here."""
        documents.put_fragments(self._connection, self._made)
        self._made.clear()

    def gather(self, members: Iterable[Member]) -> None:
        """Get the fragments of many documents' members at once, before their bodies are asked."""
        lacking = {m.entry_id: m for m in members if m.entry_id not in self._bodies}
        keys = [(m.entry_id, m.revision) for m in lacking.values()]
        self._bodies |= documents.list_fragments(self._connection, keys, self._formats, self._look)
        to_render = [m for m in lacking.values() if m.entry_id not in self._bodies]
        texts = self._texts(to_render)
        for member in to_render:
            made = self._entry(member, texts[member.summary_id])
            self._keep(member, {name: render.render_entry(made, name) for name in self._formats})

    def _keep(self, member: Member, bodies: Mapping[Format, bytes]) -> None:
        self._bodies[member.entry_id] = bodies
        self._made.append(
            Fragment(
                entry_id=member.entry_id,
                revision=member.revision,
                look=self._look,
                bodies=bodies,
            )
        )

    def _texts(self, members: Collection[Member]) -> dict[str, Summary]:
        found: dict[str, Summary] = {
            m.summary_id: self._known[m.summary_id] for m in members if m.summary_id in self._known
        }
        keys = {m.summary_id: m.revision for m in members if m.summary_id not in found}
        return found | summaries.get_many(self._connection, list(keys.items()))

    def _entry(self, member: Member, summary: Summary) -> Entry:
        """Return a member's entry. Guard: what readers know it by is what it was."""
        for one in entry.entries(summary, self._definitions):
            if one.id == member.entry_id and one.updated == member.updated:
                return one
        raise PublishRefused(
            f"the entry {member.entry_id} would get another id or date though its summary "
            f"{summary.slug!r} has not changed: every reader would take it for new",
            "put tag_authority and tag_date in feeds/network.toml back",
        )

    def _gone(self, members: Sequence[Member]) -> list[Tombstone]:
        lacking = [m for m in members if m.entry_id not in self._tombstones]
        for summary in self._texts(lacking).values():
            self._tombstones[summary.id] = entry.tombstone(summary, self._definitions)
        return [self._tombstones[member.entry_id] for member in members]
