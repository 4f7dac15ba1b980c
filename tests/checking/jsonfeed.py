"""JSON Feed 1.1 documents: the specification's prose, and what keeps them equal to Atom and RSS."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tests.checking import fragment, schemas, values
from tests.checking.atom_parts import category_problems
from tests.checking.markup import END_TAG

VERSION = "https://jsonfeed.org/version/1.1"
REQUIRED = ("version", "title", "home_page_url", "feed_url", "language", "authors", "items")
ITEM_REQUIRED = (
    "id", "url", "title", "content_html", "summary", "date_published", "date_modified", "authors",
)  # fmt: skip


def problems(body: bytes, *, url: str | None = None) -> list[str]:
    """Return everything that is wrong with a JSON Feed document published at `url`."""
    try:
        feed = json.loads(body.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_refuse)
    except ValueError as error:
        return [f"the document is not UTF-8 JSON: {error}"]
    return schemas.json_problems(body) or list(_all_problems(feed, body.decode("utf-8"), url))


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = Counter(name for name, _ in pairs)
    if names and max(names.values()) > 1:
        raise ValueError(f"the name {names.most_common(1)[0][0]!r} is twice in one object")
    return dict(pairs)


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


def _all_problems(feed: Mapping[str, Any], text: str, url: str | None) -> Iterator[str]:
    yield from values.character_problems(text)
    for name in REQUIRED:
        if not feed.get(name) and name != "items":
            yield f"feed has no {name}"
    yield from _address_problems(feed, url)
    if feed.get("version") != VERSION:
        yield f"feed is of version {feed.get('version')}, not 1.1"
    yield from _common_problems(feed, "feed")
    for name in feed:
        if name.startswith("_") and "about" not in feed[name]:
            yield f"feed has the extension {name}, which does not say what it is about"
    for item in feed["items"]:
        yield from _item_problems(item)
    yield from _set_problems(feed["items"])


def _address_problems(feed: Mapping[str, Any], url: str | None) -> Iterator[str]:
    if url is not None and feed.get("feed_url") != url:
        yield f"feed_url {feed.get('feed_url')} is not its address {url}"
    if feed.get("next_url") is not None and feed["next_url"] == feed.get("feed_url"):
        yield "next_url is the feed's own address"
    for name in ("home_page_url", "feed_url", "next_url", "icon", "favicon"):
        if name in feed:
            yield from values.url_problems(name, feed[name])
    for hub in feed.get("hubs", ()):
        yield from values.url_problems("hub", hub["url"])
        if hub["type"] != "WebSub":
            yield f"hub is of the type {hub['type']}, not WebSub"


def _common_problems(object: Mapping[str, Any], place: str) -> Iterator[str]:
    """Yield what is wrong with the texts, authors and language of the feed or of an item."""
    for name in ("title", "summary", "description"):
        if name in object:
            yield from _plain_problems(object[name], f"{place}: {name}")
    if "author" in object:
        yield f"{place} has author, which version 1.1 replaced by authors"
    for author in object.get("authors", ()):
        if not author.get("name", "").strip():
            yield f"{place} has an author without a name"
        if "url" in author:
            yield from values.url_problems(f"{place}: author url", author["url"])
    if "language" in object:
        yield from values.language_problems(f"{place}: language", object["language"])


def _plain_problems(text: str, place: str) -> Iterator[str]:
    if text != text.strip() or not text:
        yield f"{place} is blank or has white space around it"
    if END_TAG.search(text):
        yield f"{place} has an end tag of HTML"


def _item_problems(item: Mapping[str, Any]) -> Iterator[str]:
    place = f"item {item['id']}"
    yield from values.id_problems(f"{place}: id", item["id"])
    for name in ITEM_REQUIRED:
        if not item.get(name):
            yield f"{place} has no {name}"
    if "content_text" in item:
        yield f"{place} has content_text: some readers show it, some do not"
    for name in ("url", "external_url"):
        if name in item:
            yield from values.url_problems(f"{place}: {name}", item[name])
    if item.get("external_url", "") == item.get("url"):
        yield f"{place} has its own address as external_url"
    yield from _common_problems(item, place)
    yield from _date_problems(item, place)
    yield from _tag_problems(item, place)
    html = item.get("content_html", "")
    for problem in fragment.problems(html):
        yield f"{place}: content_html: {problem}"
    if len(item.get("summary", "")) >= len(fragment.text(html)):
        yield f"{place}: summary is not shorter than the content's text"


def _date_problems(item: Mapping[str, Any], place: str) -> Iterator[str]:
    for name in ("date_published", "date_modified"):
        if name in item:
            yield from values.date_problems(f"{place}: {name}", item[name])
    if item.get("date_modified", "9999") < item.get("date_published", ""):
        yield f"{place} is modified before it is published"


def _tag_problems(item: Mapping[str, Any], place: str) -> Iterator[str]:
    for tag, count in Counter(item.get("tags", ())).items():
        if not tag.strip():
            yield f"{place} has a blank tag"
        if count > 1:
            yield f"{place}: tag {tag!r} stands {count} times"
        yield from category_problems(tag, place)


def _set_problems(items: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for name, count in Counter(item["id"] for item in items).items():
        if count > 1:
            yield f"the id {name} stands {count} times in the feed"
    modified = [item.get("date_modified", "") for item in items]
    published = [item.get("date_published", "") for item in items]
    for date, count in Counter(modified).items():
        if count > 1:
            yield f"{count} items have the same date_modified {date}"
    if modified != sorted(modified, reverse=True) and published != sorted(published, reverse=True):
        yield "the items are newest first neither by date_modified nor by date_published"
