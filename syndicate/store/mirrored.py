"""A copy of another site's entries: tables in a database that is the partner's own, not a store.

They are made when a copy is first opened. An application may read `mirror_entry` as it likes, and
sees each page of changes whole or not at all; it should not write there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Engine,
    Integer,
    MetaData,
    Row,
    String,
    Table,
    Text,
    delete,
    exc,
    func,
    insert,
    select,
    update,
)

from syndicate.errors import CopyError
from syndicate.store.batches import batches
from syndicate.store.engine import connect

metadata = MetaData()

entry = Table(
    "mirror_entry",
    metadata,
    Column("id", Text, primary_key=True),
    Column("seq", BigInteger, nullable=False),  # of its change at the origin; 0 from a plain feed
    Column("url", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("published", String(40), nullable=False),  # instants as the origin writes them
    Column("updated", String(40), nullable=False),
    Column("content_hash", String(200), nullable=False),  # empty: what is held is in doubt
    Column("source", String(64), nullable=False),  # SHA-256 of the record as it was sent
    Column("digest", String(64), nullable=False),  # SHA-256 of what was written here
    Column("round", Integer, nullable=False),  # the last pass over everything that had it
    Column("record", Text, nullable=False),  # JSON
)

state = Table(
    "mirror_state",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("value", Text, nullable=False),
)

# Ids whose file in a folder is not yet, or not surely, as the row says.
stale = Table("mirror_stale", metadata, Column("id", Text, primary_key=True))

_VERSION: Final = "1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """An entry as a copy holds it. `record` is JSON whose HTML was sanitised here."""

    id: str
    seq: int
    url: str
    title: str
    published: str
    updated: str
    content_hash: str
    source: str
    record: str = field(repr=False)

    @property
    def digest(self) -> str:
        """Return a digest of what makes the entry: others who change it here are found out."""
        written = f"{self.id}\n{self.content_hash}\n{self.record}"
        return hashlib.sha256(written.encode()).hexdigest()


def open_engine(url: str) -> Engine:
    """Return the engine of a copy's database, with its tables made. CopyError, if that fails."""
    engine = connect(url)
    with writing(engine) as connection:
        metadata.create_all(connection)
        found = get_state(connection, "version")
        if found is None:
            connection.execute(insert(state).values(name="version", value=_VERSION))
        elif found != _VERSION:
            where = engine.url.render_as_string(hide_password=True)
            raise CopyError(
                f"{where} holds a copy of version {found}, this program makes {_VERSION}",
                "install the program that made it, or mirror into an empty database",
            )
    return engine


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Open a transaction that commits at the end or leaves everything as it was."""
    with (
        _told(engine),
        engine.connect().execution_options(writing=True) as connection,
        connection.begin(),
    ):
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Open one snapshot of the copy."""
    options = {} if engine.dialect.name == "sqlite" else {"isolation_level": "REPEATABLE READ"}
    with (
        _told(engine),
        engine.connect().execution_options(**options) as connection,
        connection.begin(),
    ):
        yield connection


@contextmanager
def _told(engine: Engine) -> Iterator[None]:
    try:
        yield
    except exc.DatabaseError as error:
        where = engine.url.render_as_string(hide_password=True)
        cause = str(error.orig).strip().partition("\n")[0]
        raise CopyError(
            f"the copy at {where}: {cause}", "mend that, then run this again"
        ) from error


# Where it stands --------------------------------------------------------------------------------


def get_state(connection: Connection, name: str) -> str | None:
    found: str | None = connection.execute(
        select(state.c.value).where(state.c.name == name)
    ).scalar_one_or_none()
    return found


def swap_state(connection: Connection, name: str, before: str | None, after: str) -> bool:
    """Write a value in place of `before` (None: of none); False where another stands there."""
    if before is None:
        if get_state(connection, name) is not None:
            return False
        connection.execute(insert(state).values(name=name, value=after))
        return True
    changed = connection.execute(
        update(state).where(state.c.name == name, state.c.value == before).values(value=after)
    )
    return changed.rowcount == 1


