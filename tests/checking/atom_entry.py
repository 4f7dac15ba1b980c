"""One entry of an Atom feed (RFC 4287, section 4.1.2), as strict as readers need it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from lxml import etree

from tests.checking import fragment, markup, values
from tests.checking.atom_parts import (
    category_problems,
    children,
    date_of,
    link_problems,
    person_problems,
    text_problems,
)
from tests.checking.markup import ATOM, LANG, Source

ONCE = ("id", "title", "updated", "published", "content", "summary")
AT_MOST_ONCE = ("rights", "source")
REPEATED = ("author", "category", "contributor", "link")
RELS = frozenset({"alternate", "related", "via", "license"})
EXTENSIONS = ("prism:", "dcterms:")


def problems(source: Source, entry: etree._Element) -> Iterator[str]:
    """Yield what is wrong with one entry."""
    place = f"entry {entry.findtext(f'{{{ATOM}}}id') or '?'}"
    yield from _element_problems(entry, place)
    for element in children(entry, "id"):
        yield from values.id_problems(f"{place}: id", markup.text_of(element))
    for local in ("title", "summary", "rights"):
        for element in children(entry, local):
            yield from text_problems(source, element, f"{place}: {local}")
    for author in (*children(entry, "author"), *children(entry, "contributor")):
        yield from person_problems(source, author, f"{place}: author")
    yield from values.language_problems(f"{place}: xml:lang", entry.get(LANG, "en"))
    yield from _date_problems(entry, place)
    yield from _link_problems(entry, place)
    yield from _category_problems(entry, place)
    yield from _content_problems(entry, place)
    yield from _origin_problems(entry, place)


def _origin_problems(entry: etree._Element, place: str) -> Iterator[str]:
    for origin in children(entry, "source"):
        for local in ("id", "title", "updated"):
            if not children(origin, local):
                yield f"{place}: source has no {local}"


def _element_problems(entry: etree._Element, place: str) -> Iterator[str]:
    count = Counter(markup.name(child) for child in entry.iterchildren(etree.Element))
    for name in ONCE:
        if count[name] != 1:
            yield f"{place} has {count[name]} {name} elements, not one"
    for name in AT_MOST_ONCE:
        if count[name] > 1:
            yield f"{place} has {count[name]} {name} elements, at most one is allowed"
    if not count["author"]:
        yield f"{place} has no author of its own, and readers do not look at the feed's"
    for name in sorted(count.keys() - {*ONCE, *AT_MOST_ONCE, *REPEATED}):
        if not name.startswith(EXTENSIONS):
            yield f"{place} has the unexpected element {name}"


def _date_problems(entry: etree._Element, place: str) -> Iterator[str]:
    for local in ("published", "updated"):
        for element in children(entry, local):
            yield from values.date_problems(f"{place}: {local}", markup.text_of(element))
    published, updated = date_of(entry, "published"), date_of(entry, "updated")
    if published and updated and updated < published:
        yield f"{place} is updated before it is published"


def _link_problems(entry: etree._Element, place: str) -> Iterator[str]:
    links = children(entry, "link")
    yield from link_problems(links, RELS, place)
    rels = [link.get("rel") for link in links]
    if rels.count("alternate") != 1:
        yield f"{place} has {rels.count('alternate')} alternate links, not one"
    elif rels[0] != "alternate":
        yield f"{place} begins with a {rels[0]} link: some readers take the first for the entry's"
    for link in links:
        is_doi = link.get("href", "").startswith("https://doi.org/")
        if is_doi and link.get("rel") not in {"related", "via"}:
            yield f"{place} has a DOI as {link.get('rel')} link, not as related or via"


def _category_problems(entry: etree._Element, place: str) -> Iterator[str]:
    terms = [category.get("term", "") for category in children(entry, "category")]
    for category in children(entry, "category"):
        term = category.get("term", "")
        if category.get("label") != term:
            yield f"{place}: category {term!r} has another label, which half of the readers ignore"
        if not term.strip():
            yield f"{place}: a category is blank"
        yield from category_problems(term, place)
        if category.get("scheme") is not None:
            yield from values.url_problems(f"{place}: category scheme", category.get("scheme", ""))
    for term, count in Counter(terms).items():
        if count > 1:
            yield f"{place}: category {term!r} stands {count} times"


def _content_problems(entry: etree._Element, place: str) -> Iterator[str]:
    summaries, contents = children(entry, "summary"), children(entry, "content")
    for content in contents:
        if content.get("type") != "html":
            yield f"{place}: content has the type {content.get('type')}, not html"
        if content.get("src") is not None:
            yield f"{place}: content is elsewhere (src)"
        if not markup.is_cdata(content):
            yield f"{place}: content does not stand in CDATA"
        html = markup.text_of(content)
        for problem in fragment.problems(html):
            yield f"{place}: content: {problem}"
        for summary in summaries:
            if len(markup.text_of(summary)) >= len(fragment.text(html)):
                yield f"{place}: summary is not shorter than the content's text"
