"""Asks the database itself whether its pages are whole."""

from __future__ import annotations

from sqlalchemy import text

from syndicate.store.engine import Connection


def find_damage(connection: Connection) -> list[str]:
    """Return what SQLite's own check finds; nothing for PostgreSQL, which checks as it reads.

    Where even the check cannot go on, the reading transaction raises StoreError.
    """
    if connection.dialect.name != "sqlite":
        return []
    found = connection.execute(text("PRAGMA quick_check(10)")).scalars()
    return [str(line) for line in found if line != "ok"]