# Entries ----------------------------------------------------------------------------------------


def put(connection: Connection, entries: Iterable[Held], *, round: int) -> None:
    for part in batches(entries):
        _delete(connection, [one.id for one in part])
        connection.execute(insert(entry), [_columns(one, round) for one in part])


def _columns(one: Held, round: int) -> dict[str, object]:
    own = {name: getattr(one, name) for name in Held.__slots__}
    return own | {"digest": one.digest, "round": round}


def keep(connection: Connection, ids: Iterable[str], *, round: int) -> None:
    """Say that these were met again in a round, unchanged."""
    for part in batches(ids):
        connection.execute(update(entry).where(entry.c.id.in_(part)).values(round=round))


def doubt(connection: Connection, ids: Iterable[str], *, round: int) -> None:
    """Keep what is held of these, and say that it is not what the origin has."""
    for part in batches(ids):
        values = {"round": round, "content_hash": "", "source": ""}
        connection.execute(update(entry).where(entry.c.id.in_(part)).values(values))


def remove(connection: Connection, ids: Iterable[str]) -> int:
    """Take entries out; return how many there were."""
    return sum(_delete(connection, part) for part in batches(ids))


def _delete(connection: Connection, ids: Collection[str]) -> int:
    return connection.execute(delete(entry).where(entry.c.id.in_(ids))).rowcount


def list_before(connection: Connection, round: int) -> list[str]:
    """Return the ids of entries that only earlier rounds have met."""
    return list(connection.execute(select(entry.c.id).where(entry.c.round < round)).scalars())


def count(connection: Connection) -> int:
    return connection.execute(select(func.count()).select_from(entry)).scalar_one()


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of an entry that is held. `source` is empty where it was altered here."""

    source: str
    updated: str
    round: int


def find_known(connection: Connection, ids: Iterable[str]) -> dict[str, Known]:
    """Return what is known of those of `ids` that are held."""
    found: dict[str, Known] = {}
    for part in batches(ids):
        for row in connection.execute(select(entry).where(entry.c.id.in_(part))):
            is_whole = _held(row).digest == row.digest
            found[row.id] = Known(row.source if is_whole else "", row.updated, row.round)
    return found


def iterate_hashes(connection: Connection) -> Iterator[tuple[str, str]]:
    """Yield (id, content_hash) of every entry, in no order."""
    query = select(entry.c.id, entry.c.content_hash).execution_options(yield_per=1000)
    for row in connection.execute(query):
        yield row.id, row.content_hash


def iterate(connection: Connection) -> Iterator[tuple[Held, bool]]:
    """Yield every entry, and whether its record is still the one that was written here."""
    for row in connection.execute(select(entry).execution_options(yield_per=200)):
        held = _held(row)
        yield held, held.digest == row.digest


def iterate_in_order(connection: Connection) -> Iterator[Held]:
    """Yield every entry in the order of ids, as bytes are ordered."""
    ids = sorted(connection.execute(select(entry.c.id)).scalars(), key=str.encode)
    for part in batches(ids, 200):
        found = {held.id: held for held in list_by_id(connection, part)}
        yield from (found[id] for id in part)


def list_by_id(connection: Connection, ids: Collection[str]) -> list[Held]:
    return [_held(row) for row in connection.execute(select(entry).where(entry.c.id.in_(ids)))]


def _held(row: Row[tuple[object, ...]]) -> Held:
    return Held(**{name: getattr(row, name) for name in Held.__slots__})


# Files that are to follow -----------------------------------------------------------------------


def mark_stale(connection: Connection, ids: Iterable[str]) -> None:
    for part in batches(ids):
        connection.execute(delete(stale).where(stale.c.id.in_(part)))
        connection.execute(insert(stale), [{"id": id} for id in part])


def list_stale(connection: Connection, *, limit: int) -> list[str]:
    return list(connection.execute(select(stale.c.id).limit(limit)).scalars())


def clear_stale(connection: Connection, ids: Iterable[str]) -> None:
    for part in batches(ids):
        connection.execute(delete(stale).where(stale.c.id.in_(part)))
