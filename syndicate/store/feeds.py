"""Stored feeds and their members: which entries each has, in which order they came."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NamedTuple

from sqlalchemy import (
    Connection,
    Row,
    Select,
    and_,
    bindparam,
    delete,
    func,
    insert,
    select,
    union,
    update,
)

from syndicate.model import Feed, SummaryId
from syndicate.selection import Selection
from syndicate.store import instants, scopes
from syndicate.store.batches import batches
from syndicate.store.schema import feed, member, summary
from syndicate.sync import Scope

MemberState = Literal["live", "withdrawn", "left"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFeed:
    """A feed's row. `chunk` is how many entries each of its archives holds.

    `size` is how many positions it has given out.
    """

    number: int
    key: str
    id: str
    selection: str
    chunk: int
    removed: bool
    updated: datetime | None  # the newest that its documents ever said
    size: int = 0

    @property
    def archives(self) -> int:
        """Return how many archives are complete.

        There are none before two are: one alone would have neither a predecessor nor a successor,
        which validators take for an incomplete archive.
        """
        full = self.size // self.chunk
        return full if full > 1 else 0


class Member(NamedTuple):
    """An entry's place in one feed. `entry_id` is the summary's id or a notice's.

    The fields are the table's columns in their order. A publish looks at hundreds of these.
    """

    feed: int
    position: int
    entry_id: str
    summary_id: SummaryId
    revision: int
    state: MemberState
    updated: datetime
    rank: str

    @property
    def is_notice(self) -> bool:
        return self.entry_id != self.summary_id


def rank(listed_at: datetime, updated: datetime, published: datetime) -> str:
    """Return the sort key of a feed's window: news first, then by the entry's own dates."""
    return " ".join(map(instants.write, (listed_at, updated, published)))


# Feeds -----------------------------------------------------------------------------------------


def list_feeds(connection: Connection) -> dict[str, StoredFeed]:
    """Return every feed that ever was, by key."""
    return {row.key: _feed(row) for row in connection.execute(_FEEDS).all()}


_FEEDS = select(
    feed,
    select(func.max(member.c.position) + 1)
    .where(member.c.feed == feed.c.number)
    .correlate(feed)
    .scalar_subquery()
    .label("size"),
)


def _feed(row: Row[Any]) -> StoredFeed:
    return StoredFeed(
        number=row.number,
        key=row.key,
        id=row.id,
        selection=row.selection,
        chunk=row.chunk,
        removed=row.removed,
        updated=instants.read(row.updated) if row.updated else None,
        size=row.size or 0,
    )


def add(connection: Connection, new: Sequence[Feed]) -> list[StoredFeed]:
    """Give feeds their rows, and numbers that no other has had."""
    first = (connection.execute(select(func.max(feed.c.number))).scalar_one() or 0) + 1
    stored = [
        StoredFeed(
            number=number,
            key=one.key,
            id=one.id,
            selection=str(one.selection),
            chunk=max(1, one.window // 2),
            removed=False,
            updated=None,
        )
        for number, one in enumerate(new, first)
    ]
    if stored:
        names = [column.name for column in feed.columns]
        rows = [{name: getattr(one, name) for name in names} for one in stored]
        connection.execute(insert(feed), rows)
    return stored


def change(connection: Connection, number: int, **columns: str | bool) -> None:
    """Set `key`, `selection` or `removed` of a feed."""
    connection.execute(update(feed).where(feed.c.number == number).values(columns))


def put_updated(connection: Connection, dates: Mapping[int, datetime]) -> None:
    """Record what the documents of feeds, by number, say of when they changed."""
    if dates:
        connection.execute(
            _PUT_UPDATED,
            [{"of": number, "at": instants.write(date)} for number, date in dates.items()],
        )


def delete_feed(connection: Connection, number: int) -> None:
    """Forget a feed that was merged into another."""
    connection.execute(delete(member).where(member.c.feed == number))
    connection.execute(delete(feed).where(feed.c.number == number))


# Members ---------------------------------------------------------------------------------------


def list_of_summaries(
    connection: Connection, ids: Collection[SummaryId]
) -> dict[SummaryId, list[Member]]:
    """Return each summary's places in every feed, its notices' too."""
    found: dict[SummaryId, list[Member]] = {summary_id: [] for summary_id in ids}
    for part in batches(list(ids)):
        for row in connection.execute(select(member).where(member.c.summary_id.in_(part))):
            found[SummaryId(row.summary_id)].append(_member(row))
    return found


def list_all(connection: Connection, number: int) -> list[Member]:
    """Return a feed's members in the order in which they came, those that left too."""
    query = select(member).where(member.c.feed == number).order_by(member.c.position)
    return [_member(row) for row in connection.execute(query)]


