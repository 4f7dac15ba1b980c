"""The tables of the WebSub hub."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, String, Table, Text

from syndicate.store.columns import NUMBER, instant, metadata

# Who is sent which document. It is told again once the document's tag is no longer `told`.
hub_subscription = Table(
    "hub_subscription",
    metadata,
    Column("id", NUMBER, primary_key=True),
    Column("topic", Text, nullable=False),  # the document's path
    Column("callback", Text, nullable=False),
    Column("host", Text, nullable=False),  # of the callback
    Column("secret", Text, nullable=True),  # null: deliveries are not signed
    instant("expires"),
    Column("told", Text, nullable=False),  # the tag that was sent last
    Column("attempts", Integer, nullable=False),  # since then
    instant("due_at"),  # of the next attempt; while one is under way, the end of its lease
    Column("owner", Text, nullable=True),
    Index("hub_subscription_once", "topic", "callback", unique=True),
    Index("hub_subscription_by_due", "due_at"),
)

# What callbacks are still to be asked about, or told.
hub_request = Table(
    "hub_request",
    metadata,
    Column("id", NUMBER, primary_key=True),
    Column("mode", String(12), nullable=False),  # subscribe, unsubscribe, denied
    Column("topic", Text, nullable=False),  # the document's path
    Column("asked", Text, nullable=False),  # hub.topic as it was sent
    Column("callback", Text, nullable=False),
    Column("host", Text, nullable=False),
    Column("secret", Text, nullable=True),
    Column("seconds", Integer, nullable=False),  # of the lease
    Column("reason", Text, nullable=False),  # of a denial
    Column("attempts", Integer, nullable=False),
    instant("due_at"),
    Column("owner", Text, nullable=True),
    Index("hub_request_by_due", "due_at"),
)
