"""Stores to back up: every table filled, and looked at as a whole."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select

from syndicate.store import backup, holding, schema
from syndicate.store import engine as store
from syndicate.store.backup_file import Manifest
from syndicate.store.engine import Engine
from tests.sites import Site

NOW = datetime(2024, 3, 1, 12, tzinfo=UTC)


KEY = "a secret key of some forty characters ….".encode("ascii", "ignore").decode()


def fill(engine: Engine) -> None:
    """Put a row into each table that a publish leaves empty, numbered from 7 on."""
    with store.writing(engine) as connection:
        for table in schema.metadata.sorted_tables:
            if connection.execute(select(table)).first() is None:
                samples = {int: 7, str: "7", bytes: b"7"}
                row = {c.name: samples[c.type.python_type] for c in table.columns}
                connection.execute(insert(table), row)


def release(engine: Engine) -> None:
    """Take away the one thing that a restore adds: alerts are held."""
    with store.writing(engine) as connection:
        assert holding.find(connection)
        holding.release(connection)


def tables(engine: Engine, *, without: tuple[str, ...] = ()) -> dict[str, list[Any]]:
    with store.reading(engine) as connection:
        return {
            table.name: sorted(
                repr({n: v for n, v in row.items() if n not in without})
                for row in connection.execute(select(table)).mappings()
            )
            for table in schema.metadata.sorted_tables
        }


def write(site: Site, path: Path) -> Manifest:
    return backup.write(site.engine, path, secret_key=KEY, now=NOW)
