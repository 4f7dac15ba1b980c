"""What other sites can take, and how: every way with an example of this site's own."""

from __future__ import annotations

from typing import Final

from syndicate import addresses
from syndicate.definitions import FULL
from syndicate.selection import EVERYTHING, Selection, Term
from syndicate.store import lists
from syndicate.web import headers
from syndicate.web.frame import Here, Page
from syndicate.web.oembed import Embed, embed_of_feed, embed_of_summary

_RESEARCH: Final = Selection((Term("form", "research"),))


def show(here: Here) -> Page:
    """Show the ways, with the busiest topic and the newest summary of research as examples."""
    definitions = here.definitions
    counts = lists.count_topics(here.connection, EVERYTHING)
    topics = sorted(definitions.topics, key=lambda topic: -counts.get(topic.slug, 0))
    feed = definitions.find_feed(f"topics/{topics[0].slug}" if topics else FULL)
    newest = lists.list_part(here.connection, _RESEARCH, limit=1)
    frames: list[Embed] = [embed_of_feed(definitions, here.language, feed)] if feed else []
    frames += [embed_of_summary(definitions, here.language, one) for one in newest]
    return Page(
        template="partners.html",
        path=addresses.PARTNERS,
        title=here.language.say("For other sites"),
        key="lists",
        policy=headers.SHOWING_FRAMES,
        context={"frames": frames, "example": feed, "newest": newest[0] if newest else None},
    )
