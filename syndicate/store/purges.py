"""What a cache in front is to forget: the journal is the queue."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, func, select, union

from syndicate.definitions import FULL
from syndicate.model import SummaryId
from syndicate.store import instants, journal
from syndicate.store.schema import change, feed, former_slug, member, summary

PART: Final = 500
"""Changes that are purged together."""
ALWAYS: Final = (FULL, "lists", "oai", "search", "selection", "v1")
"""Keys of what any change may show in: lists, numbers, and what is made when asked for."""
_HELD: Final = timedelta(hours=1)
"""No cache may hold anything for longer: what changed earlier needs no purge."""


def find_first(connection: Connection, now: datetime) -> int:
    """Return the change from which on a cache may hold what it should not."""
    earlier = select(func.max(change.c.seq)).where(change.c.at < instants.write(now - _HELD))
    return connection.execute(earlier).scalar() or 0


def list_due(connection: Connection, seq: int) -> tuple[int, tuple[str, ...]]:
    """Return the surrogate keys of what changed after `seq`, and up to which change."""
    # what was only added is in no cache that would have to forget it
    shown = select(change.c.seq, change.c.summary_id).where(
        change.c.seq > seq, change.c.op != "publish"
    )
    found = connection.execute(shown.order_by(change.c.seq).limit(PART)).all()
    until = found[-1].seq if len(found) == PART else journal.get_head(connection).seq
    return until, list_keys(connection, {SummaryId(one.summary_id) for one in found})


def list_keys(connection: Connection, summaries: Collection[SummaryId]) -> tuple[str, ...]:
    """Return the surrogate keys of all that shows these summaries, or showed them once."""
    if not summaries:
        return ()
    joined = select(feed.c.key).join(member, member.c.feed == feed.c.number)
    slugs = union(
        select(summary.c.slug).where(summary.c.id.in_(summaries)),
        select(former_slug.c.slug).where(former_slug.c.summary_id.in_(summaries)),
    )
    feeds = connection.execute(joined.where(member.c.summary_id.in_(summaries)).distinct())
    own = (f"summary/{slug}" for slug in connection.execute(slugs).scalars())
    return tuple(sorted({*ALWAYS, *feeds.scalars(), *own}))
