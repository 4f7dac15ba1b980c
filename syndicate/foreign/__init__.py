"""The one door to feedparser: bytes of a foreign feed in, plain data out, whatever the bytes do.

feedparser opens files and addresses, inflates without end, raises at will and is superlinear on
hostile input; so it gets bytes only, in a child process (child.py) that the
kernel bounds in memory, processor time and output. Its HTML is NOT safe: sanitise it.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urljoin

from syndicate.errors import ForeignFeedError
from syndicate.foreign import jsonfeed
from syndicate.foreign.bounded import DEFAULT_LIMITS, Limits, read_in_child
from syndicate.foreign.text import instant
from syndicate.foreign.types import ForeignEntry, ForeignFeed, Tombstone

__all__ = ["ForeignEntry", "ForeignFeed", "Limits", "Tombstone", "parse"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# What may stand before the first element (XML 1.0, section 2.8): only there are entities declared.
_PROLOG = re.compile(
    rb"(?:\s|\xef\xbb\xbf|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^\[>]*(?:\[.*?\]\s*)?>)*", re.DOTALL
)
_WEB_PAGE = re.compile(
    rb"\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL
)


def parse(
    raw: bytes, *, address: str = "", media_type: str = "", limits: Limits = DEFAULT_LIMITS
) -> ForeignFeed:
    """Read a feed of any format from its bytes; ForeignFeedError where the limits do not allow it.

    Relative links are resolved against xml:base, or `address`, where the feed came from;
    `media_type` is the Content-Type that it came with.
    """
    _refuse_at_sight(raw, limits)
    if not address.startswith(("http://", "https://")):
        address = ""  # links must not come to name files of this machine
    if jsonfeed.is_one(raw):
        return jsonfeed.parse(raw)
    answer = read_in_child(raw, address, media_type, limits)
    if not answer["version"] and not answer["entries"]:
        cause = answer["broken"] or "no feed format is recognised"
        raise ForeignFeedError(
            f"this is not a feed: {cause}", "give the address of an RSS, Atom or JSON feed"
        )
    return ForeignFeed(
        title=answer["title"],
        id=answer["id"],
        link=answer["link"],
        language=answer["language"],
        broken=answer["broken"],
        entries=tuple(map(_entry, answer["entries"])),
        previous=_previous(answer["links"], address),
        is_archive=answer["is_archive"],
        is_complete=answer["is_complete"],
        tombstones=tuple(
            Tombstone(ref=ref, when=instant(when)) for ref, when in answer["tombstones"]
        ),
    )


def _previous(links: dict[str, str], address: str) -> str:
    """Return where older entries are: in an archive (RFC 5005, 4) or on a further page (3)."""
    link = links.get("prev-archive") or links.get("next") or ""
    return urljoin(address, link) if link else ""


def _refuse_at_sight(raw: bytes, limits: Limits) -> None:
    """Refuse what needs no parser to be seen. `squeezed` makes UTF-16 and UTF-32 legible."""
    if not raw.strip():
        raise ForeignFeedError("the feed is empty", "check its address")
    if len(raw) > limits.raw:
        raise ForeignFeedError(
            f"the feed is larger than {limits.raw:,} bytes", "ask its publisher for a shorter one"
        )
    squeezed = raw.replace(b"\0", b"")
    if _WEB_PAGE.match(squeezed.removeprefix(b"\xef\xbb\xbf")):
        raise ForeignFeedError(
            "this is a web page, not a feed", "look in the page's source for rel=alternate"
        )
    prolog = _PROLOG.match(squeezed.lstrip(b"\xff\xfe"))
    if prolog and b"<!ENTITY" in prolog[0]:
        raise ForeignFeedError(
            "the feed declares entities, which can blow it up", "ask for one without a DTD"
        )


def _entry(given: dict[str, Any]) -> ForeignEntry:
    fields: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in given.items()
    }
    fields["published"] = _instant(given["published"])
    fields["updated"] = _instant(given["updated"])
    return ForeignEntry(**fields)


def _instant(seconds: int | None) -> datetime | None:
    """Return the UTC time of a count of seconds since 1970, None where no calendar has it."""
    try:
        return None if seconds is None else _EPOCH + timedelta(seconds=seconds)
    except OverflowError:
        return None
