"""RSS 2.0 documents: the specification, the RSS Profile, RFC 5005 and what readers make of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from lxml import etree

from tests.checking import fragment, history, markup, values
from tests.checking.atom_parts import category_problems, link_problems
from tests.checking.markup import ATOM, CONTENT, DC, Source

NAMESPACES: dict[str, str | None] = {
    ATOM: "atom",
    CONTENT: "content",
    DC: "dc",
    markup.HISTORY: "fh",
    markup.PRISM: "prism",
    markup.DCTERMS: "dcterms",
}
CHANNEL_ONCE = ("title", "link", "description", "language", "lastBuildDate")
CHANNEL_AT_MOST_ONCE = ("copyright", "docs", "generator", "image", "pubDate", "ttl")
CHANNEL_REPEATED = ("atom:link", "category", "fh:archive", "fh:complete", "item")
ITEM_ONCE = ("title", "link", "guid", "pubDate", "description", "content:encoded")
ITEM_REPEATED = ("dc:creator", "category", "atom:link", "atom:updated")
CHANNEL_RELS = frozenset({"self", "hub", "license"}) | history.RELS
ITEM_RELS = frozenset({"related", "via", "license"})
MAX_DAY = 24 * 60
IMAGE_SIZES = {"width": 144, "height": 400}  # pixels, at most


def problems(body: bytes, *, url: str | None = None) -> list[str]:
    """Return everything that is wrong with an RSS 2.0 document published at `url`."""
    try:
        source = markup.parse(body)
    except etree.XMLSyntaxError as error:
        return [f"the document is not well-formed XML: {error.msg}"]
    channels = source.root.findall("channel")
    if source.root.tag != "rss" or source.root.get("version") != "2.0" or len(channels) != 1:
        return ["the document is not RSS 2.0 with one channel"]
    return list(_all_problems(source, channels[0], url))


def _all_problems(source: Source, channel: etree._Element, url: str | None) -> Iterator[str]:
    yield from markup.raw_problems(source)
    yield from markup.namespace_problems(source, NAMESPACES)
    yield from _element_problems(channel)
    yield from _metadata_problems(source, channel)
    yield from _image_problems(channel)
    yield from _address_problems(channel, url)
    items = channel.findall("item")
    for item in items:
        yield from _item_problems(source, item)
    yield from _set_problems(channel, items)


def _element_problems(channel: etree._Element) -> Iterator[str]:
    names = [markup.name(child) for child in channel.iterchildren(etree.Element)]
    count = Counter(names)
    for name in CHANNEL_ONCE:
        if count[name] != 1:
            yield f"channel has {count[name]} {name} elements, not one"
    for name in CHANNEL_AT_MOST_ONCE:
        if count[name] > 1:
            yield f"channel has {count[name]} {name} elements, at most one is allowed"
    known = {*CHANNEL_ONCE, *CHANNEL_AT_MOST_ONCE, *CHANNEL_REPEATED}
    for name in sorted(count.keys() - known):
        yield f"channel has the unexpected element {name}"
    if "item" in names:
        for name in sorted(set(names[names.index("item") :]) - {"item"}):
            yield f"channel has {name} after an item"


def _metadata_problems(source: Source, channel: etree._Element) -> Iterator[str]:
    for name in ("title", "description", "copyright", "generator", "category"):
        for element in channel.findall(name):
            yield from markup.plain_problems(source, element, f"channel {name}")
    for name in ("link", "docs"):
        for element in channel.findall(name):
            yield from values.url_problems(f"channel {name}", markup.text_of(element))
    for name in ("lastBuildDate", "pubDate"):
        for element in channel.findall(name):
            yield from values.rfc822_problems(f"channel {name}", markup.text_of(element))
    for element in channel.findall("language"):
        yield from values.language_problems("channel language", markup.text_of(element))
    for element in channel.findall("ttl"):
        text = markup.text_of(element)
        if not text.isdecimal() or not 0 < int(text) <= MAX_DAY:
            yield f"channel ttl {text!r} is not a number of minutes up to a day"


def _image_problems(channel: etree._Element) -> Iterator[str]:
    """RSS Board's specification, `<image>`: title and link are in practice those of the channel."""
    for image in channel.findall("image"):
        yield from values.url_problems("channel image", image.findtext("url") or "")
        for name in ("title", "link"):
            if image.findtext(name) != channel.findtext(name):
                yield f"channel image has another {name} than the channel"
        for name, most in IMAGE_SIZES.items():
            size = image.findtext(name, "1")
            if not size.isdecimal() or not 0 < int(size) <= most:
                yield f"channel image {name} {size!r} is not a number of pixels up to {most}"


