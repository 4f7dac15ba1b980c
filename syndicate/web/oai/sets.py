"""Sets (2.6): `topic:empathy`, `kind:meta-analysis`, `year:2024`, and the three above them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from syndicate.definitions import Definitions
from syndicate.store.feeds import StoredFeed
from syndicate.store.harvest import Found, Part

_FEEDS: Final = {"topic": "topics/", "kind": "kinds/"}
_YEAR = re.compile(r"[0-9]{4}")
YEAR: Final = "year"


def find_part(spec: str, definitions: Definitions, stored: Mapping[str, StoredFeed]) -> Part | None:
    """Return what a set has; None where there is no such set.

    A former slug means the topic that has it now. A topic that was taken out of the definitions
    still has what once was in it, so that whoever holds a copy is told.
    """
    group, _, slug = spec.partition(":")
    if group == YEAR and (not slug or _YEAR.fullmatch(slug)):
        return Part(year=slug)
    if group not in _FEEDS:
        return None
    prefix = _FEEDS[group]
    if not slug and spec == group:
        return Part(feeds=[feed.number for key, feed in stored.items() if key.startswith(prefix)])
    topic = definitions.find_topic(slug) if group == "topic" else None
    feed = stored.get(prefix + (topic.slug if topic else slug))
    return Part(feeds=[feed.number]) if feed else None


def names(definitions: Definitions, years: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield (setSpec, setName) of each set."""
    yield "topic", "Topics"
    yield from ((f"topic:{topic.slug}", topic.label) for topic in definitions.topics)
    yield "kind", "Types of research"
    yield from ((f"kind:{kind.slug}", kind.label) for kind in definitions.kinds)
    yield YEAR, "Years of publication"
    yield from ((f"{YEAR}:{year}", f"Published in {year}") for year in years)


def specs_of(found: Found, asked: str | None) -> tuple[str, ...]:
    """Return the sets that a header names.

    One that has left the set that is asked for, and is told of as deleted for that reason, names
    this set alone: elsewhere it is alive.
    """
    if found.deleted and not found.withdrawn and asked is not None:
        return (asked,)
    own = [_spec(key) for key in found.feeds]
    return (*own, f"{YEAR}:{found.published:%Y}")


def _spec(key: str) -> str:
    group = next(name for name, prefix in _FEEDS.items() if key.startswith(prefix))
    return f"{group}:{key.removeprefix(_FEEDS[group])}"
