"""What partners pull: records, the hashes of their buckets, and changes by place and time."""

from __future__ import annotations

from alembic import op
from sqlalchemy import BigInteger, Column, Integer, LargeBinary, String, Text

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_index("summary_by_seq", "summary", ["seq"])
    op.create_index("change_by_at", "change", ["at"])
    op.create_table(
        "record",
        Column("summary_id", Text(), primary_key=True),
        Column("revision", Integer(), nullable=False),
        Column("seq", BigInteger(), nullable=False),
        Column("bucket", Integer(), nullable=False),
        Column("content_hash", String(72), nullable=False),
        Column("authors", Text(), nullable=False),
        Column("doi", Text(), nullable=True),
        Column("look", String(27), nullable=False),
        Column("body", LargeBinary(), nullable=False),
    )
    op.create_index("record_by_seq", "record", ["seq"])
    op.create_index("record_by_doi", "record", ["doi"])
    op.create_index("record_by_bucket", "record", ["bucket", "summary_id", "content_hash"])
    op.create_table(
        "bucket",
        Column("number", Integer(), primary_key=True),
        Column("hash", String(64), nullable=False),
        Column("live", Integer(), nullable=False),
    )
    op.create_table(
        "segment",
        Column("first", BigInteger(), primary_key=True),
        Column("last", BigInteger(), nullable=False),
        Column("rows", Integer(), nullable=False),
        Column("look", String(27), nullable=False),
        Column("crc", BigInteger(), nullable=False),
        Column("size", BigInteger(), nullable=False),
        Column("length", Integer(), nullable=False),
        Column("data", LargeBinary(), nullable=False),
    )
