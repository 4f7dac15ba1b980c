"""What summaries, published or scheduled, are looked for by."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Table, false, or_, select

from syndicate.store import instants
from syndicate.store.batches import batches


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """Whichever summary has any of these is meant."""

    ids: Collection[str] = ()
    slugs: Collection[str] = ()
    paths: Collection[str] = ()
    instants: Collection[datetime] = ()

    @property
    def written_instants(self) -> set[str]:
        return {instants.write(instant) for instant in self.instants}


def search(
    connection: Connection,
    table: Table,
    *wanted: tuple[Callable[[list[str]], ColumnElement[bool]], Collection[str]],
) -> list[Row[Any]]:
    """Return the rows for which any condition holds with any of its values, each row once."""
    found = {}
    parts = [[holds(part) for part in batches(values)] for holds, values in wanted if values]
    for clauses in zip_longest(*parts, fillvalue=false()):
        for row in connection.execute(select(table).where(or_(*clauses))):
            found[row.id] = row
    return list(found.values())
