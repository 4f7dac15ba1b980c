"""A foreign feed as plain data. Its HTML is NOT safe: sanitise it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignEntry:
    """An entry as its publisher wrote it: absent text is empty, HTML is unsafe.

    Links are absolute where xml:base or the feed's address allow it.
    """

    id: str = ""
    link: str = ""
    title: str = ""  # plain text
    summary_html: str = ""
    content_html: str = ""
    published: datetime | None = None
    published_text: str = ""  # the date as it was written
    updated: datetime | None = None
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    enclosures: tuple[str, ...] = ()
    language: str = ""
    doi: str = ""  # bare, from a link or a metadata element


@dataclass(frozen=True, slots=True, kw_only=True)
class Tombstone:
    """An entry that its publisher has taken out, and when (RFC 6721)."""

    ref: str
    when: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignFeed:
    """A feed, or a part of one (RFC 5005). `broken` says why it is no well-formed XML.

    `previous` is the address of the part with older entries: an archive, or a further page.
    """

    title: str
    id: str
    link: str
    language: str
    entries: tuple[ForeignEntry, ...]
    broken: str = ""
    previous: str = ""
    is_archive: bool = False
    is_complete: bool = False  # these are all entries that there are
    tombstones: tuple[Tombstone, ...] = ()
