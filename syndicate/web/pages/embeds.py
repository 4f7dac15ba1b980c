"""What other sites show in a frame: a summary, or the newest of a feed. No script, no cookie.

It carries attribution and licence, and asks for nothing but our stylesheet. Browsers ask for it
again each time, so what is withdrawn is gone from every site that shows it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from syndicate import addresses
from syndicate.definitions import FULL
from syndicate.web import headers, listing
from syndicate.web.feeds import find_feed
from syndicate.web.frame import Here, Page
from syndicate.web.pages import summary
from syndicate.web.pages.selections import describe

_SHOWN: Final = 10
TERMS: Final[dict[str, Any]] = {
    "policy": headers.IN_FRAMES,
    "cache_control": headers.EMBED_CACHE,
}


def of_summary(here: Here, slug: str) -> Page:
    """Show a summary with its citation; of one that was withdrawn, that it is (410)."""
    text = summary.find(here, slug)
    if text.withdrawn:
        return replace(
            summary.withdrawn(here.language, text, instead=None),
            template="embed-withdrawn.html",
            **TERMS,
        )
    return Page(
        template="embed-summary.html",
        path=addresses.summary(text.slug),
        title=text.title,
        lang=text.lang,
        key=f"summary/{text.slug}",
        context={"summary": text},
        **TERMS,
    )


def of_feed(here: Here, group: str = FULL, slug: str = "") -> Page:
    """Show the newest summaries of a topic, a kind, a defined feed, any selection, or of all."""
    feed = find_feed(here.connection, here.definitions, group, slug)
    here.require_path(addresses.embedded(feed.page))
    named = group in ("feeds", FULL)
    return Page(
        template="embed-feed.html",
        path=feed.page,
        title=feed.title if named else describe(here, feed.selection),
        lang="en" if named else "",
        key=feed.surrogate_key,
        feed=feed,
        context={"listing": listing.part(here.connection, feed.selection, length=_SHOWN)},
        **TERMS,
    )
