"""An entry's fragments of all formats in one row: they are read together.

They are made again out of the revisions whenever one is lacking, so what was kept is dropped.
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, Integer, LargeBinary, String, Text

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.drop_table("fragment")
    op.create_table(
        "fragment",
        Column("entry_id", Text(), primary_key=True),
        Column("revision", Integer(), nullable=False),
        Column("look", String(27), nullable=False),
        Column("atom", LargeBinary(), nullable=False),
        Column("rss", LargeBinary(), nullable=False),
        Column("json", LargeBinary(), nullable=False),
    )
