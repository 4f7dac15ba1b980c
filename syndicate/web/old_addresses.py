"""Addresses that readers still have from before, and where each leads: one hop, always 301."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from syndicate import addresses
from syndicate.definitions import Definitions
from syndicate.model import FORMATS, Topic

_RSS: Final = addresses.document(addresses.FULL_FEED, "rss")
_ATOM: Final = addresses.document(addresses.FULL_FEED, "atom")
FULL_FEED: Final[Mapping[str, str]] = {
    **dict.fromkeys(("/feed", "/feed/", "/rss", "/rss/", "/rss.xml"), _RSS),
    **dict.fromkeys(("/index.xml", "/feed.xml", "/feed/rss/", "/feed/rss2/"), _RSS),
    **dict.fromkeys(("/atom.xml", "/atom", "/feed/atom/"), _ATOM),
}
"""What WordPress, Hugo, Jekyll and Ghost call the feed of everything."""


def table(definitions: Definitions) -> dict[str, str]:
    """Return old path -> present path; no target is itself an old path."""
    found = dict(FULL_FEED)
    for topic in definitions.topics:
        found |= _of_topic(topic)
    found |= definitions.network.redirects
    return {old: _end(found, old) for old in found}


def _of_topic(topic: Topic) -> Iterator[tuple[str, str]]:
    page, stem = addresses.topic(topic.slug), f"/topics/{topic.slug}/feed"
    for old in topic.former:
        yield addresses.topic(old), page
        for format in FORMATS:
            yield f"/topics/{old}/feed.{format}", addresses.document(stem, format)
    for slug in (topic.slug, *topic.former):
        for base in ("category", "tag"):
            yield f"/{base}/{slug}/feed/", addresses.document(stem, "rss")
            yield f"/{base}/{slug}/feed", addresses.document(stem, "rss")


def _end(found: Mapping[str, str], old: str) -> str:
    """Follow redirects to their end; those of network.toml may run in a circle, which ends too."""
    passed = {old}
    target = found[old]
    while target in found and target not in passed:
        passed.add(target)
        target = found[target]
    return target
