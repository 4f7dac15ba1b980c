"""Subscriptions of the WebSub hub, and what callbacks are to be asked."""

from __future__ import annotations

from alembic import op
from sqlalchemy import BigInteger, Column, Integer, String, Text

revision = "0009"
down_revision = "0008"

_NUMBER = BigInteger().with_variant(Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "hub_subscription",
        Column("id", _NUMBER, primary_key=True),
        Column("topic", Text(), nullable=False),
        Column("callback", Text(), nullable=False),
        Column("host", Text(), nullable=False),
        Column("secret", Text(), nullable=True),
        Column("expires", String(20), nullable=False),
        Column("told", Text(), nullable=False),
        Column("attempts", Integer(), nullable=False),
        Column("due_at", String(20), nullable=False),
        Column("owner", Text(), nullable=True),
    )
    once = ["topic", "callback"]
    op.create_index("hub_subscription_once", "hub_subscription", once, unique=True)
    op.create_index("hub_subscription_by_due", "hub_subscription", ["due_at"])
    op.create_table(
        "hub_request",
        Column("id", _NUMBER, primary_key=True),
        Column("mode", String(12), nullable=False),
        Column("topic", Text(), nullable=False),
        Column("asked", Text(), nullable=False),
        Column("callback", Text(), nullable=False),
        Column("host", Text(), nullable=False),
        Column("secret", Text(), nullable=True),
        Column("seconds", Integer(), nullable=False),
        Column("reason", Text(), nullable=False),
        Column("attempts", Integer(), nullable=False),
        Column("due_at", String(20), nullable=False),
        Column("owner", Text(), nullable=True),
    )
    op.create_index("hub_request_by_due", "hub_request", ["due_at"])
