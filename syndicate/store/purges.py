"""What is to be purged from a cache in front: the journal is the queue, one cursor is kept."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, func, insert, select, union, update

from syndicate.definitions import FULL
from syndicate.model import SummaryId
from syndicate.store import instants, journal
from syndicate.store.schema import change, feed, former_slug, member, purge, summary

LEASE: Final = timedelta(minutes=2)
"""So long nobody else tries; whoever was killed is followed after it."""
PART: Final = 500
"""Changes that are purged together."""
ALWAYS: Final = (FULL, "lists", "oai", "search", "selection", "v1")
"""Keys of what any change may show in: lists, numbers, and what is made when asked for."""
_HELD: Final = timedelta(hours=1)
"""No cache may hold anything for longer: what changed earlier needs no purge."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where the purges stand. `oldest`: since when something is to be purged."""

    seq: int
    attempts: int
    due_at: datetime
    reply: str | None
    oldest: datetime | None


def find(connection: Connection) -> Standing | None:
    """Return where the purges stand; None before anybody was to purge."""
    row = connection.execute(select(purge)).one_or_none()
    if row is None:
        return None
    oldest = next(iter(journal.list_since(connection, row.seq, limit=1)), None)
    return Standing(
        seq=row.seq,
        attempts=row.attempts,
        due_at=instants.read(row.due_at),
        reply=row.reply,
        oldest=oldest.at if oldest else None,
    )


def begin(connection: Connection, now: datetime) -> None:
    """Start with what a cache may still hold. For one at a time: under the writer's lock."""
    if find(connection) is None:
        earlier = select(func.max(change.c.seq)).where(change.c.at < instants.write(now - _HELD))
        seq = connection.execute(earlier).scalar() or 0
        values = {"seq": seq, "attempts": 0, "due_at": instants.write(now)}
        connection.execute(insert(purge).values(values))


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Changes after `seq` up to `until`, and the surrogate keys of what showed them."""

    seq: int
    until: int
    attempts: int  # with this one
    keys: tuple[str, ...]


def claim(connection: Connection, now: datetime) -> Claim | None:
    """Take what is to be purged; None where another is at it, or it is not time yet."""
    taken = (
        update(purge)
        .where(purge.c.due_at <= instants.write(now))
        .values(due_at=instants.write(now + LEASE), attempts=purge.c.attempts + 1)
        .returning(purge.c.seq, purge.c.attempts)
    )
    row = connection.execute(taken).one_or_none()
    if row is None:
        return None
    # what was only added is in no cache that would have to forget it
    shown = select(change.c.seq, change.c.summary_id).where(
        change.c.seq > row.seq, change.c.op != "publish"
    )
    found = connection.execute(shown.order_by(change.c.seq).limit(PART)).all()
    head = journal.get_head(connection).seq
    return Claim(
        seq=row.seq,
        until=found[-1].seq if len(found) == PART else head,
        attempts=row.attempts,
        keys=list_keys(connection, {SummaryId(one.summary_id) for one in found}),
    )


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


def note_done(connection: Connection, one: Claim, now: datetime) -> None:
    values = {"seq": one.until, "attempts": 0, "due_at": instants.write(now), "reply": None}
    connection.execute(update(purge).where(purge.c.seq == one.seq).values(values))


def put_off(connection: Connection, one: Claim, reply: str, due: datetime) -> None:
    """Note why it failed; it is tried again when `due`, with what has changed until then."""
    values = {"due_at": instants.write(due), "reply": reply}
    connection.execute(update(purge).where(purge.c.seq == one.seq).values(values))
