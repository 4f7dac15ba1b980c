"""Documents that are not stored: archives, and selections that nobody defined. Made of fragments.

They are functions of the store's state alone, so every process makes the same bytes and tags.
"""

from __future__ import annotations

from datetime import datetime

from syndicate import addresses
from syndicate.definitions import Definitions
from syndicate.documents import render
from syndicate.errors import NotFound
from syndicate.model import Document, Feed, Format
from syndicate.publish.refresh import Contents, Maker
from syndicate.store import feeds, instants, site
from syndicate.store.engine import Connection


def archive(
    connection: Connection, definitions: Definitions, feed: Feed, number: int, format: Format
) -> Document:
    """Return archive `number` of a stored feed (RFC 5005, section 4).

    NotFound when it is not complete yet: nothing may link to an archive that still grows.
    """
    stored = feeds.list_feeds(connection).get(feed.key)
    sealed = feeds.count_archives(connection, stored.number, stored.chunk) if stored else 0
    if stored is None or not 1 <= number <= sealed:
        raise NotFound(
            f"this feed has {sealed} archives", "begin at the feed and follow `prev-archive`"
        )
    held = feeds.list_archived(connection, stored.number, (number - 1) * stored.chunk, stored.chunk)
    contents = Contents(
        members=[member for member in held if member.state == "live"],
        withdrawn=[member for member in held if member.state == "withdrawn"],
        sealed=sealed,
        said=[member.updated for member in held],
    )
    body = Maker(connection, definitions, [format]).body(feed, contents, format, archive=number)
    path = addresses.archived(feed.stem, number, format)
    changed = _changed(connection)
    return render.document(path, addresses.MEDIA_TYPES[format], body, changed)


def selected(
    connection: Connection, definitions: Definitions, feed: Feed, format: Format
) -> Document:
    """Return the document of a free selection."""
    said = feeds.find_said(connection, feed.selection)
    members = feeds.list_selected(connection, feed.selection, feed.window)
    contents = Contents(
        members=[member for member in members if member.state == "live"],
        withdrawn=[member for member in members if member.state == "withdrawn"],
        said=[said] if said else (),
    )
    body = Maker(connection, definitions, [format]).body(feed, contents, format)
    path = addresses.document(feed.stem, format)
    changed = _changed(connection)
    return render.document(path, addresses.MEDIA_TYPES[format], body, changed)


def _changed(connection: Connection) -> datetime:
    """Return when anything was last published: a date that never goes back, whoever leaves."""
    return instants.read(site.get_values(connection)[site.CHANGED_AT])
