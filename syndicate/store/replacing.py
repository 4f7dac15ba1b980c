"""Writes rows in place of those that have the same keys: one statement, on both databases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import Insert


def replace(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert `rows`; each has every column of the table but for those that stay null."""
    if rows:
        connection.execute(_statement(table, connection.dialect.name), list(rows))


@cache
def _statement(table: Table, dialect: str) -> Insert:
    insert = sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)
    return insert.on_conflict_do_update(
        index_elements=table.primary_key.columns,
        set_={c.name: insert.excluded[c.name] for c in table.columns if not c.primary_key},
    )
