"""What partners ask of the store: changes since a place in the journal, the live set, its hashes.

Every list is read by key from where the last one ended (never by position), so that what changes
between two pages is neither missed nor given twice in a pass.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, Select, and_, case, func, or_, select

from syndicate import sync
from syndicate.model import SummaryId
from syndicate.query import Query
from syndicate.store import instants, records, scopes, search
from syndicate.store.records import Record
from syndicate.store.schema import change, head, record, summary
from syndicate.sync import EVERY, Scope


class Changed(NamedTuple):
    """A summary's latest change. `size` is None where it is to be deleted from a copy."""

    id: SummaryId
    seq: int
    revision: int
    at: str  # as the store has it: on most pages nobody asks
    withdrawn: bool
    size: int | None  # bytes of its record's body, which `list_live` reads


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveSet:
    """What tells whether a copy is exact. `buckets` has those that are not empty."""

    live: int
    buckets: dict[int, str]
    changed_at: datetime | None  # None where nothing was ever published

    @property
    def set_hash(self) -> str:
        return sync.set_hash(self.buckets)


class Changes(NamedTuple):
    """A page of changes, oldest first. `more` tells whether there are others after it."""

    found: list[Changed]
    more: bool


def list_changed(
    connection: Connection, *, since: int, limit: int, largest: int, scope: Scope = EVERY
) -> Changes:
    """Return what changed after `since`, each summary once, by its latest change, oldest first.

    At most `limit` changes, and as many as have bodies of `largest` bytes together; but one at
    least, where there is any.
    """
    wanted = case((scopes.selects(scope, summary.c.id), 1), else_=0).label("wanted")
    query: Select[Any] = (
        select(
            summary.c.id,
            summary.c.seq,
            summary.c.revision,
            summary.c.state,
            summary.c.changed_at,
            wanted,
            func.length(record.c.body),
        )
        .outerjoin(record, record.c.summary_id == summary.c.id)
        .where(summary.c.seq > since)
    )
    if not scope.is_everything:
        query = query.where(scopes.may_have_selected(scope, summary.c.id))
    found: list[Changed] = []
    size = 0
    with connection.execute(query.order_by(summary.c.seq).limit(limit + 1)) as rows:
        for row in rows:  # one by one: SQLite reads no further than the page goes
            one = _changed(row)
            size += one.size or 0
            if len(found) == limit or (found and size > largest):
                return Changes(found, more=True)
            found.append(one)
    return Changes(found, more=False)


def _changed(row: Row[Any]) -> Changed:
    id, seq, revision, state, at, wanted, size = tuple(row)
    live = wanted and state == "published"
    return Changed(id, seq, revision, at, state != "published", size if live else None)


def list_live(
    connection: Connection, *, after: int, upto: int, limit: int, scope: Scope = EVERY
) -> list[Record]:
    """Return live summaries in the order of their latest change, `after` < seq <= `upto`."""
    query = _live(scope).where(record.c.seq > after, record.c.seq <= upto)
    rows = connection.execute(query.order_by(record.c.seq).limit(limit)).all()
    return [Record(*row) for row in rows]


def list_sizes(
    connection: Connection, *, after: int, upto: int, limit: int, scope: Scope = EVERY
) -> list[tuple[int, int]]:
    """Return (seq, bytes) of what `list_live` would return, without reading the bodies."""
    query = select(record.c.seq, func.length(record.c.body))
    query = query.where(record.c.seq > after, record.c.seq <= upto)
    if not scope.is_everything:
        query = query.where(scopes.selects(scope, record.c.summary_id))
    rows = connection.execute(query.order_by(record.c.seq).limit(limit))
    return [(seq, size) for seq, size in rows]


def count_live(connection: Connection, scope: Scope = EVERY) -> int:
    query = select(func.count()).select_from(record)
    if not scope.is_everything:
        query = query.where(scopes.selects(scope, record.c.summary_id))
    return int(connection.execute(query).scalar_one())


def list_of_doi(connection: Connection, doi: str) -> list[Record]:
    """Return the live summaries of an article, the newest publication first."""
    query = _live(EVERY).join(summary, summary.c.id == record.c.summary_id)
    query = query.where(record.c.doi == doi).order_by(summary.c.published.desc())
    return [Record(*row) for row in connection.execute(query)]


def _live(scope: Scope) -> Select[Any]:
    query = select(*records.COLUMNS)
    return query if scope.is_everything else query.where(scopes.selects(scope, record.c.summary_id))


@dataclass(frozen=True, slots=True, kw_only=True)
class Browsing:
    """What a list of summaries is narrowed to, besides its scope."""

    scope: Scope = EVERY
    author: str = ""
    search: Query | None = None  # one without terms finds nothing
    since: datetime | None = None
    before: datetime | None = None  # published before this instant
    after: tuple[str, str] | None = None  # (published, id) of the last one of the page before


def list_newest(
    connection: Connection, browsing: Browsing, *, limit: int
) -> list[tuple[str, Record]]:
    """Return live summaries, newest first by (published, id), each with its `published` text."""
    query = _live(browsing.scope).add_columns(summary.c.published)
    query = query.join(summary, summary.c.id == record.c.summary_id)
    if browsing.author:
        name = records.authors([browsing.author])
        query = query.where(record.c.authors.contains(name, autoescape=True))
    if browsing.search is not None:
        if not browsing.search.terms:
            return []
        found = search.found_ids(connection, browsing.search)
        query = query.where(record.c.summary_id.in_(found))
    if browsing.since:
        query = query.where(summary.c.published >= instants.write(browsing.since))
    if browsing.before:
        query = query.where(summary.c.published < instants.write(browsing.before))
    if browsing.after:
        published, id = browsing.after
        query = query.where(
            or_(
                summary.c.published < published,
                and_(summary.c.published == published, summary.c.id < id),
            )
        )
    rows = query.order_by(summary.c.published.desc(), summary.c.id.desc()).limit(limit)
    return [(published, Record(*row)) for *row, published in connection.execute(rows)]


# The live set -----------------------------------------------------------------------------------


def get_live_set(connection: Connection, scope: Scope = EVERY) -> LiveSet:
    """Return the live count and the bucket hashes: kept for everything, made for a scope."""
    if scope.is_everything:
        buckets = records.list_buckets(connection)
        last = select(change.c.at).join(head, head.c.seq == change.c.seq)
        at = connection.execute(last).scalar_one_or_none()
        return LiveSet(
            live=sum(each.live for each in buckets.values()),
            buckets={number: each.hash for number, each in buckets.items()},
            changed_at=instants.read(at) if at else None,
        )
    query = select(record.c.summary_id, record.c.content_hash)
    rows = connection.execute(query.where(scopes.selects(scope, record.c.summary_id))).all()
    latest = select(func.max(summary.c.changed_at))
    at = connection.execute(latest.where(scopes.may_have_selected(scope, summary.c.id))).scalar()
    return LiveSet(
        live=len(rows),
        buckets=sync.hashes_of((row.summary_id, row.content_hash) for row in rows),
        changed_at=instants.read(at) if at else None,
    )


def iterate_hashes(connection: Connection) -> Iterator[tuple[str, str]]:
    """Yield (id, content_hash) of every live summary: what `doctor` compares the buckets with."""
    query = select(record.c.summary_id, record.c.content_hash)
    for row in connection.execute(query.execution_options(yield_per=1000)):
        yield row.summary_id, row.content_hash
