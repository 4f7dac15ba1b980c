"""Writes rows where there may be some of the same keys: one statement, on both databases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, cast

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def replace(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert `rows`; each has every column of the table but for those that stay null."""
    if rows:
        connection.execute(_statement(table, connection.dialect.name), list(rows))


@cache
def _statement(table: Table, dialect: str) -> sqlite.Insert:
    insert = insert_in(dialect, table)
    return insert.on_conflict_do_update(
        index_elements=table.primary_key.columns,
        set_={c.name: insert.excluded[c.name] for c in table.columns if not c.primary_key},
    )


def insert_in(dialect: str, table: Table) -> sqlite.Insert:
    """Return an INSERT that can be told what to do on a conflict: both databases say it alike."""
    if dialect == "sqlite":
        return sqlite.insert(table)
    return cast("sqlite.Insert", postgresql.insert(table))
