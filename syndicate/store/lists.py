"""What pages list: published summaries of a selection, newest first, and how many there are.

Lists are cut by the date of publication, which no two summaries share: a part of a list holds the
same summaries however many come before it.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, func, select

from syndicate.model import Summary
from syndicate.selection import EVERYTHING, Selection
from syndicate.store import instants, scopes, summaries
from syndicate.store.schema import feed, member, summary
from syndicate.sync import Scope

_NEAR = 40  # summaries of each topic among which related ones are looked for


def list_part(
    connection: Connection,
    wanted: Selection = EVERYTHING,
    *,
    since: datetime | None = None,
    before: datetime | None = None,
    limit: int,
) -> list[Summary]:
    """Return published summaries from `since` up to but not including `before`."""
    query = select(summary.c.id, summary.c.revision).where(*_selected(wanted))
    if since:
        query = query.where(summary.c.published >= instants.write(since))
    if before:
        query = query.where(summary.c.published < instants.write(before))
    rows = connection.execute(query.order_by(summary.c.published.desc()).limit(limit)).all()
    return list(summaries.get_many(connection, [(row.id, row.revision) for row in rows]).values())


def count(
    connection: Connection, wanted: Selection = EVERYTHING, *, since: datetime | None = None
) -> int:
    query = select(func.count()).select_from(summary).where(*_selected(wanted))
    if since:
        query = query.where(summary.c.published >= instants.write(since))
    found: int = connection.execute(query).scalar_one()
    return found


def count_kinds(connection: Connection, wanted: Selection) -> dict[str, int]:
    """Return how many summaries of a selection each kind of research has."""
    query = select(summary.c.kind, func.count()).where(
        *_selected(wanted), summary.c.kind.is_not(None)
    )
    return {row[0]: row[1] for row in connection.execute(query.group_by(summary.c.kind))}


def count_topics(connection: Connection, wanted: Selection) -> dict[str, int]:
    """Return how many summaries of a selection each topic has."""
    query = (
        select(feed.c.key, func.count())
        .join(member, member.c.feed == feed.c.number)
        .join(summary, summary.c.id == member.c.summary_id)
        .where(_is_place, feed.c.key.like("topics/%"), *_selected(wanted))
    )
    rows = connection.execute(query.group_by(feed.c.key))
    return {row[0].removeprefix("topics/"): row[1] for row in rows}


def list_months(connection: Connection) -> list[tuple[str, int]]:
    """Return ("2021-04", count) for each month that has published summaries, newest first."""
    month = func.substr(summary.c.published, 1, 7)
    query = select(month, func.count()).where(*_selected(EVERYTHING))
    rows = connection.execute(query.group_by(month).order_by(month.desc()))
    return [(row[0], row[1]) for row in rows]


def list_months_changed(connection: Connection) -> list[tuple[str, str]]:
    """Return ("2021-04", when the newest change to its summaries was), newest month first."""
    month = func.substr(summary.c.published, 1, 7)
    query = select(month, func.max(summary.c.changed_at)).where(_is_published)
    rows = connection.execute(query.group_by(month).order_by(month.desc()))
    return [(row[0], row[1]) for row in rows]


def list_changed(
    connection: Connection, since: datetime, before: datetime, *, limit: int
) -> list[tuple[str, str]]:
    """Return slug and newest change of the summaries published from `since` up to `before`."""
    query = select(summary.c.slug, summary.c.changed_at).where(
        _is_published,
        summary.c.published >= instants.write(since),
        summary.c.published < instants.write(before),
    )
    rows = connection.execute(query.order_by(summary.c.published.desc()).limit(limit))
    return [(row[0], row[1]) for row in rows]


def list_related(connection: Connection, to: Summary, *, limit: int) -> list[Summary]:
    """Return the newest summaries that share most topics with one of research."""
    shared: Counter[str] = Counter()
    revisions: dict[str, int] = {}
    dates: dict[str, str] = {}
    for topic in to.topics:
        query = select(summary.c.id, summary.c.revision, summary.c.published).where(
            _is_published,
            summary.c.form == "research",
            summary.c.id.in_(scopes.of_feeds("topic", [topic], scopes.LIVE)),
            summary.c.id != to.id,
        )
        for row in connection.execute(query.order_by(summary.c.published.desc()).limit(_NEAR)):
            shared[row.id] += 1
            revisions[row.id], dates[row.id] = row.revision, row.published
    nearest = sorted(shared, key=lambda one: (shared[one], dates[one]), reverse=True)[:limit]
    return list(summaries.get_many(connection, [(id, revisions[id]) for id in nearest]).values())


def _selected(wanted: Selection) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions that a published summary of a selection meets."""
    return _is_published, scopes.selects(Scope(selection=wanted), summary.c.id)


_is_published = summary.c.state == "published"
_is_place = and_(member.c.state == "live", member.c.entry_id == member.c.summary_id)
