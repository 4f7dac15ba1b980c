"""Archived feeds (RFC 5005, section 4) and tombstones (RFC 6721), for Atom and RSS alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime

from lxml import etree

from tests.checking import markup, values
from tests.checking.markup import ATOM, HISTORY, TOMBSTONES, Source

ARCHIVE_RELS = ("current", "prev-archive", "next-archive")
PAGE_RELS = ("first", "last", "previous", "next")
RELS = frozenset({*ARCHIVE_RELS, *PAGE_RELS})
_DELETED = f"{{{TOMBSTONES}}}deleted-entry"


def has_mark(parent: etree._Element, local: str) -> bool:
    """Tell whether a feed or channel has fh:archive or fh:complete."""
    return parent.find(f"{{{HISTORY}}}{local}") is not None


def archive_problems(
    links: Sequence[tuple[str, str]], *, is_archive: bool, is_complete: bool
) -> Iterator[str]:
    """Yield what is wrong between the links (rel, href) of one document and what it says it is."""
    count = Counter(rel for rel, _ in links)
    targets = dict(links)
    for rel in ARCHIVE_RELS:
        if count[rel] > 1:
            yield f"feed has {count[rel]} {rel} links, at most one is allowed"
    neighbours = [targets[rel] for rel in ("prev-archive", "next-archive") if rel in targets]
    if targets.get("self") in neighbours:
        yield "feed names itself as its own neighbour in the archive"
    if len(neighbours) == 2 and neighbours[0] == neighbours[1]:
        yield "feed names one archive as the one before and the one after"
    if any(count[rel] for rel in PAGE_RELS) and (neighbours or is_archive):
        yield "feed is paged and archived, which RFC 5005 leaves undefined"
    if is_complete and (neighbours or is_archive):
        yield "feed says that it is complete and has archives"
    if is_archive:
        yield from _archive_problems(targets)
    else:
        yield from _subscription_problems(targets)


def _archive_problems(targets: dict[str, str]) -> Iterator[str]:
    if "current" not in targets:
        yield "archive has no link to the current document"
    elif targets["current"] == targets.get("self"):
        yield "the current document says that it is an archive"
    if "prev-archive" not in targets and "next-archive" not in targets:
        yield "archive has neither prev-archive nor next-archive (the W3C validator warns)"


def _subscription_problems(targets: dict[str, str]) -> Iterator[str]:
    if "next-archive" in targets:
        yield "feed has next-archive, which only an archive may have"
    if targets.get("current", targets.get("self")) != targets.get("self"):
        yield "feed links to another current document and lacks fh:archive"


def tombstone_dates(feed: etree._Element) -> list[datetime]:
    """Return the dates of the tombstones that can be read."""
    dates = (values.parse_date(t.get("when", "")) for t in feed.iterchildren(_DELETED))
    return [date for date in dates if date]


def tombstone_problems(source: Source) -> Iterator[str]:
    """Yield what is wrong with tombstones, alone and beside the entries."""
    tombstones = list(source.root.iterchildren(_DELETED))
    for tombstone in tombstones:
        ref = tombstone.get("ref", "")
        yield from values.id_problems("tombstone ref", ref)
        yield from values.date_problems("tombstone when", tombstone.get("when", ""))
        yield from _part_problems(source, tombstone, f"tombstone {ref}")
    count = Counter((t.get("ref"), t.get("when")) for t in tombstones)
    for (repeated, _), number in count.items():
        if number > 1:
            yield f"tombstone {repeated} stands {number} times with one date"
    yield from _contradictions(source.root, tombstones)


def _contradictions(feed: etree._Element, tombstones: Sequence[etree._Element]) -> Iterator[str]:
    """Yield entries that stand in the feed although a tombstone there says they are gone."""
    deleted = {t.get("ref"): t.get("when", "") for t in tombstones}
    for entry in feed.iterchildren(f"{{{ATOM}}}entry"):
        ref = entry.findtext(f"{{{ATOM}}}id")
        updated = entry.findtext(f"{{{ATOM}}}updated") or ""
        if ref in deleted and deleted[ref] >= updated:
            yield f"entry {ref} stands beside its own tombstone"


def _part_problems(source: Source, tombstone: etree._Element, place: str) -> Iterator[str]:
    for child in tombstone.iterchildren(etree.Element):
        name = markup.name(child)
        if name == "at:comment":
            if child.get("type", "text") != "text":
                yield f"{place} has a comment that is not plain text"
            yield from markup.plain_problems(source, child, f"{place} comment")
        elif name == "at:by":
            if not (child.findtext(f"{{{ATOM}}}name") or "").strip():
                yield f"{place} is by someone without a name"
        elif name == "link":
            yield from values.url_problems(f"{place} link", child.get("href", ""))
        else:
            yield f"{place} has the unexpected element {name}"
