"""Many rows at once, as tuples: a dictionary for each costs as much again as writing it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Table, insert

from syndicate.store.batches import batches

_PART: Final = 5_000


def insert_many(
    connection: Connection, table: Table, names: Sequence[str], rows: Iterable[tuple[Any, ...]]
) -> None:
    """Insert rows of these columns, which stand in the table's order."""
    made = insert(table).compile(dialect=connection.dialect, column_keys=list(names))
    for part in batches(rows, _PART):
        if made.positional:
            assert made.positiontup == list(names)
            connection.exec_driver_sql(str(made), part)
        else:
            connection.execute(insert(table), [dict(zip(names, row, strict=True)) for row in part])
