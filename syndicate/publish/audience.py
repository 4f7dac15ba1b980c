"""What a publish means to the subscribers of each feed, told before it happens."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from syndicate import addresses
from syndicate.definitions import Definitions
from syndicate.model import FORMATS, Feed
from syndicate.publish.steps import Heading, Told
from syndicate.store import feeds
from syndicate.store.engine import Connection
from syndicate.store.feeds import StoredFeed

Arrivals = dict[str, dict[str, list[str]]]
"""Feed key -> what happens -> slugs: {"topics/empathy": {"new": ["a-slug"], "leaves": […]}}."""

ANEW = "shown anew, with no news"
"""Other bytes, but the same entries with the same ids and dates: no reader has news."""


def of_steps(steps: Iterable[Told], definitions: Definitions) -> Arrivals:
    """Return what reaches each feed; a summary with other topics enters one and leaves another."""
    found: Arrivals = {feed.key: {} for feed in definitions.feeds}
    for step in steps:
        for feed in definitions.feeds:
            if what := _what(step, feed, definitions):
                found[feed.key].setdefault(what, []).append(step.summary.slug)
    return {key: events for key, events in found.items() if events}


def _what(step: Told, feed: Feed, definitions: Definitions) -> str | None:
    """Return what a step is to one feed; None where its subscribers notice nothing."""
    if step.act in ("schedule", "unschedule", "move", "keep"):
        return None
    had = step.before is not None and _selects(feed, step.before, definitions)
    has = _selects(feed, step.summary, definitions)
    if had and not has:
        return "leaves"
    if has and not had and step.act in ("edit", "correct"):
        return "new"
    return step.word if has else None


def _selects(feed: Feed, summary: Heading, definitions: Definitions) -> bool:
    topics = definitions.present_topics(summary.topics)
    return feed.selection.matches(topics=topics, kind=summary.kind, form=summary.form)


def of_definitions(
    before: Connection,
    after: Connection,
    definitions: Definitions,
    documents: Collection[str],
    found: Arrivals,
) -> Arrivals:
    """Return `found` with what changed definitions do to feeds beside what the steps do.

    `before` sees the store as readers do, `after` as it will be; `documents` are the changed paths.
    """
    all = {feed.key: dict(found.get(feed.key, {})) for feed in definitions.feeds}
    for key, what, slugs in _moves(before, after):
        events = all.setdefault(key, {})
        rest = sorted(slugs.difference(events.get("new", ()), events.get("leaves", ())))
        for name, told in list(events.items()):  # who comes or goes is not told of otherwise
            events[name] = [slug for slug in told if slug not in rest]
            if told and not events[name]:
                del events[name]
        if rest or not slugs:
            events[what] = [*events.get(what, ()), *rest]
    for feed in definitions.feeds:
        paths = {addresses.document(feed.stem, format) for format in FORMATS}
        if not all[feed.key] and not paths.isdisjoint(documents):
            all[feed.key][ANEW] = []
    return {key: events for key, events in all.items() if events}


def _moves(before: Connection, after: Connection) -> Iterator[tuple[str, str, set[str]]]:
    """Yield (feed key, what happens to the feed, to which slugs), where a feed is another."""
    old = {stored.number: stored for stored in feeds.list_feeds(before).values()}
    new = {stored.number: stored for stored in feeds.list_feeds(after).values()}
    merged = [was for number, was in old.items() if number not in new and not was.removed]
    for was in merged:
        yield was.key, "ends: merged into another", set()
    for number, feed in new.items():
        was_there = number in old and not old[number].removed
        if feed.removed:
            if was_there:
                yield feed.key, "ends", set()
        elif not was_there:
            yield feed.key, "new feed", set()
            yield feed.key, "in it", feeds.list_slugs(after, number)
        elif merged or not _is_same(old[number], feed):
            if old[number].key != feed.key:
                yield feed.key, f"comes from {old[number].key}", set()
            had, has = feeds.list_slugs(before, number), feeds.list_slugs(after, number)
            yield from ((feed.key, what, slugs) for what, slugs in _compared(had, has) if slugs)


def _compared(had: set[str], has: set[str]) -> tuple[tuple[str, set[str]], ...]:
    return ("joins", has - had), ("leaves", had - has)


def _is_same(was: StoredFeed, feed: StoredFeed) -> bool:
    return (was.key, was.selection) == (feed.key, feed.selection)
