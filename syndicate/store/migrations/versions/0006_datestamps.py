"""Datestamps: when each change could be seen, for those who harvest by date (OAI-PMH)."""

from __future__ import annotations

from alembic import op
from sqlalchemy import BigInteger, Column, String

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "datestamp",
        Column("seq", BigInteger(), primary_key=True),
        Column("at", String(20), nullable=False),
        Column("basis", String(27), nullable=False),
    )
    op.create_index("datestamp_by_at", "datestamp", ["at"])
