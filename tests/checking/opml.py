"""OPML 2.0 subscription lists: the specification and what the W3C validator asks of outlines."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from lxml import etree

from tests.checking import fragment, markup, values
from tests.checking.markup import Source

HEAD_ONCE = ("title", "dateModified")
HEAD_OPTIONAL = ("dateCreated", "docs", "ownerEmail", "ownerId", "ownerName")
ATTRIBUTES = frozenset(
    {"text", "title", "type", "xmlUrl", "htmlUrl", "description", "language", "version", "category"}
)
FEED_REQUIRED = ("title", "xmlUrl", "htmlUrl")
FEED_ONLY = ("xmlUrl", "htmlUrl", "version", "language", "description", "title")
VERSIONS = frozenset({"RSS", "RSS1", "RSS2", "scriptingNews"})
DOTTED_HOST = re.compile(r"https?://[^/:]+\.[^/:]+")


def problems(body: bytes) -> list[str]:
    """Return everything that is wrong with an OPML document."""
    try:
        source = markup.parse(body)
    except etree.XMLSyntaxError as error:
        return [f"the document is not well-formed XML: {error.msg}"]
    parts = [child.tag for child in source.root.iterchildren(etree.Element)]
    if source.root.tag != "opml" or parts != ["head", "body"]:
        return ["the document is not OPML with a head and a body"]
    return list(_all_problems(source))


def _all_problems(source: Source) -> Iterator[str]:
    yield from markup.raw_problems(source)
    yield from markup.namespace_problems(source, {})
    if source.root.get("version") != "2.0":
        yield f"the document is of OPML version {source.root.get('version')}, not 2.0"
    yield from _head_problems(source, source.root[0])
    outlines = list(source.root[1].iter("outline"))
    if not outlines:
        yield "the body has no outline"
    for outline in outlines:
        yield from _outline_problems(outline)
    for url, count in Counter(outline.get("xmlUrl") for outline in outlines).items():
        if url is not None and count > 1:
            yield f"the feed {url} stands {count} times in the list"


def _head_problems(source: Source, head: etree._Element) -> Iterator[str]:
    count = Counter(markup.name(child) for child in head.iterchildren(etree.Element))
    for name in HEAD_ONCE:
        if count[name] != 1:
            yield f"head has {count[name]} {name} elements, not one"
    for name in sorted(count.keys() - {*HEAD_ONCE, *HEAD_OPTIONAL}):
        yield f"head has the unexpected element {name}"
    for element in head.iterchildren("title", "ownerName"):
        yield from markup.plain_problems(source, element, f"head {element.tag}")
    for element in head.iterchildren("dateModified", "dateCreated"):
        yield from values.rfc822_problems(f"head {element.tag}", markup.text_of(element))
    for element in head.iterchildren("docs", "ownerId"):
        yield from values.url_problems(f"head {element.tag}", markup.text_of(element))
    for element in head.iterchildren("ownerId"):
        if not DOTTED_HOST.match(markup.text_of(element)):
            yield "head ownerId has a host without a dot, which the W3C validator refuses"


def _outline_problems(outline: etree._Element) -> Iterator[str]:
    place = f"outline {outline.get('text')!r}"
    for name in sorted({str(name) for name in outline.attrib} - ATTRIBUTES):
        yield f"{place} has the unexpected attribute {name}"
    if not (outline.get("text") or "").strip():
        yield f"{place} has no text"
    for name in ("text", "title", "description"):
        yield from _text_problems(outline.get(name), f"{place}: {name}")
    for name in ("xmlUrl", "htmlUrl"):
        if outline.get(name) is not None:
            yield from values.url_problems(f"{place}: {name}", outline.get(name, ""))
    yield from values.language_problems(f"{place}: language", outline.get("language", "en"))
    if outline.get("version", "RSS") not in VERSIONS:
        yield f"{place} has the version {outline.get('version')!r}, which OPML does not know"
    yield from _type_problems(outline, place)


def _type_problems(outline: etree._Element, place: str) -> Iterator[str]:
    kind = outline.get("type")
    if kind == "rss":
        for name in FEED_REQUIRED:
            if outline.get(name) is None:
                yield f"{place} is a feed without {name}"
        if len(outline):
            yield f"{place} is a feed and has outlines in it"
    elif kind is not None:
        yield f"{place} has the type {kind!r}; a feed of any format has the type rss"
    elif any(outline.get(name) is not None for name in FEED_ONLY):
        yield f"{place} has the attributes of a feed and no type"


def _text_problems(text: str | None, place: str) -> Iterator[str]:
    """Yield what breaks a text that readers show as it is and the W3C validator reads as HTML."""
    if text is None:
        return
    if "<" in text:
        yield f"{place} has a less-than sign, which validators read as HTML"
    for problem in fragment.character_references(text.replace("& ", "")):
        yield f"{place}: {problem}"
