"""What an address leads to: a `/v1`, or a plain feed, be it by way of a web page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import urljoin, urlsplit

from syndicate.editorial import parsed
from syndicate.errors import OriginError
from syndicate.mirror import asking, wire
from syndicate.mirror.asking import Ask

FEED_TYPES: Final = ("application/atom+xml", "application/rss+xml", "application/feed+json")
_ACCEPT: Final = ", ".join((*FEED_TYPES, "text/html;q=0.9", "*/*;q=0.5"))
_PAGE: Final = 1_000_000  # bytes of a page that are looked at
_SECONDS: Final = 20.0  # for a page


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where to pull from. A service's address ends with a slash."""

    kind: Literal["service", "feed"]
    address: str
    url: str  # as it was given


def discover(url: str, ask: Ask) -> Source:
    """Follow an address: a `/v1`, a site that has one, a feed, or a page that names a feed.

    OriginError where it leads to none of these.
    """
    if urlsplit(url).path.rstrip("/").endswith("/v1"):
        return Source(kind="service", address=url.rstrip("/") + "/", url=url)
    answer = asking.get(ask, url, {"accept": _ACCEPT}, seconds=_SECONDS)
    if "html" not in answer.media_type:
        return Source(kind="feed", address=url, url=url)
    below = url.rstrip("/") + "/v1/"
    if _is_service(below, ask):
        return Source(kind="service", address=below, url=url)
    feed = next(_feeds(answer.body[:_PAGE].decode("utf-8", "replace")), None)
    if feed is None:
        raise OriginError(
            f"{url} is a page without a feed", "give the address of a /v1/ or of a feed"
        )
    return Source(kind="feed", address=urljoin(answer.url, feed), url=url)


def _is_service(url: str, ask: Ask) -> bool:
    try:
        answer = asking.get(ask, url, {"accept": "application/json"}, seconds=_SECONDS)
    except OriginError:
        return False
    return answer.status == 200 and wire.is_service(answer.body)


def _feeds(page: str) -> Iterator[str]:
    """Yield the addresses of the feeds that a page names, in its order."""
    for event in parsed.tokens(page):
        found = dict(event.attributes)
        if (
            event.name == "link"
            and "alternate" in found.get("rel", "").lower().split()
            and found.get("type", "").lower() in FEED_TYPES
            and found.get("href")
        ):
            yield found["href"]
