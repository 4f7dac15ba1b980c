"""Webhooks: who is called when something changes, and what is to be told them."""

from __future__ import annotations

from alembic import op
from sqlalchemy import BigInteger, Column, Integer, String, Text, text

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "callback",
        Column("id", String(12), primary_key=True),
        Column("name", String(80), nullable=False, unique=True),
        Column("url", Text(), nullable=False),
        Column("secret", Text(), nullable=False),
        Column("former_secret", Text(), nullable=True),
        Column("former_until", String(20), nullable=True),
        Column("created", String(20), nullable=False),
        Column("seq", BigInteger(), nullable=False),
        Column("ended_at", String(20), nullable=True),
    )
    op.create_table(
        "call",
        Column("callback", String(12), primary_key=True),
        Column("seq", BigInteger(), primary_key=True),
        Column("state", String(8), nullable=False),
        Column("made_at", String(20), nullable=False),
        Column("due_at", String(20), nullable=False),
        Column("attempts", Integer(), nullable=False),
        Column("owner", String(40), nullable=True),
        Column("ended_at", String(20), nullable=True),
        Column("reply", Text(), nullable=True),
    )
    op.create_index(
        "call_open",
        "call",
        ["due_at", "callback", "seq"],
        sqlite_where=text("ended_at IS NULL"),
        postgresql_where=text("ended_at IS NULL"),
    )
