"""From fragments to documents: an entry is rendered once a format and joined into every feed.

Which format is which function stands here, on one screen.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from gzip import decompress
from typing import Final

import brotli
from isal import igzip

from syndicate import addresses
from syndicate.documents import atom, heads, identity, jsonfeed, rss
from syndicate.model import Document, Entry, Feed, Format, Links, Network, Tombstone

_BR_QUALITY: Final = 9  # 11 takes some thirty times as long for a sixth less
_ENTRY: Final[dict[Format, Callable[[Entry], bytes]]] = {
    "atom": atom.render_entry,
    "rss": rss.render_entry,
    "json": jsonfeed.render_entry,
}


def render_entry(entry: Entry, format: Format) -> bytes:
    """Return the fragment of an entry: its bytes inside any feed of that format."""
    return _ENTRY[format](entry)


def join(
    feed: Feed,
    format: Format,
    *,
    links: Links,
    network: Network,
    updated: datetime,
    fragments: Sequence[bytes],
    tombstones: Sequence[Tombstone] = (),
) -> bytes:
    """Return a feed's bytes: its head, then (Atom) `tombstones`, then `fragments` in order.

    RFC 4287's schema lets a feed's extension elements stand only before its entries.
    """
    before, end = heads.head(feed, format, links, network, updated)
    if format == "json":
        return b"".join((before, b",".join(fragments), end))
    gone = map(atom.render_tombstone, tombstones) if format == "atom" else ()
    return b"".join((before, *gone, *fragments, end))


def document(path: str, media_type: str, body: bytes, last_modified: datetime) -> Document:
    """Finish a document: gzip it, once, with a fast encoder and no date in the stream."""
    return Document(
        path=path,
        media_type=media_type,
        body=body,
        gzip=igzip.compress(body, compresslevel=2, mtime=0),
        tag=identity.digest(body),
        last_modified=last_modified,
    )


def br_of(gzip: bytes) -> bytes:
    """Return the br coding of what a gzip holds; made later, because it takes its time."""
    return bytes(brotli.compress(decompress(gzip), quality=_BR_QUALITY))


def place(
    feed: Feed, format: Format, base_url: str, *, hub: str = "", archive: int = 0, sealed: int = 0
) -> Links:
    """Return a document's links (RFC 5005, section 4).

    `archive` is the document's number, 0 for the subscription document; `sealed` is how many
    archives of the feed are complete.
    """

    def archived(number: int) -> str:
        if not 1 <= number <= sealed:
            return ""
        return base_url + addresses.archived(feed.stem, number, format)

    current = base_url + addresses.document(feed.stem, format)
    return Links(
        self=archived(archive) or current,
        home=base_url + feed.page,
        current=current,
        icon=base_url + addresses.FEED_ICON,
        hub="" if archive else hub,
        prev_archive=archived(archive - 1 if archive else sealed),
        next_archive=archived(archive + 1) if archive else "",
        is_archive=archive > 0,
    )