def list_shown(
    connection: Connection, stored: StoredFeed, size: int
) -> tuple[list[Member], list[Member]]:
    """Return the live entries and the tombstones of a subscription document.

    The entries are the `size` newest and all that no complete archive holds yet, so that document
    and archives together are the whole feed (RFC 5005, section 4); of the tombstones the `size`
    newest.
    """
    archived = stored.archives * stored.chunk
    values = {"number": stored.number, "size": size, "archived": archived}
    found = _newest_first(map(_member, connection.execute(_SHOWN, values).all()))
    live = [member for member in found if member.state == "live"]
    return live, [member for member in found if member.state == "withdrawn"]


def list_archived(connection: Connection, number: int, first: int, size: int) -> list[Member]:
    """Return the members of one archive, those that left too."""
    query = select(member).where(
        and_(
            member.c.feed == number,
            member.c.position >= first,
            member.c.position < first + size,
        )
    )
    return _newest_first(map(_member, connection.execute(query)))


def list_slugs(connection: Connection, number: int) -> set[str]:
    """Return the slugs of a feed's live summaries."""
    query = (
        select(summary.c.slug)
        .join(member, member.c.summary_id == summary.c.id)
        .where(and_(member.c.feed == number, member.c.state == "live"))
    )
    return set(connection.execute(query).scalars())


def count_live(connection: Connection) -> dict[str, int]:
    """Return the number of live summaries of each feed, by key."""
    query = (
        select(feed.c.key, func.count())
        .join(member, member.c.feed == feed.c.number)
        .where(and_(member.c.state == "live", member.c.entry_id == member.c.summary_id))
        .group_by(feed.c.key)
    )
    return {row[0]: row[1] for row in connection.execute(query)}


def put_new(connection: Connection, members: Iterable[Member]) -> None:
    for part in batches(members):
        connection.execute(insert(member), [_columns(m) for m in part])


def put_changed(connection: Connection, members: Sequence[Member]) -> None:
    for m in members:
        connection.execute(
            update(member)
            .where(and_(member.c.feed == m.feed, member.c.position == m.position))
            .values(**_columns(m))
        )


def _newest(state: MemberState) -> Select[Any]:
    of_feed = and_(member.c.feed == bindparam("number"), member.c.state == state)
    return select(member).where(of_feed).order_by(member.c.rank.desc()).limit(bindparam("size"))


# Made once: a publish asks them of every feed that it concerns, and making one takes as long as
# asking it.
_PUT_UPDATED = update(feed).where(feed.c.number == bindparam("of")).values(updated=bindparam("at"))
_SHOWN = union(
    select(_newest("live").subquery()),
    select(_newest("withdrawn").subquery()),
    select(member).where(
        and_(
            member.c.feed == bindparam("number"),
            member.c.position >= bindparam("archived"),
            member.c.state == "live",
        )
    ),
)


def _newest_first(members: Iterable[Member]) -> list[Member]:
    """Order by the entries' own dates: the same set gives the same bytes in every store."""
    return sorted(members, key=lambda m: (m.updated, m.entry_id), reverse=True)


def _columns(m: Member) -> dict[str, Any]:
    return m._asdict() | {"updated": instants.write(m.updated)}


def _member(row: Sequence[Any]) -> Member:
    number, position, entry_id, summary_id, revision, state, updated, rank = row
    at = instants.read(updated)
    return Member(number, position, entry_id, summary_id, revision, state, at, rank)


def list_selected(
    connection: Connection, wanted: Selection, size: int, *, among: Select[Any] | None = None
) -> list[Member]:
    """Return the newest entries and tombstones of a selection, out of the feeds that are stored.

    The full feed has every entry once; topics and kinds say which summaries are meant. `among`
    are the ids of summaries outside which nothing is selected.
    """
    full = select(feed.c.number).where(feed.c.key == "full").scalar_subquery()
    query = select(member).where(
        member.c.feed == full,
        member.c.state != "left",
        scopes.selects(Scope(selection=wanted), member.c.summary_id, scopes.SHOWN),
    )
    if among is not None:
        query = query.where(member.c.summary_id.in_(among))
    rows = connection.execute(query.order_by(member.c.rank.desc()).limit(size))
    return _newest_first(map(_member, rows))


def find_said(connection: Connection, wanted: Selection) -> datetime | None:
    """Return a date that no document of a selection is behind, and that never goes back.

    Whatever was in it was in a feed of each group that is named: it is no newer than these.
    """
    newest = {row.key: row.updated for row in connection.execute(select(feed)) if row.updated}
    named = [scopes.keys_of(group, wanted.named(group)) for group in scopes.STORED]
    of_groups = [max(newest.get(key, "") for key in keys) for keys in named if keys]
    said = min(of_groups, default=newest.get("full", ""))
    return instants.read(said) if said else None
