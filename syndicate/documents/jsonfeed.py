"""JSON Feed 1.1 (jsonfeed.org/version/1.1). Feedgen has none, so it is written here."""

from __future__ import annotations

from typing import Any, Final

import orjson

from syndicate.documents.identity import rfc3339
from syndicate.model import Entry, Feed, Links, Network

END: Final = b"]}"


def render_entry(entry: Entry) -> bytes:
    """Return one object of `items`."""
    fields: dict[str, Any] = {"id": entry.id, "url": entry.url}
    if entry.external_url:
        fields["external_url"] = entry.external_url
    fields |= {
        "title": entry.title,
        "summary": entry.description,
        "content_html": entry.content_html,
        "date_published": rfc3339(entry.published),
        "date_modified": rfc3339(entry.updated),
        "authors": [{"name": name} for name in entry.authors],
        "tags": list(entry.categories),
        "language": entry.lang,
    }
    return orjson.dumps(fields)


def render_feed(feed: Feed, links: Links, network: Network) -> bytes:
    """Return the feed with no entries; `items` stands last so that they can be joined in.

    `next_url` leads to older entries, which are the newest archive's.
    """
    fields: dict[str, Any] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "home_page_url": links.home,
        "feed_url": links.self,
        "description": feed.description,
        "icon": links.icon,
        "language": "en",
        "authors": [{"name": network.author}],
    }
    if links.prev_archive:
        fields["next_url"] = links.prev_archive
    if links.hub:
        fields["hubs"] = [{"type": "WebSub", "url": links.hub}]
    fields["_licence"] = {
        "about": network.licence.url,
        "name": network.licence.name,
        "rights": network.rights,
    }
    return orjson.dumps(fields | {"items": []})
