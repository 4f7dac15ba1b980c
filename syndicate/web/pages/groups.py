"""What can be chosen: the topics and kinds of research with their numbers, and all feeds."""

from __future__ import annotations

from collections.abc import Sequence

from syndicate import addresses
from syndicate.model import Feed, Kind, Topic
from syndicate.selection import EVERYTHING
from syndicate.store import lists
from syndicate.web.frame import Here, Page


def topics(here: Here) -> Page:
    """List the topics in the alphabet of the language, each with the number of its summaries."""
    counts = lists.count_topics(here.connection, EVERYTHING)
    listed = sorted(here.definitions.topics, key=here.language.sort_key)
    return Page(
        template="topics.html",
        path=addresses.TOPICS,
        title=here.language.say("Topics"),
        key="lists",
        context={"rows": _rows(here, listed, counts)},
    )


def kinds(here: Here) -> Page:
    """List the kinds of research, each with the number of its summaries."""
    counts = lists.count_kinds(here.connection, EVERYTHING)
    return Page(
        template="kinds.html",
        path=addresses.KINDS,
        title=here.language.say("Kinds of research"),
        key="lists",
        context={"rows": _rows(here, here.definitions.kinds, counts)},
    )


def _rows(
    here: Here, listed: Sequence[Topic | Kind], counts: dict[str, int]
) -> list[tuple[str, str, int]]:
    return [(one.slug, here.language.label(one), counts.get(one.slug, 0)) for one in listed]


def feeds(here: Here) -> Page:
    """List every feed in every format."""
    say = here.language.say
    headings = {
        "": say("Everything"),
        "topics": say("By topic"),
        "kinds": say("By kind of research"),
        "feeds": say("Selections"),
    }
    topics = sorted(here.definitions.topics, key=here.language.sort_key)
    labels = {f"topics/{one.slug}": here.language.label(one) for one in topics}
    labels |= {f"kinds/{one.slug}": here.language.label(one) for one in here.definitions.kinds}
    place = {key: number for number, key in enumerate(labels)}
    ordered = sorted(here.definitions.feeds, key=lambda feed: place.get(feed.key, 0))
    groups: dict[str, list[tuple[Feed, str]]] = {title: [] for title in headings.values()}
    for feed in ordered:
        groups[headings[feed.key.rpartition("/")[0]]].append((feed, labels.get(feed.key, "")))
    return Page(
        template="feeds.html",
        path=addresses.FEEDS,
        title=say("Feeds"),
        key="lists",
        context={"groups": [(title, found) for title, found in groups.items() if found]},
    )
