"""Atom 1.0 (RFC 4287) by feedgen, with what feedgen gets wrong put right from outside.

Feedgen's tree has no namespace on Atom's own elements, so they are found by their bare names.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from feedgen.entry import FeedEntry
from feedgen.ext.base import BaseExtension
from feedgen.feed import FeedGenerator
from lxml import etree

from syndicate import __version__
from syndicate.documents import plain
from syndicate.documents.identity import rfc3339
from syndicate.model import Entry, Feed, Links, Network, Tombstone

ATOM: Final = "http://www.w3.org/2005/Atom"
HISTORY: Final = "http://purl.org/syndication/history/1.0"
END: Final = b"</feed>"
_ORDER: Final = (
    *("id", "title", "link", "published", "updated", "author"),
    *("category", "rights", "summary", "content"),
)


def render_entry(entry: Entry) -> bytes:
    """Return the `<entry>` element as it stands inside a feed."""
    generator = FeedGenerator()
    generator.id(entry.id)
    generator.title(entry.title)
    generator.updated(entry.updated)
    generator.add_entry(_AtomEntry(entry), order="append")
    body: bytes = generator.atom_str()
    return plain.mark(body[body.index(b"<entry") : body.rindex(END)])


def render_tombstone(tombstone: Tombstone) -> bytes:
    """Return `<at:deleted-entry>`; it declares its namespace itself, so other feeds need not."""
    at = "http://purl.org/atompub/tombstones/1.0"
    namespaces: Any = {None: ATOM, "at": at}  # None is the default, which Atom's elements have
    element = etree.Element(f"{{{at}}}deleted-entry", nsmap=namespaces)
    element.set("ref", tombstone.ref)
    element.set("when", rfc3339(tombstone.when))
    if tombstone.by:
        by = etree.SubElement(element, f"{{{at}}}by")
        # RFC 6721, section 3: at:by is an Atom Person construct
        etree.SubElement(by, f"{{{ATOM}}}name").text = tombstone.by
    if tombstone.comment:
        etree.SubElement(element, f"{{{at}}}comment").text = tombstone.comment
    return bytes(etree.tostring(element))


def render_feed(
    feed: Feed, links: Links, network: Network, updated: datetime, entries: tuple[Entry, ...] = ()
) -> bytes:
    """Return the feed with `entries` inside; documents/render.py passes none and joins them in."""
    generator = FeedGenerator()
    generator.register_extension("history", _History, rss=False)
    generator.history.archive = links.is_archive
    generator.history.updated = updated
    generator.id(feed.id)
    generator.title(feed.title)
    generator.subtitle(feed.description)
    generator.updated(updated)
    generator.language("en")
    generator.icon(links.icon)
    generator.author({"name": network.author})
    generator.rights(network.rights)
    generator.generator("syndicate", version=__version__)
    for link in _links(links, network):
        generator.link(link)
    for entry in entries:
        generator.add_entry(_AtomEntry(entry), order="append")
    return plain.mark(generator.atom_str())


def _links(links: Links, network: Network) -> Iterator[dict[str, str]]:
    atom = "application/atom+xml"
    yield {"rel": "alternate", "type": "text/html", "href": links.home}
    yield {"rel": "self", "type": atom, "href": links.self}
    yield {"rel": "license", "href": network.licence.url}
    if links.hub:
        yield {"rel": "hub", "href": links.hub}
    if links.is_archive:
        yield {"rel": "current", "type": atom, "href": links.current}
    if links.next:
        yield {"rel": "next", "type": atom, "href": links.next}
    if links.prev_archive:
        yield {"rel": "prev-archive", "type": atom, "href": links.prev_archive}
    if links.next_archive:
        yield {"rel": "next-archive", "type": atom, "href": links.next_archive}


class _History(BaseExtension):  # type: ignore[misc]
    """The mark of an archive (RFC 5005, section 4), and the feed's date as readers take it."""

    archive = False
    updated: datetime

    def extend_ns(self) -> dict[str, str]:
        return {"fh": HISTORY} if self.archive else {}

    def extend_atom(self, feed: Any) -> Any:
        feed.find("updated").text = rfc3339(self.updated)
        if self.archive:
            etree.SubElement(feed, f"{{{HISTORY}}}archive")
        return feed


class _AtomEntry(FeedEntry):  # type: ignore[misc]
    """One entry. Feedgen 1.0.0 drops all attributes of links but href, so links are set here."""

    def __init__(self, entry: Entry) -> None:
        super().__init__()
        self._entry = entry
        self.id(entry.id)
        self.title(entry.title)
        self.updated(entry.updated)
        self.published(entry.published)
        self.content(entry.content_html, type="html")
        self.summary(entry.description)
        self.rights(entry.rights)
        for name in entry.authors:
            self.author({"name": name})
        for label in entry.categories:
            self.category({"term": label, "label": label})

    def atom_entry(self, extensions: bool = True) -> Any:  # noqa: FBT001, FBT002 - feedgen's signature
        element = super().atom_entry(extensions)
        entry = self._entry
        element.set("{http://www.w3.org/XML/1998/namespace}lang", entry.lang)
        element.find("published").text = rfc3339(entry.published)
        element.find("updated").text = rfc3339(entry.updated)
        # CDATA: some readers refuse a document with over a thousand entity references
        content = element.find("content")
        content.text = etree.CDATA(entry.content_html)
        for attributes in self._links():
            etree.SubElement(element, "link", attributes)
        # readers that take the first link or the first date must find the right one
        element[:] = sorted(element, key=lambda child: _ORDER.index(child.tag))
        return element

    def _links(self) -> Iterator[dict[str, str]]:
        yield {"rel": "alternate", "type": "text/html", "hreflang": "en", "href": self._entry.url}
        if self._entry.external_url:
            yield {"rel": "related", "href": self._entry.external_url}
        yield {"rel": "license", "href": self._entry.licence_url}
