"""A scope as SQL: which summaries it selects now, and which it may have selected before.

Memberships of the stored topic and kind feeds say so, with no look at any text.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from sqlalchemy import Column, ColumnElement, Select, and_, select, true

from syndicate.selection import Group
from syndicate.store.schema import feed, member, summary
from syndicate.sync import Scope

_PREFIXES: dict[Group, str] = {"topic": "topics", "kind": "kinds"}
STORED: tuple[Group, ...] = tuple(_PREFIXES)  # the groups whose slugs have feeds of their own
LIVE = ("live",)
SHOWN = ("live", "withdrawn")
EVER = ("live", "withdrawn", "left")


def selects(scope: Scope, id: Column[str], states: Collection[str] = LIVE) -> ColumnElement[bool]:
    """Return whether the summary of column `id` is selected, its places being in `states`."""
    return and_(true(), *_clauses(scope, id, states))


def may_have_selected(scope: Scope, id: Column[str]) -> ColumnElement[bool]:
    """Return whether the summary is selected, or may once have been.

    Whoever holds a copy of what the scope selected must be told where that has left it. What was
    never in a topic or kind that is asked for was never given out.
    """
    clauses = [*_named(scope, id, EVER)]
    if scope.allowed is not None:
        clauses.append(id.in_(of_feeds("topic", scope.allowed, EVER)))
    return and_(true(), *clauses)


def _clauses(
    scope: Scope, id: Column[str], states: Collection[str]
) -> Iterator[ColumnElement[bool]]:
    yield from _named(scope, id, states)
    for group in STORED:
        if out := scope.selection.excluded(group):
            yield id.not_in(of_feeds(group, out, states))
    if scope.allowed is not None:
        yield id.in_(of_feeds("topic", scope.allowed, states))
    if forms := scope.selection.excluded("form"):
        yield id.not_in(_of_forms(forms))


def _named(scope: Scope, id: Column[str], states: Collection[str]) -> Iterator[ColumnElement[bool]]:
    for group in STORED:
        named = scope.selection.named(group)
        if scope.all_topics and group == "topic":
            for slug in sorted(named):
                yield id.in_(of_feeds(group, [slug], states))
        elif named:
            yield id.in_(of_feeds(group, named, states))
    if forms := scope.selection.named("form"):
        yield id.in_(_of_forms(forms))


def _of_forms(forms: Collection[str]) -> Select[tuple[str]]:
    return select(summary.c.id).where(summary.c.form.in_(sorted(forms)))


def keys_of(group: Group, slugs: Collection[str]) -> list[str]:
    """Return the keys of the stored feeds of these topics or kinds."""
    return [f"{_PREFIXES[group]}/{slug}" for slug in sorted(slugs)]


def of_feeds(group: Group, slugs: Collection[str], states: Collection[str]) -> Select[tuple[str]]:
    """Return the ids of the summaries that these topics or kinds have in one of `states`."""
    keys = keys_of(group, slugs)
    return (
        select(member.c.summary_id)
        .join(feed, feed.c.number == member.c.feed)
        .where(
            feed.c.key.in_(keys),
            member.c.entry_id == member.c.summary_id,
            member.c.state.in_(states),
        )
    )
