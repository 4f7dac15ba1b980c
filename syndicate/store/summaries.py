"""Summaries and their revisions. Where a row is read, its HTML is known to be sanitised."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

import orjson
from sqlalchemy import Connection, Row, delete, insert, or_, select, update

from syndicate.model import Form, Summary, SummaryId
from syndicate.store import instants
from syndicate.store.batches import batches
from syndicate.store.keys import Keys, any_of, search
from syndicate.store.replacing import replace
from syndicate.store.schema import former_slug, instant, revision, scheduled, summary

if TYPE_CHECKING:
    from pydantic import TypeAdapter


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What is known of a published summary without reading its text."""

    id: SummaryId
    slug: str
    path: str
    state: Literal["published", "withdrawn"]
    revision: int
    seq: int
    form: Form
    kind: str | None
    published: datetime
    updated: datetime
    changed_at: datetime
    listed_at: datetime


# Reading ---------------------------------------------------------------------------------------


@cache
def _adapter() -> TypeAdapter[Summary]:
    from pydantic import TypeAdapter  # noqa: PLC0415 - most readers of the store need no summary

    return TypeAdapter(Summary)


def load(data: bytes) -> Summary:
    """Read a summary as `dump` wrote it. What stands in the store passed the sanitiser."""
    return _adapter().validate_json(data)


def dump(value: Summary) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_UTC_Z)


def find(connection: Connection, **column: str) -> Stored | None:
    """Return the one summary of an `id` or a `slug`."""
    ((name, value),) = column.items()
    row = connection.execute(select(summary).where(summary.c[name] == value)).one_or_none()
    return _stored(row) if row else None


def find_by_former_slug(connection: Connection, slug: str) -> Stored | None:
    query = select(summary).join(former_slug, former_slug.c.summary_id == summary.c.id)
    row = connection.execute(query.where(former_slug.c.slug == slug)).one_or_none()
    return _stored(row) if row else None


def list_concerned(connection: Connection, keys: Keys) -> list[Stored]:
    """Return the summaries that have any of these ids, slugs, paths or instants."""
    return [_stored(row) for row in search(connection, _CONCERNED, keys)]


_STANDS_AT = select(instant.c.summary_id).where(instant.c.at.in_(any_of("instants")))
_CONCERNED = select(summary).where(
    or_(
        summary.c.id.in_(any_of("ids")),
        summary.c.slug.in_(any_of("slugs")),
        summary.c.path.in_(any_of("paths")),
        summary.c.id.in_(_STANDS_AT),
    )
)


def list_instants(
    connection: Connection, ids: Collection[SummaryId]
) -> dict[SummaryId, set[datetime]]:
    """Return every instant at which each summary, its notices or its tombstone stand."""
    found: dict[SummaryId, set[datetime]] = {id: set() for id in ids}
    for part in batches(ids):
        for row in connection.execute(select(instant).where(instant.c.summary_id.in_(part))):
            found[SummaryId(row.summary_id)].add(instants.read(row.at))
    return found


def list_taken(connection: Connection, wanted: Iterable[datetime]) -> set[datetime]:
    """Return those of the instants at which something stands or is scheduled to."""
    found: set[str] = set()
    for part in batches(map(instants.write, wanted)):
        for column in (instant.c.at, scheduled.c.due):
            found.update(connection.execute(select(column).where(column.in_(part))).scalars())
    return set(map(instants.read, found))


def list_slugs(connection: Connection) -> list[str]:
    return list(connection.execute(select(summary.c.slug)).scalars())


def list_former_slugs(connection: Connection) -> list[str]:
    return list(connection.execute(select(former_slug.c.slug)).scalars())


def get(connection: Connection, stored: Stored) -> Summary:
    """Return the summary's present revision."""
    return next(iter(get_many(connection, [(stored.id, stored.revision)]).values()))


