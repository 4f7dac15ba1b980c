"""What can be chosen: the topics and kinds of research with their numbers, and all feeds."""

from __future__ import annotations

from collections.abc import Sequence

from syndicate import addresses
from syndicate.model import Kind, Topic
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
    labels = {f"topics/{one.slug}": here.language.label(one) for one in here.definitions.topics}
    labels |= {f"kinds/{one.slug}": here.language.label(one) for one in here.definitions.kinds}
    listed = [
        (
            title,
            [
                (feed, labels.get(feed.key, ""))
                for feed in here.definitions.feeds
                if feed.key.rpartition("/")[0] == group
            ],
        )
        for group, title in headings.items()
    ]
    return Page(
        template="feeds.html",
        path=addresses.FEEDS,
        title=say("Feeds"),
        key="lists",
        context={"groups": [(title, found) for title, found in listed if found]},
    )
