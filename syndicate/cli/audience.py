"""What a plan means to the subscribers of each feed. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from syndicate.cli.outcomes import word

if TYPE_CHECKING:
    from syndicate.definitions import Definitions
    from syndicate.model import Feed
    from syndicate.publish.steps import Heading, Told

Arrivals = dict[str, dict[str, list[str]]]
"""Feed key -> what happens -> slugs: {"topics/empathy": {"new": ["a-slug"], "leaves": […]}}."""


def arrivals(steps: Iterable[Told], definitions: Definitions) -> Arrivals:
    """Return what reaches each feed; a summary with other topics enters one and leaves another."""
    found: Arrivals = {feed.key: {} for feed in definitions.feeds}
    for step in steps:
        for feed in definitions.feeds:
            if what := _what(step, feed):
                found[feed.key].setdefault(what, []).append(step.summary.slug)
    return {key: events for key, events in found.items() if events}


def _what(step: Told, feed: Feed) -> str | None:
    """Return what a step is to one feed; None where its subscribers notice nothing."""
    if step.act in ("schedule", "unschedule", "move", "keep"):
        return None
    had = step.before is not None and _selects(feed, step.before)
    has = _selects(feed, step.summary)
    if had and not has:
        return "leaves"
    if has and not had and step.act in ("edit", "correct"):
        return "new"
    return word(step) if has else None


def _selects(feed: Feed, summary: Heading) -> bool:
    return feed.selection.matches(topics=summary.topics, kind=summary.kind, form=summary.form)


def lines(found: Arrivals) -> Iterator[str]:
    """Yield a line for each feed, as in `topics/empathy: 1 new, 1 leaves`."""
    width = max(map(len, found), default=0)
    for key, events in found.items():
        counts = ", ".join(f"{len(slugs):,} {what}" for what, slugs in events.items())
        yield f"  {key:<{width}}  {counts}"
