"""What an Atom feed and an entry have in common: texts, persons, links, categories."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime

from lxml import etree

from tests.checking import markup, values
from tests.checking.markup import ATOM, Source


def children(parent: etree._Element, local: str) -> list[etree._Element]:
    """Return the Atom elements of this name directly in `parent`."""
    return list(parent.iterchildren(f"{{{ATOM}}}{local}"))


def date_of(parent: etree._Element, local: str) -> datetime | None:
    """Return the date in the first child of this name, if it is there and in our one form."""
    elements = children(parent, local)
    return values.parse_date(markup.text_of(elements[0])) if elements else None


def text_problems(source: Source, element: etree._Element, place: str) -> Iterator[str]:
    """Yield what is wrong with a text construct that is to be plain text."""
    if element.get("type", "text") != "text":
        yield f"{place} has the type {element.get('type')}: many readers show its markup"
    yield from markup.plain_problems(source, element, place)


def person_problems(source: Source, person: etree._Element, place: str) -> Iterator[str]:
    names = children(person, "name")
    if len(names) != 1:
        yield f"{place} has {len(names)} names, not one"
    for element in names:
        yield from markup.plain_problems(source, element, f"{place} name")
        if "@" in markup.text_of(element):
            yield f"{place} name has a mail address in it"
    for element in children(person, "uri"):
        yield from values.url_problems(f"{place} uri", markup.text_of(element))


def link_problems(
    links: Iterable[etree._Element], rels: frozenset[str], place: str
) -> Iterator[str]:
    """Yield what is wrong with links, one by one and with two of one kind together."""
    alternates: Counter[tuple[str, str]] = Counter()
    for link in links:
        rel = link.get("rel")
        if rel is None:
            yield f"{place} link has no rel"
        elif rel not in rels:
            yield f"{place} link rel {rel!r} is unexpected here"
        yield from values.url_problems(f"{place} link {rel}", link.get("href", ""))
        media_type = link.get("type")
        if media_type is not None and not values.MEDIA_TYPE.fullmatch(media_type):
            yield f"{place} link {rel} has the type {media_type!r}, which is no media type"
        yield from values.language_problems(f"{place} link hreflang", link.get("hreflang", "en"))
        if link.get("title") is not None and "<" in link.get("title", ""):
            yield f"{place} link {rel} has markup in its title"
        if markup.text_of(link).strip():
            yield f"{place} link {rel} is not empty"
        if rel in {None, "alternate"}:
            alternates[link.get("type", ""), link.get("hreflang", "")] += 1
    if any(count > 1 for count in alternates.values()):
        yield f"{place} has two alternate links of one type and language"


def category_problems(term: str, place: str) -> Iterator[str]:
    """Yield what makes a reader split or escape a category's name."""
    if "," in term:
        yield f"{place}: category {term!r} has a comma, at which some readers split"
    if set("&<>") & set(term):
        yield f"{place}: category {term!r} has a character that some readers show escaped"
