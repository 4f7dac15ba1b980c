"""Atom 1.0 documents: what RFC 4287's schema cannot see, and what readers ask besides.

The feed is checked here, its entries in atom_entry, archives and tombstones in history.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from lxml import etree

from tests.checking import atom_entry, history, markup, values
from tests.checking.atom_parts import (
    children,
    date_of,
    link_problems,
    person_problems,
    text_problems,
)
from tests.checking.markup import ATOM, LANG, Source

NAMESPACES: dict[str, str | None] = {
    ATOM: None,
    markup.HISTORY: "fh",
    markup.TOMBSTONES: "at",
    markup.PRISM: "prism",
    markup.DCTERMS: "dcterms",
}
ONCE = ("id", "title", "updated")
AT_MOST_ONCE = ("generator", "icon", "logo", "rights", "subtitle")
REPEATED = ("author", "category", "contributor", "link")
RELS = frozenset({"self", "alternate", "hub", "license", "related", "via"}) | history.RELS


def problems(body: bytes, *, url: str | None = None) -> list[str]:
    """Return everything that is wrong with an Atom feed document published at `url`."""
    try:
        source = markup.parse(body)
    except etree.XMLSyntaxError as error:
        return [f"the document is not well-formed XML: {error.msg}"]
    if source.root.tag != f"{{{ATOM}}}feed":
        return [f"the document is not an Atom feed: its root is {source.root.tag}"]
    return list(_all_problems(source, url))


def _all_problems(source: Source, url: str | None) -> Iterator[str]:
    yield from markup.raw_problems(source)
    yield from markup.namespace_problems(source, NAMESPACES)
    yield from _element_problems(source.root)
    yield from _metadata_problems(source)
    yield from link_problems(children(source.root, "link"), RELS, "feed")
    yield from _address_problems(source.root, url)
    entries = children(source.root, "entry")
    for entry in entries:
        yield from atom_entry.problems(source, entry)
    yield from _set_problems(source.root, entries)
    yield from history.archive_problems(
        [
            (link.get("rel", "alternate"), link.get("href", ""))
            for link in children(source.root, "link")
        ],
        is_archive=history.has_mark(source.root, "archive"),
        is_complete=history.has_mark(source.root, "complete"),
    )
    yield from history.tombstone_problems(source)


def _element_problems(feed: etree._Element) -> Iterator[str]:
    """Yield elements that are missing, repeated, unknown or after the first entry."""
    names = [markup.name(child) for child in feed.iterchildren(etree.Element)]
    count = Counter(names)
    for name in ONCE:
        if count[name] != 1:
            yield f"feed has {count[name]} {name} elements, not one"
    for name in AT_MOST_ONCE:
        if count[name] > 1:
            yield f"feed has {count[name]} {name} elements, at most one is allowed"
    if not count["author"]:
        yield "feed has no author"
    known = {*ONCE, *AT_MOST_ONCE, *REPEATED, "entry"}
    for name in sorted(count.keys() - known - {"fh:archive", "fh:complete", "at:deleted-entry"}):
        yield f"feed has the unexpected element {name}"
    if "entry" in names:
        for name in sorted(set(names[names.index("entry") :]) - {"entry"}):
            yield f"feed has {name} after an entry"


def _metadata_problems(source: Source) -> Iterator[str]:
    feed = source.root
    for local in ("title", "subtitle", "rights"):
        for element in children(feed, local):
            yield from text_problems(source, element, f"feed {local}")
    for element in children(feed, "generator"):
        yield from markup.plain_problems(source, element, "feed generator")
        yield from values.url_problems("feed generator uri", element.get("uri", "https://none/"))
    for author in children(feed, "author"):
        yield from person_problems(source, author, "feed author")
    yield from _value_problems(feed)


def _value_problems(feed: etree._Element) -> Iterator[str]:
    if feed.get(LANG) is None:
        yield "feed has no xml:lang"
    else:
        yield from values.language_problems("feed xml:lang", feed.get(LANG, ""))
    for element in children(feed, "id"):
        yield from values.id_problems("feed id", markup.text_of(element))
    for element in children(feed, "updated"):
        yield from values.date_problems("feed updated", markup.text_of(element))
    for element in (*children(feed, "icon"), *children(feed, "logo")):
        yield from values.url_problems(f"feed {markup.name(element)}", markup.text_of(element))


def _address_problems(feed: etree._Element, url: str | None) -> Iterator[str]:
    own = [link for link in children(feed, "link") if link.get("rel") == "self"]
    if len(own) != 1:
        yield f"feed has {len(own)} self links, not one"
    for link in own:
        if url is not None and link.get("href") != url:
            yield f"feed link self {link.get('href')} is not its address {url}"
        if link.get("type", "application/atom+xml").split(";")[0] != "application/atom+xml":
            yield f"feed link self has the type {link.get('type')}, not application/atom+xml"


def _set_problems(feed: etree._Element, entries: Sequence[etree._Element]) -> Iterator[str]:
    """Yield what is wrong between the entries: ids, dates and order."""
    ids = Counter(markup.text_of(e) for p in (feed, *entries) for e in children(p, "id"))
    for name, count in ids.items():
        if count > 1:
            yield f"the id {name} stands {count} times in the feed"
    updated = [date for entry in entries if (date := date_of(entry, "updated"))]
    published = [date for entry in entries if (date := date_of(entry, "published"))]
    for date, count in Counter(updated).items():
        if count > 1:
            yield f"{count} entries have the same updated {date:%Y-%m-%dT%H:%M:%SZ}"
    if updated != sorted(updated, reverse=True) and published != sorted(published, reverse=True):
        yield "the entries are newest first neither by updated nor by published"
    newest = max([*updated, *history.tombstone_dates(feed)], default=None)
    own = date_of(feed, "updated")
    if own and newest and own != newest:
        yield f"feed updated {own:%Y-%m-%dT%H:%M:%SZ} is not that of its newest entry or tombstone"
