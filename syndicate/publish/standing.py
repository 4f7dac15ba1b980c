"""Brings the stored feeds in line with the definitions: new, renamed, merged, removed ones.

A topic that was renamed keeps its feed's number, and with it the id, the members and the archives
that readers have; one that was merged hands its members on.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from syndicate.definitions import Definitions
from syndicate.errors import PublishRefused
from syndicate.model import Feed, SummaryId, Topic
from syndicate.publish.places import wanted_entries
from syndicate.publish.steps import Step
from syndicate.store import feeds, scheduled, summaries
from syndicate.store.batches import batches
from syndicate.store.engine import Connection
from syndicate.store.feeds import Member, StoredFeed
from syndicate.store.keys import Keys


def retagged(connection: Connection, definitions: Definitions) -> Iterator[Step]:
    """Yield an edit for each summary that still names a topic's former slug.

    The journal tells partners of it. Call it before `align`: it finds them by the old feed.
    """
    stored = feeds.list_feeds(connection)
    concerned: set[SummaryId] = set()
    for topic in definitions.topics:
        for former in topic.former:
            old = stored.get(f"topics/{former}")
            if old:
                members = feeds.list_all(connection, old.number)
                concerned.update(member.summary_id for member in members)
    for part in batches(sorted(concerned)):
        for row in summaries.list_concerned(connection, Keys(ids=part)):
            before = summaries.get(connection, row)
            after = dataclasses.replace(before, topics=definitions.present_topics(before.topics))
            if after != before:
                yield Step(act="edit", summary=after, path=row.path, stored=row, before=before)


def align(connection: Connection, definitions: Definitions) -> None:
    """Make the stored feeds those of the definitions; PublishRefused where readers would lose."""
    stored = feeds.list_feeds(connection)
    for topic in definitions.topics:
        _follow(connection, topic, definitions.tag(f"feed/topics/{topic.key}"), stored)
    stored = feeds.list_feeds(connection)
    _refuse_new_ids(definitions, stored)
    present = {feed.key for feed in definitions.feeds}
    for key, old in stored.items():
        if old.removed != (key not in present):
            feeds.change(connection, old.number, removed=key not in present)
    new = [feed for feed in definitions.feeds if feed.key not in stored]
    fresh = list(zip(feeds.add(connection, new), new, strict=True))
    for feed in definitions.feeds:
        known = stored.get(feed.key)
        if known and (known.removed or known.selection != str(feed.selection)):
            feeds.change(connection, known.number, selection=str(feed.selection))
            # a renamed topic has the same members; nobody kept those of a feed that was away
            if known.removed or not feed.key.startswith("topics/"):
                fresh.append((known, feed))
    if fresh:
        _fill(connection, definitions, fresh)


def _follow(
    connection: Connection, topic: Topic, own_id: str, stored: dict[str, StoredFeed]
) -> None:
    """Rename or merge the feeds of a topic's former slugs.

    The one with the topic's own id comes first: it is the topic renamed, the others are merged
    into it, though both have happened since the store was written.
    """
    key = f"topics/{topic.slug}"
    keys = [f"topics/{former}" for former in topic.former]
    for former in sorted(keys, key=lambda k: k in stored and stored[k].id != own_id):
        old = stored.pop(former, None)
        if old is None:
            continue
        present = stored.get(key)
        said = [at for at in (old.updated, present and present.updated) if at]
        if present and present.removed:  # another topic had the slug, and no summaries
            feeds.delete_feed(connection, present.number)
        if present is None or present.removed:
            feeds.change(connection, old.number, key=key)
            present = dataclasses.replace(old, key=key)
        else:
            _merge(connection, old.number, present.number)
        newest = max(said, default=None)
        stored[key] = dataclasses.replace(present, updated=newest)
        feeds.put_updated(connection, {present.number: newest} if newest else {})


def _merge(connection: Connection, old: int, into: int) -> None:
    present = feeds.list_all(connection, into)
    held = {member.entry_id for member in present}
    position = len(present)
    moved = []
    for member in feeds.list_all(connection, old):
        if member.entry_id not in held:
            moved.append(member._replace(feed=into, position=position))
            position += 1
    feeds.delete_feed(connection, old)
    feeds.put_new(connection, moved)


def _refuse_new_ids(definitions: Definitions, stored: dict[str, StoredFeed]) -> None:
    """Guard: a feed's id does not change."""
    for feed in definitions.feeds:
        old = stored.get(feed.key)
        if old and old.id != feed.id:
            raise PublishRefused(
                f"the id of the feed {feed.key!r} would change from {old.id} to {feed.id}: "
                "every reader would take all of its entries for new",
                "put tag_authority, tag_date and the topic's key back",
            )


def refuse_loss(connection: Connection, definitions: Definitions) -> None:
    """Guard: no topic or kind disappears that summaries have, once a publish is written."""
    present = {feed.key for feed in definitions.feeds}
    counts = feeds.count_live(connection)
    for waiting in scheduled.list_all(connection):
        for slug in definitions.present_topics(waiting.text.topics):
            counts[f"topics/{slug}"] = counts.get(f"topics/{slug}", 0) + 1
    for key in sorted(counts.keys() - present):
        kind_of_feed, _, slug = key.partition("/")
        if kind_of_feed in ("topics", "kinds"):
            raise PublishRefused(
                f"{slug!r} is no longer defined, but {counts[key]} summaries have it",
                f"use `syndicate topics merge {slug} INTO`, or put it back"
                if kind_of_feed == "topics"
                else "give them another kind, or put it back in kinds.toml",
            )


def _fill(
    connection: Connection,
    definitions: Definitions,
    fresh: list[tuple[StoredFeed, Feed]],
) -> None:
    """Give new feeds, and feeds of another selection, their members in order of publication."""
    found: dict[int, list[Member]] = {stored.number: [] for stored, _ in fresh}
    for row, summary in summaries.iterate(connection):
        # a renamed topic's summaries are edited after this; their topics are read as they will be
        topics = definitions.present_topics(summary.topics)
        for stored, feed in fresh:
            if feed.selection.matches(topics=topics, kind=summary.kind, form=summary.form):
                found[stored.number].extend(
                    Member(
                        feed=stored.number,
                        position=-1,
                        entry_id=one.entry_id,
                        summary_id=row.id,
                        revision=row.revision,
                        state=one.state,
                        updated=one.updated,
                        rank=one.rank,
                    )
                    for one in wanted_entries(row, summary, definitions)
                )
    for stored, _feed in fresh:
        _settle(connection, stored, found[stored.number])


def _settle(connection: Connection, stored: StoredFeed, wanted: list[Member]) -> None:
    """Write a feed's members: those it had keep their positions, those no longer chosen leave."""
    members = feeds.list_all(connection, stored.number) if stored.size else []
    held = {member.entry_id: member for member in members}
    position = len(held)
    new, changed = [], []
    for member in sorted(wanted, key=lambda m: (m.rank, m.entry_id)):
        old = held.pop(member.entry_id, None)
        if old is None:
            new.append(member._replace(position=position))
            position += 1
        elif (after := member._replace(position=old.position)) != old:
            changed.append(after)
    changed += [m._replace(state="left") for m in held.values() if m.state != "left"]
    feeds.put_new(connection, new)
    feeds.put_changed(connection, changed)
