"""Partners, their keys and quotas, what their copies have applied, and what they were answered."""

from __future__ import annotations

from alembic import op
from sqlalchemy import BigInteger, Column, Integer, LargeBinary, String, Text

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "partner",
        Column("id", String(12), primary_key=True),
        Column("name", String(80), nullable=False, unique=True),
        Column("contact", Text(), nullable=False),
        Column("scopes", Text(), nullable=False),
        Column("created", String(20), nullable=False),
        Column("expires", String(20), nullable=True),
        Column("terms_version", Text(), nullable=True),
        Column("per_minute", Integer(), nullable=True),
        Column("per_day", Integer(), nullable=True),
        Column("revised", BigInteger(), nullable=False),
    )
    op.create_index("partner_by_revised", "partner", ["revised"])
    op.create_table(
        "partner_key",
        Column("id", String(12), primary_key=True),
        Column("partner", String(12), nullable=False),
        Column("number", Integer(), nullable=False),
        Column("digest", LargeBinary(), nullable=False),
        Column("created", String(20), nullable=False),
        Column("expires", String(20), nullable=True),
        Column("revoked", String(20), nullable=True),
    )
    op.create_table(
        "allowance",
        Column("partner", String(12), primary_key=True),
        Column("minute", BigInteger(), nullable=False),
        Column("in_minute", BigInteger(), nullable=False),
        Column("day", BigInteger(), nullable=False),
        Column("in_day", BigInteger(), nullable=False),
    )
    _create_usage()


def _create_usage() -> None:
    op.create_table(
        "confirmed",
        Column("partner", String(12), primary_key=True),
        Column("filter", String(64), primary_key=True),
        Column("scope", Text(), nullable=False),
        Column("epoch", String(32), nullable=False),
        Column("seq", BigInteger(), nullable=False),
        Column("begun_at", String(20), nullable=False),
        Column("at", String(20), nullable=False),
    )
    op.create_table(
        "ledger",
        Column("partner", String(12), primary_key=True),
        Column("date", String(10), primary_key=True),
        Column("endpoint", String(12), primary_key=True),
        Column("requests", BigInteger(), nullable=False),
        Column("bytes", BigInteger(), nullable=False),
    )