def _address_problems(channel: etree._Element, url: str | None) -> Iterator[str]:
    links = channel.findall(f"{{{ATOM}}}link")
    yield from link_problems(links, CHANNEL_RELS, "channel")
    own = [link for link in links if link.get("rel") == "self"]
    if len(own) != 1:
        yield f"channel has {len(own)} self links (atom:link), not one"
    for link in own:
        if url is not None and link.get("href") != url:
            yield f"channel link self {link.get('href')} is not its address {url}"
        if link.get("type") != "application/rss+xml":
            yield f"channel link self has the type {link.get('type')}, not application/rss+xml"
    yield from history.archive_problems(
        [(link.get("rel", ""), link.get("href", "")) for link in links],
        is_archive=history.has_mark(channel, "archive"),
        is_complete=history.has_mark(channel, "complete"),
    )


def _item_problems(source: Source, item: etree._Element) -> Iterator[str]:
    place = f"item {item.findtext('guid') or '?'}"
    yield from _item_element_problems(item, place)
    for element in item.findall("title"):
        yield from markup.plain_problems(source, element, f"{place}: title")
    for element in item.findall("link"):
        yield from values.url_problems(f"{place}: link", markup.text_of(element))
    for element in item.findall("pubDate"):
        yield from values.rfc822_problems(f"{place}: pubDate", markup.text_of(element))
    for element in item.findall(f"{{{ATOM}}}updated"):
        yield from values.date_problems(f"{place}: atom:updated", markup.text_of(element))
    yield from link_problems(item.findall(f"{{{ATOM}}}link"), ITEM_RELS, place)
    yield from _guid_problems(item, place)
    yield from _creator_problems(item, place)
    yield from _category_problems(source, item, place)
    yield from _content_problems(item, place)


def _item_element_problems(item: etree._Element, place: str) -> Iterator[str]:
    names = [markup.name(child) for child in item.iterchildren(etree.Element)]
    count = Counter(names)
    for name in ITEM_ONCE:
        if count[name] != 1:
            yield f"{place} has {count[name]} {name} elements, not one"
    for name in sorted(count.keys() - {*ITEM_ONCE, *ITEM_REPEATED}):
        if not name.startswith(("prism:", "dcterms:")):
            yield f"{place} has the unexpected element {name}"
    both = [name for name in names if name in {"description", "content:encoded"}]
    if both[:1] == ["content:encoded"]:
        yield f"{place} has no description before content:encoded"


def _guid_problems(item: etree._Element, place: str) -> Iterator[str]:
    for guid in item.findall("guid"):
        yield from values.id_problems(f"{place}: guid", markup.text_of(guid))
        if guid.get("isPermaLink") != "false":
            yield f"{place}: guid does not say isPermaLink=false"


def _creator_problems(item: etree._Element, place: str) -> Iterator[str]:
    names = [markup.text_of(creator) for creator in item.findall(f"{{{DC}}}creator")]
    if not names:
        yield f"{place} has no dc:creator"
    for name, count in Counter(names).items():
        if name != name.strip() or not name:
            yield f"{place} has a dc:creator that is blank or has white space around it"
        if count > 1:
            yield f"{place} names {name!r} as dc:creator {count} times"
        if set(";<>@") & set(name):
            yield f"{place} has the dc:creator {name!r}: not the plain name of one person"


def _category_problems(source: Source, item: etree._Element, place: str) -> Iterator[str]:
    terms = Counter(markup.text_of(category) for category in item.findall("category"))
    for category in item.findall("category"):
        yield from markup.plain_problems(source, category, f"{place}: category")
        yield from category_problems(markup.text_of(category), place)
    for term, count in terms.items():
        if count > 1:
            yield f"{place}: category {term!r} stands {count} times"


def _content_problems(item: etree._Element, place: str) -> Iterator[str]:
    contents = item.findall(f"{{{CONTENT}}}encoded")
    for description in item.findall("description"):
        html = markup.text_of(description)
        if fragment.TAG.search(html):
            yield f"{place}: description has markup: it is to be plain text, escaped as HTML"
        for problem in fragment.problems(html):
            yield f"{place}: description: {problem}"
        if contents and len(fragment.text(html)) >= len(fragment.text(markup.text_of(contents[0]))):
            yield f"{place}: description is not shorter than the content's text"
    for content in contents:
        if not markup.is_cdata(content):
            yield f"{place}: content:encoded does not stand in CDATA"
        for problem in fragment.problems(markup.text_of(content)):
            yield f"{place}: content:encoded: {problem}"


def _set_problems(channel: etree._Element, items: Sequence[etree._Element]) -> Iterator[str]:
    for guid, count in Counter(item.findtext("guid") for item in items).items():
        if count > 1:
            yield f"the guid {guid} stands {count} times in the channel"
    published = [
        values.parse_rfc822(item.findtext("pubDate") or "") or values.EARLIEST for item in items
    ]
    updated = [
        values.parse_date(item.findtext(f"{{{ATOM}}}updated") or "") or date
        for item, date in zip(items, published, strict=True)
    ]
    if published != sorted(published, reverse=True) and updated != sorted(updated, reverse=True):
        yield "the items are newest first neither by pubDate nor by atom:updated"
    built = values.parse_rfc822(channel.findtext("lastBuildDate") or "")
    if built and built < max([*updated, *published], default=built):
        yield f"channel lastBuildDate {built:%Y-%m-%d} is older than its newest item"