def get_many(connection: Connection, keys: Sequence[tuple[str, int]]) -> dict[str, Summary]:
    """Return revisions by summary id, in the order of `keys`."""
    wanted = dict(keys)
    found: dict[str, Summary] = {}
    for part in batches(list(wanted)):
        query = select(revision).where(revision.c.summary_id.in_(part))
        for row in connection.execute(query):
            if wanted[row.summary_id] == row.revision:
                found[row.summary_id] = load(row.data)
    return {name: found[name] for name in wanted if name in found}


def iterate(connection: Connection, *, chunk: int = 500) -> Iterator[tuple[Stored, Summary]]:
    """Yield every summary with its present revision, by id, in bounded memory."""
    last = ""
    while True:
        query = select(summary).where(summary.c.id > last).order_by(summary.c.id).limit(chunk)
        rows = [_stored(row) for row in connection.execute(query)]
        if not rows:
            return
        texts = get_many(connection, [(row.id, row.revision) for row in rows])
        for row in rows:
            yield row, texts[row.id]
        last = rows[-1].id


def _stored(row: Row[Any]) -> Stored:
    return Stored(
        id=SummaryId(row.id),
        slug=row.slug,
        path=row.path,
        state=row.state,
        revision=row.revision,
        seq=row.seq,
        form=row.form,
        kind=row.kind,
        published=instants.read(row.published),
        updated=instants.read(row.updated),
        changed_at=instants.read(row.changed_at),
        listed_at=instants.read(row.listed_at),
    )


# Writing ---------------------------------------------------------------------------------------


def give_up_slugs(connection: Connection, slugs: Mapping[SummaryId, str]) -> None:
    """Remember former slugs, and take away the rows that hold them until `put` brings them back.

    Before any row comes: summaries may exchange their slugs.
    """
    for part in batches(slugs.items()):
        former = [{"slug": slug, "summary_id": id} for id, slug in part]
        connection.execute(delete(summary).where(summary.c.id.in_([id for id, _ in part])))
        connection.execute(
            delete(former_slug).where(former_slug.c.slug.in_([slug for _, slug in part]))
        )
        connection.execute(insert(former_slug), former)


def put(connection: Connection, rows: Sequence[tuple[Stored, Summary]]) -> None:
    """Write revisions and make them the present ones. A slug is former no more once it is taken."""
    for some in batches(rows):
        part = [(_columns(stored), dump(text)) for stored, text in some]
        present = [columns for columns, _ in part]
        connection.execute(
            delete(former_slug).where(former_slug.c.slug.in_([row["slug"] for row in present]))
        )
        replace(connection, summary, present)
        _put_instants(connection, some)
        connection.execute(
            insert(revision),
            [
                {"summary_id": columns["id"], "revision": columns["revision"], "data": data}
                for columns, data in part
            ],
        )


def _put_instants(connection: Connection, rows: Sequence[tuple[Stored, Summary]]) -> None:
    if older := [stored.id for stored, _ in rows if stored.revision > 1]:
        connection.execute(delete(instant).where(instant.c.summary_id.in_(older)))
    held = ((stored.id, at) for stored, text in rows for at in text.instants)
    for part in batches(held):
        connection.execute(
            insert(instant), [{"at": instants.write(at), "summary_id": id} for id, at in part]
        )


def put_path(connection: Connection, id: SummaryId, path: str) -> None:
    """Record that a summary's file has moved without any other change."""
    connection.execute(update(summary).where(summary.c.id == id).values(path=path))


def _columns(stored: Stored) -> dict[str, Any]:
    return {
        "id": stored.id,
        "slug": stored.slug,
        "path": stored.path,
        "state": stored.state,
        "revision": stored.revision,
        "seq": stored.seq,
        "form": stored.form,
        "kind": stored.kind,
        "published": instants.write(stored.published),
        "updated": instants.write(stored.updated),
        "changed_at": instants.write(stored.changed_at),
        "listed_at": instants.write(stored.listed_at),
    }
