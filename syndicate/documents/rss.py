"""RSS 2.0 by feedgen, with what feedgen leaves out put in by its extensions.

Feedgen knows only a self link, one date format (through the process's locale) and authors with
an e-mail address; RFC 5005 appendix B says how archives are marked in RSS.
"""

from __future__ import annotations

import html
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

import feedgen.entry
import feedgen.feed
from feedgen.entry import FeedEntry
from feedgen.ext.base import BaseEntryExtension, BaseExtension
from feedgen.feed import FeedGenerator
from lxml import etree

from syndicate import __version__
from syndicate.documents import plain
from syndicate.documents.identity import rfc822
from syndicate.model import Entry, Feed, Links, Network

# feedgen's own calls setlocale for each date, which changes the locale of every thread
feedgen.entry.formatRFC2822 = rfc822
feedgen.feed.formatRFC2822 = rfc822

ATOM: Final = "http://www.w3.org/2005/Atom"
DC: Final = "http://purl.org/dc/elements/1.1/"
HISTORY: Final = "http://purl.org/syndication/history/1.0"
END: Final = b"</channel></rss>"


def render_entry(entry: Entry) -> bytes:
    """Return the `<item>` element as it stands inside a channel."""
    generator = _generator()
    generator.title(entry.title)
    generator.link({"rel": "alternate", "href": entry.url})
    generator.description(entry.title)
    generator.updated(entry.updated)
    _add(generator, entry)
    body: bytes = generator.rss_str()
    return plain.mark(body[body.index(b"<item") : body.rindex(END)])


def render_feed(
    feed: Feed, links: Links, network: Network, updated: datetime, entries: tuple[Entry, ...] = ()
) -> bytes:
    """Return the feed with `entries` inside; documents/render.py passes none and joins them in."""
    generator = _generator()
    generator.channel.links = tuple(_links(links, network))
    generator.channel.archive = links.is_archive
    generator.title(feed.title)
    generator.link({"rel": "alternate", "href": links.home})
    generator.description(feed.description)
    generator.language("en")
    generator.image(links.icon, title=feed.title, link=links.home, width="144", height="144")
    generator.copyright(network.rights)
    generator.generator("syndicate", version=__version__)
    generator.ttl(60)
    generator.updated(updated)
    for entry in entries:
        _add(generator, entry)
    return plain.mark(generator.rss_str())


def _generator() -> Any:
    generator = FeedGenerator()
    generator.register_extension("channel", _Channel, _Creators, atom=False)
    return generator


def _add(generator: Any, entry: Entry) -> None:
    element: Any = FeedEntry()
    generator.add_entry(element, order="append")
    element.channel.names = entry.authors
    element.id(entry.id)
    element.title(entry.title)
    element.link({"rel": "alternate", "href": entry.url})
    element.pubDate(entry.published)
    # RSS has no plain text here: readers take it for HTML, so `p < .05` must be HTML's `p &lt; .05`
    element.summary(html.escape(entry.description, quote=False))
    element.content(entry.content_html, type="CDATA")
    for label in entry.categories:
        element.category({"term": label})


def _links(links: Links, network: Network) -> Iterator[tuple[str, str, str]]:
    rss = "application/rss+xml"
    yield "self", rss, links.self
    yield "license", "", network.licence.url
    if links.hub:
        yield "hub", "", links.hub
    if links.is_archive:
        yield "current", rss, links.current
    if links.prev_archive:
        yield "prev-archive", rss, links.prev_archive
    if links.next_archive:
        yield "next-archive", rss, links.next_archive


class _Channel(BaseExtension):  # type: ignore[misc]
    """Links of every relation, and the mark of an archive (RFC 5005, appendix B)."""

    links: tuple[tuple[str, str, str], ...] = ()
    archive = False

    def extend_ns(self) -> dict[str, str]:
        return {"dc": DC} | ({"fh": HISTORY} if self.archive else {})

    def extend_rss(self, rss: Any) -> Any:
        channel = rss[0]
        if self.archive:
            etree.SubElement(channel, f"{{{HISTORY}}}archive")
        for rel, media_type, href in self.links:
            link = etree.SubElement(channel, f"{{{ATOM}}}link", rel=rel, href=href)
            if media_type:
                link.set("type", media_type)
        return rss


class _Creators(BaseEntryExtension):  # type: ignore[misc]
    """One dc:creator for each author: RSS's own `author` wants an address and shows it."""

    names: tuple[str, ...] = ()

    def extend_rss(self, entry: Any) -> Any:
        for name in self.names:
            etree.SubElement(entry, f"{{{DC}}}creator").text = name
        return entry
