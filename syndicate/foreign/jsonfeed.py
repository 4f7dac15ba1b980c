"""Reads a JSON Feed (version 1 or 1.1), which feedparser does not. Its HTML is NOT safe.

orjson bounds depth and takes time in proportion to the bytes, so that no child is needed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from syndicate.errors import ForeignFeedError
from syndicate.foreign import text
from syndicate.foreign.types import ForeignEntry, ForeignFeed

_VERSION = re.compile(r"https?://jsonfeed\.org/version/1")


def is_one(raw: bytes) -> bool:
    """Tell whether bytes are JSON, as no other feed is."""
    return raw.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{"


def parse(raw: bytes) -> ForeignFeed:
    """Return the feed. ForeignFeedError for other JSON."""
    try:
        feed = orjson.loads(raw.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        raise ForeignFeedError(f"this is not a feed: {error}", _REMEDY) from None
    entries = feed.get("items")
    if not _VERSION.match(_text(feed.get("version"))) or not isinstance(entries, list):
        raise ForeignFeedError("this is not a feed: the JSON is not a JSON Feed", _REMEDY)
    return ForeignFeed(
        title=_text(feed.get("title")),
        id=_text(feed.get("feed_url")),
        link=_text(feed.get("home_page_url")),
        language=_text(feed.get("language")),
        entries=tuple(_entry(entry) for entry in entries if isinstance(entry, dict)),
        previous=_text(feed.get("next_url")),
    )


_REMEDY = "give the address of an RSS, Atom or JSON feed"


def _entry(entry: Mapping[str, Any]) -> ForeignEntry:
    return ForeignEntry(
        id=_text(entry.get("id")),
        link=_text(entry.get("url")) or _text(entry.get("external_url")),
        title=" ".join(_text(entry.get("title")).split()),
        summary_html=text.paragraphs(_text(entry.get("summary"))),
        content_html=_text(entry.get("content_html"))
        or text.paragraphs(_text(entry.get("content_text"))),
        published=text.instant(entry.get("date_published")),
        published_text=_text(entry.get("date_published")),
        updated=text.instant(entry.get("date_modified")),
        authors=tuple(_names(entry)),
        categories=tuple(filter(None, map(_text, _list(entry.get("tags"))))),
        enclosures=tuple(
            _text(one.get("url"))
            for one in _list(entry.get("attachments"))
            if _is_named(one, "url")
        ),
        language=_text(entry.get("language")),
    )


def _names(entry: Mapping[str, Any]) -> Iterator[str]:
    for author in _list(entry.get("authors")) or [entry.get("author")]:
        if _is_named(author, "name"):
            yield _text(author["name"])


def _is_named(value: object, name: str) -> bool:
    return isinstance(value, dict) and bool(value.get(name))


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: object) -> str:
    """Return text that XML can carry; numbers count as text, for some feeds have ids of digits."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = str(value)
    return text.carried(value) if isinstance(value, str) else ""
