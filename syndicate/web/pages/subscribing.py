"""How to subscribe: to everything, to a choice of topics and kinds, and what one then gets."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

from syndicate import addresses
from syndicate.definitions import FULL
from syndicate.model import Kind, Topic
from syndicate.selection import MAX_TERMS, Selection
from syndicate.web.feeds import find_feed
from syndicate.web.frame import Here, Page
from syndicate.web.pages.selections import Choice, describe

_SHOWN: Final = 10


def start(here: Here) -> Page:
    """Say what a feed is, offer the one of everything, and a choice."""
    feed = find_feed(here.connection, here.definitions, FULL, "")
    return Page(
        template="subscribe.html",
        path=addresses.SUBSCRIBE,
        title=here.language.say("Subscribe"),
        key="lists",
        feed=feed,
        context=_choosing(here, feed.selection),
    )


def preview(here: Here, group: str = FULL, slug: str = "") -> Page:
    """Show what the subscribers of a feed see, and how to become one."""
    from syndicate.publish import ondemand  # noqa: PLC0415 - what renders: few ask for it

    feed = find_feed(here.connection, here.definitions, group, slug)
    here.require_path(addresses.preview(feed.stem))
    name = feed.title if group in ("feeds", FULL) else describe(here, feed.selection)
    return Page(
        template="preview.html",
        path=addresses.preview(feed.stem),
        title=here.language.say("Feed: {title}", title=name),
        key=feed.surrogate_key,
        feed=feed,
        context={
            "several": sum(not term.excluded for term in feed.selection.terms) > 1,
            "entries": ondemand.entries(here.connection, here.definitions, feed, _SHOWN),
            **_choosing(here, feed.selection),
        },
    )


def _choosing(here: Here, chosen: Selection) -> Mapping[str, Any]:
    """Return what can be chosen, with what is chosen marked."""
    language, definitions = here.language, here.definitions

    def choices(listed: Iterable[Topic | Kind], slugs: Collection[str]) -> list[Choice]:
        return [Choice(one.slug, language.label(one), one.slug in slugs) for one in listed]

    ordered = sorted(definitions.topics, key=language.sort_key)
    return {
        "topics": choices(ordered, chosen.named("topic")),
        "kinds": choices(definitions.kinds, chosen.named("kind")),
        "most": MAX_TERMS,
    }
