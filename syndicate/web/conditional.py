"""Answers a request for a finished body: 200, 204, 304, 405 or 406. Pure: no Flask, no WSGI.

RFC 9110: methods (9), entity-tags and preconditions (8.8, 13), codings (12.5.3). A tag names the
body and its coding: `"x"`, `"x-gz"`, `"x-br"`. Range and A-IM are ignored: a feed comes whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Final

from syndicate.web.headers import PREFLIGHT, Headers
from syndicate.web.negotiation import Coding, choose

SUFFIX: Final[Mapping[Coding, str]] = {"identity": "", "gzip": "-gz", "br": "-br"}
ALLOW: Final = ("Allow", "GET, HEAD, OPTIONS")
READ_ONLY: Final = "Only GET and HEAD are possible here.\n"
_TAG = re.compile(r'(?:W/)?("[\x21\x23-\x7e\x80-\xff]*")')
_LONGEST_DATE: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A body on offer: its tag, its lengths by coding, its headers.

    `always` stands on every answer; `content` only where the body (or its length) is sent: each
    header costs time, and a cache keeps those of the 200 that a 304 leaves out.
    """

    tag: str
    lengths: Mapping[Coding, int]
    cache_control: str
    always: Headers = ()
    content: Headers = ()
    last_modified: datetime | None = None
    vary: str = "Accept-Encoding"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What to send: the body in `coding`, or `text`, or (both empty) nothing."""

    status: int
    headers: Headers
    coding: Coding | None = None
    text: bytes = b""


def etag(tag: str, coding: Coding) -> str:
    return f'"{tag}{SUFFIX[coding]}"'


def decide(
    offer: Offer,
    *,
    method: str,
    accept_encoding: str | None = None,
    if_none_match: str | None = None,
    if_modified_since: str | None = None,
) -> Answer:
    """Answer one request for `offer`. Headers that cannot be read count as not sent."""
    if method == "OPTIONS":
        return Answer(status=204, headers=(ALLOW, *PREFLIGHT, *offer.always))
    if method not in ("GET", "HEAD"):
        return _plain(offer, 405, READ_ONLY, extra=(ALLOW,))
    coding = choose(accept_encoding, offer.lengths)
    if coding is None:
        known = ", ".join(sorted(offer.lengths))
        return _plain(offer, 406, f"Available codings: {known}.\n", head=method == "HEAD")
    unmodified = find_unmodified(offer, coding, if_none_match, if_modified_since)
    if unmodified:
        return Answer(status=304, headers=unmodified_headers(offer, unmodified))
    headers = full_headers(offer, coding)
    return Answer(status=200, headers=headers, coding=coding if method == "GET" else None)


def full_headers(offer: Offer, coding: Coding) -> Headers:
    """Return the headers of a 200, to GET as to HEAD."""
    encoded: Headers = () if coding == "identity" else (("Content-Encoding", coding),)
    length = ("Content-Length", str(offer.lengths[coding]))
    return (*offer.content, *encoded, length, *unmodified_headers(offer, etag(offer.tag, coding)))


def unmodified_headers(offer: Offer, tag: str) -> Headers:
    """Return the headers of a 304 (RFC 9110, 15.4.5), which a 200 has as well."""
    dated: Headers = ()
    if offer.last_modified:
        dated = (("Last-Modified", format_datetime(offer.last_modified, usegmt=True)),)
    return (
        ("ETag", tag),
        *dated,
        ("Cache-Control", offer.cache_control),
        ("Vary", offer.vary),
        *offer.always,
    )


def find_unmodified(offer: Offer, coding: Coding, tags: str | None, since: str | None) -> str:
    """Return the tag that a 304 names, or nothing when the body must be sent.

    The tag of any coding will do, and is the one named: a cache that holds another coding than it
    asks for now updates what it holds (RFC 9111, 4.3.4). Tags come before dates (13.2.2).
    """
    if tags is None:
        date = _read_date(since) if since else None
        fresh = date and offer.last_modified and offer.last_modified <= date
        return etag(offer.tag, coding) if fresh else ""
    if tags.strip() == "*":
        return etag(offer.tag, coding)
    ours = [etag(offer.tag, each) for each in sorted(SUFFIX, key=lambda each: each != coding)]
    theirs = frozenset(_read_tags(tags))
    return next((tag for tag in ours if tag in theirs), "")


def _read_tags(header: str) -> Iterator[str]:
    """Yield the opaque tags of a list; the comparison is weak (8.8.3.2), so `W/` falls away."""
    return (match[1] for match in _TAG.finditer(header))


def _read_date(header: str) -> datetime | None:
    if len(header) > _LONGEST_DATE:
        return None
    try:
        date = parsedate_to_datetime(header)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    # only "-0000" gives a date without a zone, and asctime's form, which is in GMT
    return date if date.tzinfo else date.replace(tzinfo=UTC)


def _plain(
    offer: Offer, status: int, text: str, extra: Headers = (), *, head: bool = False
) -> Answer:
    body = text.encode()
    headers = (
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Length", str(len(body))),
        ("Vary", "Accept-Encoding"),
        *extra,
        *offer.always,
    )
    return Answer(status=status, headers=headers, text=b"" if head else body)
