"""What all tables have in common. Instants are text: they sort as dates do, in both databases."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, MetaData, String

metadata = MetaData()

NUMBER = BigInteger().with_variant(Integer(), "sqlite")
"""A key that the database counts up by itself; SQLite does so only for its own INTEGER."""


def instant(name: str, *, nullable: bool = False) -> Column[str]:
    """Return a column of instants, `2021-04-01T12:00:00Z`."""
    return Column(name, String(20), nullable=nullable)
