"""What harvesters ask of the store: the latest change of each summary, by its place in the journal.

A page is read from where the last one ended (never by position), so that what changes between two
pages is neither missed nor given twice.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, case, exists, func, or_, select

from syndicate.model import SummaryId
from syndicate.store import datestamps, instants
from syndicate.store.batches import batches
from syndicate.store.datestamps import Dated
from syndicate.store.schema import feed, member, summary

SHOWN = ("live", "withdrawn")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What is harvested: everything, what was ever in one of these feeds, or a year."""

    feeds: Sequence[int] | None = None  # their numbers; None: whatever they are in
    year: str = ""  # of publication, in four digits


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A summary as a harvester is told of it. `deleted`: withdrawn, or no longer in the part.

    `feeds` are the keys of the topics and kinds that it has, or had when it was withdrawn.
    """

    id: SummaryId
    seq: int
    revision: int
    deleted: bool
    withdrawn: bool
    published: datetime
    at: datetime
    feeds: tuple[str, ...]


def list_changed(
    connection: Connection, part: Part, dated: Dated, *, after: int, upto: int, limit: int
) -> list[Found]:
    """Return the summaries whose latest change is after one place and up to another, in order."""
    query = _changed(_columns(part, dated), part, after, upto)
    return _found(connection, query.order_by(summary.c.seq).limit(limit), dated)


def count_changed(connection: Connection, part: Part, *, after: int, upto: int) -> int:
    query = _changed(select(func.count()).select_from(summary), part, after, upto)
    return int(connection.execute(query).scalar_one())


def find(connection: Connection, id: str, dated: Dated) -> Found | None:
    """Return one summary, withdrawn ones too."""
    query = _columns(Part(), dated).where(summary.c.id == id)
    return next(iter(_found(connection, query, dated)), None)


def list_years(connection: Connection) -> list[str]:
    """Return the years in which anything was published that is still told of."""
    year = func.substr(summary.c.published, 1, 4)
    return list(connection.execute(select(year).distinct().order_by(year)).scalars())


def _columns(part: Part, dated: Dated) -> Select[Any]:
    held = _in_feeds(part, ("live",)) if part.feeds is not None else summary.c.id.is_not(None)
    return select(
        summary.c.id,
        summary.c.seq,
        summary.c.revision,
        summary.c.state,
        summary.c.published,
        case((held, 1), else_=0).label("held"),
        datestamps.of_summaries(dated),
    )


def _changed(query: Select[Any], part: Part, after: int, upto: int) -> Select[Any]:
    query = query.where(summary.c.seq > after, summary.c.seq <= upto)
    if part.feeds is not None:
        query = query.where(_in_feeds(part, (*SHOWN, "left")))
    if part.year:
        first, last = f"{part.year}-01-01T00:00:00Z", f"{part.year}-12-31T23:59:59Z"
        query = query.where(summary.c.published.between(first, last))
    return query


def _in_feeds(part: Part, states: Collection[str]) -> ColumnElement[bool]:
    """Return whether the summary has a place in one of the part's feeds. One look-up a row."""
    return exists().where(
        member.c.summary_id == summary.c.id,
        member.c.feed.in_(part.feeds or ()),
        member.c.entry_id == member.c.summary_id,
        member.c.state.in_(states),
    )


def _found(connection: Connection, query: Select[Any], dated: Dated) -> list[Found]:
    rows = connection.execute(query).all()
    feeds = _feeds_of(connection, [row.id for row in rows])
    return [
        Found(
            id=SummaryId(row.id),
            seq=row.seq,
            revision=row.revision,
            deleted=row.state != "published" or not row.held,
            withdrawn=row.state != "published",
            published=instants.read(row.published),
            at=instants.read(row.at) if row.at else dated.newest,
            feeds=tuple(feeds.get(row.id, ())),
        )
        for row in rows
    ]


def _feeds_of(connection: Connection, ids: Sequence[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for part in batches(ids):
        query = (
            select(member.c.summary_id, feed.c.key)
            .join(feed, feed.c.number == member.c.feed)
            .where(
                member.c.summary_id.in_(part),
                member.c.entry_id == member.c.summary_id,
                member.c.state.in_(SHOWN),
                and_(~feed.c.removed, or_(feed.c.key.startswith("topics/"), _OF_KIND)),
            )
        )
        for id, key in connection.execute(query.order_by(feed.c.key)):
            found.setdefault(id, []).append(key)
    return found


_OF_KIND = feed.c.key.startswith("kinds/")
