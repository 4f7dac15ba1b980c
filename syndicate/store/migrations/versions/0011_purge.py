"""How far a cache in front was purged."""

from __future__ import annotations

from alembic import op
from sqlalchemy import BigInteger, Column, Integer, String, Text

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "purge",
        Column("seq", BigInteger(), primary_key=True),
        Column("attempts", Integer(), nullable=False),
        Column("due_at", String(20), nullable=False),
        Column("reply", Text(), nullable=True),
    )
