"""The tables of webhooks; with those of schema.py they are the whole schema."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Text, text

from syndicate.store.columns import instant, metadata

# Which partners are called, and where. The secrets stand as they are: whoever signs needs them
# (Standard Webhooks 1.0).
callback = Table(
    "callback",
    metadata,
    Column("id", String(12), primary_key=True),
    Column("partner", String(12), nullable=False, unique=True),
    Column("url", Text, nullable=False),
    Column("secret", Text, nullable=False),
    Column("former_secret", Text, nullable=True),  # null: it was never rotated
    instant("former_until", nullable=True),  # until then the former secret signs too
    instant("created"),
    Column("seq", BigInteger, nullable=False),  # calls are made for all changes up to this one
    instant("rests_until", nullable=True),  # null unless it failed, or asked for a rest
    instant("ended_at", nullable=True),  # null while it is called; it answered 410 then
)

# A call says of all changes up to `seq` that there is something to pull. Made once, whoever plans.
call = Table(
    "call",
    metadata,
    Column("callback", String(12), primary_key=True),
    Column("seq", BigInteger, primary_key=True),  # of the newest change then
    Column("state", String(8), nullable=False),  # queued, sending, sent, failed or skipped
    instant("made_at"),
    instant("due_at"),  # may be claimed from then on: its date, end of a backoff or of a lease
    Column("attempts", Integer, nullable=False),
    Column("owner", String(40), nullable=True),  # null unless claimed
    instant("ended_at", nullable=True),  # null while it is open
    Column("reply", Text, nullable=True),  # null before an attempt failed: what went wrong last
    Index(
        "call_open",
        "due_at",
        "callback",
        "seq",
        sqlite_where=text("ended_at IS NULL"),
        postgresql_where=text("ended_at IS NULL"),
    ),  # what may be claimed, oldest first
)
