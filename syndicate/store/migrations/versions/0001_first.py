"""The first schema. It says what the tables were then; schema.py says what they are now."""

from __future__ import annotations

from alembic import op
from sqlalchemy import BigInteger, Boolean, Column, Integer, LargeBinary, String, Text

revision = "0001"
down_revision = None


def upgrade() -> None:
    _create_journal()
    _create_summaries()
    _create_feeds()
    _create_documents()


def _create_journal() -> None:
    op.create_table(
        "head",
        Column("id", Integer(), primary_key=True),
        Column("epoch", String(32), nullable=False),
        Column("seq", BigInteger(), nullable=False),
        Column("generation", BigInteger(), nullable=False),
        Column("published_at", String(20), nullable=True),
    )
    op.create_table(
        "site",
        Column("name", String(40), primary_key=True),
        Column("value", Text(), nullable=False),
    )
    op.create_table(
        "change",
        Column("seq", BigInteger(), primary_key=True),
        Column("summary_id", Text(), nullable=False),
        Column("revision", Integer(), nullable=False),
        Column("op", String(8), nullable=False),
        Column("at", String(20), nullable=False),
    )
    op.create_index("change_of_summary", "change", ["summary_id", "seq"])


def _create_summaries() -> None:
    op.create_table(
        "summary",
        Column("id", Text(), primary_key=True),
        Column("slug", String(80), nullable=False, unique=True),
        Column("path", Text(), nullable=False),
        Column("state", String(9), nullable=False),
        Column("revision", Integer(), nullable=False),
        Column("seq", BigInteger(), nullable=False),
        Column("form", String(12), nullable=False),
        Column("kind", String(80), nullable=True),
        Column("published", String(20), nullable=False),
        Column("updated", String(20), nullable=False),
        Column("changed_at", String(20), nullable=False),
        Column("listed_at", String(20), nullable=False),
    )
    op.create_index("summary_by_path", "summary", ["path"])
    op.create_index("summary_by_published", "summary", ["published"])
    op.create_index("summary_by_updated", "summary", ["updated"])
    op.create_table(
        "revision",
        Column("summary_id", Text(), primary_key=True),
        Column("revision", Integer(), primary_key=True),
        Column("data", LargeBinary(), nullable=False),
    )
    op.create_table(
        "former_slug",
        Column("slug", String(80), primary_key=True),
        Column("summary_id", Text(), nullable=False),
    )
    op.create_table(
        "scheduled",
        Column("id", Text(), primary_key=True),
        Column("slug", String(80), nullable=False, unique=True),
        Column("path", Text(), nullable=False, unique=True),
        Column("due", String(20), nullable=False),
        Column("data", LargeBinary(), nullable=False),
    )
    op.create_index("scheduled_by_due", "scheduled", ["due"])
    op.create_table(
        "file",
        Column("path", Text(), primary_key=True),
        Column("folder", Text(), nullable=False),
        Column("size", BigInteger(), nullable=False),
        Column("mtime_ns", BigInteger(), nullable=False),
        Column("inode", BigInteger(), nullable=False),
        Column("digest", String(64), nullable=False),
        Column("summary_id", Text(), nullable=True),
    )
    op.create_index("file_by_folder", "file", ["folder"])


def _create_feeds() -> None:
    op.create_table(
        "feed",
        Column("number", Integer(), primary_key=True),
        Column("key", String(120), nullable=False, unique=True),
        Column("id", Text(), nullable=False),
        Column("selection", Text(), nullable=False),
        Column("chunk", Integer(), nullable=False),
        Column("removed", Boolean(), nullable=False),
    )
    op.create_table(
        "member",
        Column("feed", Integer(), primary_key=True),
        Column("position", Integer(), primary_key=True),
        Column("entry_id", Text(), nullable=False),
        Column("summary_id", Text(), nullable=False),
        Column("revision", Integer(), nullable=False),
        Column("state", String(9), nullable=False),
        Column("updated", String(20), nullable=False),
        Column("rank", String(62), nullable=False),
    )
    op.create_index("member_newest", "member", ["feed", "state", "rank"])
    op.create_index("member_of_summary", "member", ["summary_id", "feed"])


def _create_documents() -> None:
    op.create_table(
        "fragment",
        Column("entry_id", Text(), primary_key=True),
        Column("format", String(4), primary_key=True),
        Column("revision", Integer(), nullable=False),
        Column("look", String(27), nullable=False),
        Column("body", LargeBinary(), nullable=False),
    )
    op.create_table(
        "document",
        Column("path", Text(), primary_key=True),
        Column("feed", String(120), nullable=False),
        Column("fingerprint", String(27), nullable=False),
        Column("media_type", String(60), nullable=False),
        Column("tag", String(27), nullable=False),
        Column("last_modified", String(20), nullable=False),
        Column("generation", BigInteger(), nullable=False),
        Column("gzip", LargeBinary(), nullable=False),
        Column("br", LargeBinary(), nullable=True),
    )
    op.create_index("document_by_generation", "document", ["generation"])
