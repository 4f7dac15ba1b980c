"""Documents that are not stored: archives, and selections that nobody defined. Made of fragments.

They are functions of the store's state alone, so every process makes the same bytes and tags.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from syndicate import addresses
from syndicate.definitions import Definitions
from syndicate.documents import entry, opml, render
from syndicate.errors import NotFound
from syndicate.model import Document, Entry, Feed, Format
from syndicate.publish.refresh import Contents, Maker
from syndicate.query import Query
from syndicate.store import feeds, instants, search, site, summaries
from syndicate.store.engine import Connection
from syndicate.store.feeds import Member


def archive(
    connection: Connection, definitions: Definitions, feed: Feed, number: int, format: Format
) -> Document:
    """Return archive `number` of a stored feed (RFC 5005, section 4).

    NotFound when it is not complete yet: nothing may link to an archive that still grows.
    """
    stored = feeds.list_feeds(connection).get(feed.key)
    sealed = stored.archives if stored else 0
    if stored is None or not 1 <= number <= sealed:
        raise NotFound(
            f"this feed has {sealed} archives", "begin at the feed and follow `prev-archive`"
        )
    held = feeds.list_archived(connection, stored.number, (number - 1) * stored.chunk, stored.chunk)
    contents = Contents(
        members=_live(held),
        withdrawn=[member for member in held if member.state == "withdrawn"],
        sealed=sealed,
        said=[member.updated for member in held],
    )
    body = Maker(connection, definitions, [format]).body(feed, contents, format, archive=number)
    path = addresses.archived(feed.stem, number, format)
    changed = _changed(connection)
    return render.document(path, addresses.MEDIA_TYPES[format], body, changed)


def selected(
    connection: Connection,
    definitions: Definitions,
    feed: Feed,
    format: Format,
    *,
    query: Query | None = None,
) -> Document:
    """Return the document of a free selection, or of what a search finds."""
    among = search.found_ids(connection, query) if query else None
    # a search has no date that others share: with one, each publish would change all their feeds
    said = None if query else feeds.find_said(connection, feed.selection)
    members = feeds.list_selected(connection, feed.selection, feed.window, among=among)
    contents = Contents(
        members=_live(members),
        withdrawn=[member for member in members if member.state == "withdrawn"],
        said=[said] if said else (),
    )
    body = Maker(connection, definitions, [format]).body(feed, contents, format)
    path = addresses.document(feed.stem, format)
    changed = _changed(connection)
    return render.document(path, addresses.MEDIA_TYPES[format], body, changed)


def entries(
    connection: Connection, definitions: Definitions, feed: Feed, limit: int
) -> list[Entry]:
    """Return the newest entries of a feed's subscription document, notices among them."""
    shown = _live(feeds.list_selected(connection, feed.selection, limit))
    texts = summaries.get_many(connection, [(m.summary_id, m.revision) for m in shown])
    made = {one.id: one for text in texts.values() for one in entry.entries(text, definitions)}
    return [made[member.entry_id] for member in shown]


def lists(connection: Connection, definitions: Definitions, chosen: Sequence[Feed]) -> bytes:
    """Return the OPML of the feeds that somebody chose."""
    return opml.render_opml(definitions, tuple(chosen), _changed(connection))


def _live(members: Iterable[Member]) -> list[Member]:
    return [member for member in members if member.state == "live"]


def _changed(connection: Connection) -> datetime:
    """Return when anything was last published: a date that never goes back, whoever leaves."""
    return instants.read(site.get_values(connection)[site.CHANGED_AT])
