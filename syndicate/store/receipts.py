"""Which withdrawals and corrections partners' copies have still to apply."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select

from syndicate.model import Op, SummaryId
from syndicate.store import instants, scopes
from syndicate.store.batches import batches
from syndicate.store.schema import change, summary
from syndicate.sync import Scope

OPS: tuple[Op, ...] = ("correct", "withdraw", "restore")


@dataclass(frozen=True, slots=True, kw_only=True)
class Announced:
    """What partners were told of a summary last: that it was corrected, withdrawn or restored."""

    seq: int
    op: Op
    at: datetime
    id: SummaryId
    slug: str


def list_newest(
    connection: Connection, *, limit: int, summary_id: SummaryId | None = None
) -> list[Announced]:
    """Return the last such change of each summary, newest first."""
    query = _announced()
    if summary_id is not None:
        query = query.where(summary.c.id == summary_id)
    rows = connection.execute(query.order_by(change.c.seq.desc()).limit(limit))
    return [_read(row) for row in rows]


def list_concerning(
    connection: Connection, scope: Scope, *, since: datetime, seqs: Collection[int]
) -> set[int]:
    """Return which of the changes `seqs` concern a copy of this scope that was begun at `since`."""
    wanted = _concerning(scope, since)
    return {
        row.seq
        for part in batches(sorted(seqs))
        for row in connection.execute(wanted.where(change.c.seq.in_(part)))
    }


def list_waiting(
    connection: Connection, scope: Scope, *, since: datetime, after: int, limit: int
) -> list[Announced]:
    """Return what a copy of this scope, begun at `since`, has not applied at change `after`."""
    wanted = _concerning(scope, since).where(change.c.seq > after)
    rows = connection.execute(wanted.order_by(change.c.seq).limit(limit))
    return [_read(row) for row in rows]


def _announced() -> Select[Any]:
    last = (
        select(func.max(change.c.seq).label("seq"))
        .where(change.c.op.in_(OPS))
        .group_by(change.c.summary_id)
        .subquery()
    )
    return (
        select(change.c.seq, change.c.op, change.c.at, summary.c.id, summary.c.slug)
        .join(last, last.c.seq == change.c.seq)
        .join(summary, summary.c.id == change.c.summary_id)
    )


def _concerning(scope: Scope, since: datetime) -> Select[Any]:
    # a copy that was begun later never had the summary as it was before
    query = _announced().where(change.c.at >= instants.write(since))
    return query.where(scopes.may_have_selected(scope, summary.c.id))


def _read(row: Row[Any]) -> Announced:
    return Announced(
        seq=row.seq,
        op=row.op,
        at=instants.read(row.at),
        id=SummaryId(row.id),
        slug=row.slug,
    )
