"""Alerts: the outbox and its deliveries, subscriptions, letters, and what came back."""

from __future__ import annotations

from alembic import op
from sqlalchemy import BigInteger, Column, Integer, String, Text, text

revision = "0003"
down_revision = "0002"

_ID = BigInteger().with_variant(Integer(), "sqlite")


def upgrade() -> None:
    _create_ledger()
    _create_subscriptions()
    _create_letters()
    _create_counts()


def _create_ledger() -> None:
    op.create_table(
        "event",
        Column("seq", BigInteger(), primary_key=True),
        Column("batch", BigInteger(), nullable=True),
        Column("cursor", BigInteger(), nullable=True),
        Column("planned_at", String(20), nullable=True),
    )
    _create_partial_index("event_to_plan", "event", ["seq"], "planned_at IS NULL")
    op.create_table(
        "delivery",
        Column("id", _ID, primary_key=True),
        Column("channel", String(8), nullable=False),
        Column("recipient", BigInteger(), nullable=False),
        Column("issue", String(40), nullable=False),
        Column("lane", String(255), nullable=False),
        Column("state", String(8), nullable=False),
        Column("due_at", String(20), nullable=False),
        Column("attempts", Integer(), nullable=False),
        Column("owner", String(40), nullable=True),
        Column("ended_at", String(20), nullable=True),
        Column("reply", Text(), nullable=True),
    )
    op.create_index("delivery_once", "delivery", ["channel", "recipient", "issue"], unique=True)
    _create_partial_index(
        "delivery_open", "delivery", ["channel", "due_at", "id"], "ended_at IS NULL"
    )


def _create_partial_index(name: str, table: str, columns: list[str], condition: str) -> None:
    where = text(condition)
    op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)


def _create_subscriptions() -> None:
    op.create_table(
        "subscription",
        Column("id", _ID, primary_key=True),
        Column("key", String(16), nullable=False, unique=True),
        Column("address", Text(), nullable=True),
        Column("address_key", Text(), nullable=True, unique=True),
        Column("lane", String(255), nullable=False),
        Column("standing", String(8), nullable=False),
        Column("rhythm", String(9), nullable=False),
        Column("zone", String(40), nullable=False),
        Column("hour", Integer(), nullable=False),
        Column("weekday", Integer(), nullable=False),
        Column("day", Integer(), nullable=False),
        Column("language", String(2), nullable=False),
        Column("form", String(4), nullable=False),
        Column("since", BigInteger(), nullable=False),
        Column("confirmed_at", String(20), nullable=False),
        Column("paused_until", String(20), nullable=True),
        Column("ended_at", String(20), nullable=True),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "selected",
        Column("subscription_id", BigInteger(), primary_key=True),
        Column("selection", Text(), primary_key=True),
        Column("since", BigInteger(), nullable=False),
    )
    op.create_table(
        "told",
        Column("seq", BigInteger(), primary_key=True),
        Column("subscription_id", BigInteger(), primary_key=True),
        Column("issue", String(40), nullable=False),
        Column("skipped", String(12), nullable=True),
    )
    op.create_index("told_by_issue", "told", ["subscription_id", "issue"])


def _create_letters() -> None:
    op.create_table(
        "letter",
        Column("id", _ID, primary_key=True),
        Column("key", String(16), nullable=False, unique=True),
        Column("purpose", String(12), nullable=False),
        Column("address", Text(), nullable=True),
        Column("address_digest", String(64), nullable=False),
        Column("language", String(2), nullable=False),
        Column("content", Text(), nullable=False),
        Column("made_at", String(20), nullable=False),
        Column("expires_at", String(20), nullable=False),
        Column("used_at", String(20), nullable=True),
    )
    op.create_index("letter_to_address", "letter", ["address_digest", "made_at"])
    op.create_index("letter_by_expiry", "letter", ["expires_at"])
    op.create_table(
        "consent",
        Column("id", _ID, primary_key=True),
        Column("at", String(20), nullable=False),
        Column("address_digest", String(64), nullable=False),
        Column("subscription", String(16), nullable=True),
        Column("act", String(12), nullable=False),
        Column("how", String(12), nullable=False),
        Column("detail", Text(), nullable=False),
    )
    op.create_index("consent_of_address", "consent", ["address_digest", "id"])
    op.create_table(
        "suppression",
        Column("address_digest", String(64), primary_key=True),
        Column("reason", String(12), nullable=False),
        Column("at", String(20), nullable=False),
        Column("until", String(20), nullable=True),
    )


def _create_counts() -> None:
    op.create_table(
        "bounce",
        Column("source", String(12), primary_key=True),
        Column("event", String(64), primary_key=True),
        Column("subscription_id", BigInteger(), nullable=False),
        Column("severity", String(10), nullable=False),
        Column("status", Text(), nullable=False),
        Column("at", String(20), nullable=False),
    )
    op.create_index("bounce_of_subscription", "bounce", ["subscription_id", "at"])
    op.create_table(
        "tally",
        Column("subject", Text(), primary_key=True),
        Column("period", String(16), primary_key=True),
        Column("count", BigInteger(), nullable=False),
    )
    op.create_table(
        "rest",
        Column("lane", String(255), primary_key=True),
        Column("failures", Integer(), nullable=False),
        Column("until", String(20), nullable=True),
        Column("reply", Text(), nullable=False),
    )
