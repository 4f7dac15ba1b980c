"""Every public path of the service, in one place. Pure: the base URL is put before them later."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from syndicate.model import Format

MEDIA_TYPES: Final[dict[Format, str]] = {
    "atom": "application/atom+xml; charset=utf-8",
    "rss": "application/rss+xml; charset=utf-8",
    "json": "application/feed+json",
}
OPML_TYPE: Final = "text/x-opml; charset=utf-8"

HOME: Final = "/"
FULL_FEED: Final = "/feed"
TOPICS: Final = "/topics/"
KINDS: Final = "/kinds/"
FEEDS: Final = "/feeds/"
ARCHIVE: Final = "/archive/"
CHOOSE: Final = "/choose"
SEARCH: Final = "/search"
SUBSCRIBE: Final = "/subscribe"
PARTNERS: Final = "/partners/"
OEMBED: Final = "/oembed"
EMBED: Final = "/embed"
OFFER: Final = "/offer.css"
FEED_ICON: Final = "/static/feed-icon.png"
OPML: Final = "/opml"
WELL_KNOWN_FEEDS: Final = "/.well-known/feeds"
OAI: Final = "/oai"
OAI_SCHEMA: Final = "/oai/syndicate.xsd"
FEED_MENU: Final = "/.well-known/feed-menu.json"
HUB: Final = "/hub"
ALERTS: Final = "/alerts/"
PREFERENCES: Final = "/alerts/preferences/"


def summary(slug: str) -> str:
    return f"/summaries/{slug}/"


def topic(selection: str) -> str:
    return f"/topics/{selection}/"


def kind(slug: str) -> str:
    return f"/kinds/{slug}/"


def feed(slug: str) -> str:
    """Return the page of a `[[feed]]` of feeds.toml."""
    return f"/feeds/{slug}/"


def month(date: datetime) -> str:
    return f"/archive/{date:%Y/%m}/"


def part(path: str, before: str) -> str:
    """Return the part of a long list that begins before an instant, `20210401T120000Z`."""
    return f"{path}before/{before}/" if before else path


def embedded(page: str) -> str:
    """Return what other sites show of a page in a frame: `/embed/topics/empathy/`."""
    return EMBED + page


def in_language(path: str, code: str) -> str:
    """Return a page's path with the shell of a language around it; a feed has no shell."""
    return path if code == "en" else f"/{code}{path}"


def confirm(token: str) -> str:
    return f"/alerts/confirm/{token}/"


def preferences(token: str) -> str:
    return f"{PREFERENCES}{token}/"


def unsubscribe(token: str) -> str:
    """Return the address that ends a subscription; short, for it stands in a header (RFC 8058)."""
    return f"/alerts/u/{token}/"


def document(stem: str, format: Format) -> str:
    return f"{stem}.{format}"


def preview(stem: str) -> str:
    """Return the page that shows what a feed's subscribers see."""
    return f"{stem}/preview/"


def archived(stem: str, number: int, format: Format) -> str:
    """Return the path of an archive (RFC 5005, section 4), counted from 1."""
    return f"{stem}/archive/{number}.{format}"
