"""The documents that list all feeds: OPML 2.0 and draft-nottingham-feed-menu-01."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

import orjson
from lxml import etree

from syndicate import addresses
from syndicate.definitions import Definitions
from syndicate.documents.identity import rfc822
from syndicate.model import Feed

_MENU_TITLE: Final = 50  # characters; the draft's advice


def render_all(definitions: Definitions, modified: datetime) -> Iterator[tuple[str, str, bytes]]:
    """Yield (path, media type, bytes) of every document that lists the feeds.

    `modified` is when the definitions were last published: the lists change with nothing else.
    """
    listed = render_opml(definitions, definitions.feeds, modified)
    yield addresses.OPML, addresses.OPML_TYPE, listed
    yield addresses.WELL_KNOWN_FEEDS, addresses.OPML_TYPE, listed
    yield addresses.FEED_MENU, "application/json", render_menu(definitions)


def render_opml(definitions: Definitions, feeds: tuple[Feed, ...], modified: datetime) -> bytes:
    """Return OPML 2.0 of `feeds`, in groups; a reader's import subscribes to what it lists."""
    network = definitions.network
    root = etree.Element("opml", version="2.0")
    head = etree.SubElement(root, "head")
    etree.SubElement(head, "title").text = f"Feeds of {network.title}"
    etree.SubElement(head, "dateModified").text = rfc822(modified)
    etree.SubElement(head, "docs").text = "http://opml.org/spec2.opml"
    body = etree.SubElement(root, "body")
    for title, members in _groups(feeds):
        parent = etree.SubElement(body, "outline", text=title) if title else body
        for feed in members:
            etree.SubElement(
                parent,
                "outline",
                text=feed.title,
                title=feed.title,
                type="rss",  # OPML's word for any feed
                description=feed.description,
                xmlUrl=definitions.absolute(addresses.document(feed.stem, "atom")),
                htmlUrl=definitions.absolute(feed.page),
                language="en",
            )
    return bytes(etree.tostring(root, encoding="UTF-8", xml_declaration=True))


def render_menu(definitions: Definitions) -> bytes:
    """Return the feed menu: a tree of titles, each with the addresses of its formats."""
    items: list[dict[str, Any]] = []
    for title, members in _groups(definitions.feeds):
        entries = [_menu_entry(definitions, feed) for feed in members]
        items += [{"feed-title": title, "items": entries}] if title else entries
    return orjson.dumps({"feed-menu": {"items": items}})


def _menu_entry(definitions: Definitions, feed: Feed) -> dict[str, str]:
    return {
        "feed-title": feed.title[:_MENU_TITLE],
        "description": feed.description,
        "atom": definitions.absolute(addresses.document(feed.stem, "atom")),
        "rss": definitions.absolute(addresses.document(feed.stem, "rss")),
        "lang": "en",
    }


def _groups(feeds: tuple[Feed, ...]) -> Iterator[tuple[str, list[Feed]]]:
    titles = {"": "", "topics": "By topic", "kinds": "By kind of research", "feeds": "Selections"}
    for prefix, title in titles.items():
        members = [feed for feed in feeds if feed.key.rpartition("/")[0] == prefix]
        if members:
            yield title, members
