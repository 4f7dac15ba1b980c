"""A blog's categories as this network's topics and kinds of research; the rest is named.

A category counts by any name a topic or kind has or had, whatever its case and punctuation.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from syndicate.definitions import Definitions
from syndicate.importing import front

MISCELLANEOUS = "miscellaneous"
_MOST_TOPICS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Subjects:
    """Slugs of topics, that of the kind (empty: none), and what became of the other categories."""

    topics: tuple[str, ...]
    kind: str
    dropped: tuple[str, ...]


def find_subjects(categories: Sequence[str], definitions: Definitions) -> Subjects:
    """Return what the categories say; without a topic, `miscellaneous` where there is such."""
    named = {_key(category): front.line(category) for category in categories}
    topic_of = {
        _key(name): topic.slug
        for topic in definitions.topics
        for name in (*topic.former, topic.feed_label, topic.label, topic.slug)
    }
    kind_of = {
        _key(name): kind.slug
        for kind in definitions.kinds
        for name in (kind.feed_label, kind.label, kind.slug)
    }
    topics = [*dict.fromkeys(topic_of[key] for key in named if key in topic_of)]
    kinds = [*dict.fromkeys(kind_of[key] for key in named if key in kind_of)]
    dropped = [
        *(
            f"category “{name}”: no topic has this name"
            for key, name in named.items()
            if name and key not in topic_of and key not in kind_of
        ),
        *(f"topic {slug!r}: {_MOST_TOPICS} are the most" for slug in topics[_MOST_TOPICS:]),
        *(f"kind {slug!r}: there is one already, {kinds[0]!r}" for slug in kinds[1:]),
    ]
    if not topics and definitions.find_topic(MISCELLANEOUS):
        topics = [MISCELLANEOUS]
    return Subjects(
        topics=tuple(topics[:_MOST_TOPICS]), kind=kinds[0] if kinds else "", dropped=tuple(dropped)
    )


def _key(name: str) -> str:
    return " ".join(re.findall(r"[^\W_]+", name.casefold())) or name
