"""The tables of partners; with those of schema.py they are the whole schema."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, String, Table, Text

from syndicate.store.columns import instant, metadata

# Who may pull, and on what terms.
partner = Table(
    "partner",
    metadata,
    Column("id", String(12), primary_key=True),
    Column("name", String(80), nullable=False, unique=True),
    Column("contact", Text, nullable=False),
    Column("scopes", Text, nullable=False),
    instant("created"),
    instant("expires", nullable=True),  # null: never
    Column("terms_version", Text, nullable=True),  # null: no terms were accepted yet
    Column("per_minute", Integer, nullable=True),  # null: as the network has it
    Column("per_day", Integer, nullable=True),  # the same
    Column("revised", BigInteger, nullable=False),  # grows with every change to any of them
    Index("partner_by_revised", "revised"),  # processes ask whether anything has changed
)

# Their keys. Of a key itself there is only the SHA-256.
partner_key = Table(
    "partner_key",
    metadata,
    Column("id", String(12), primary_key=True),
    Column("partner", String(12), nullable=False),
    Column("number", Integer, nullable=False),  # the partner's keys in the order they were made
    Column("digest", LargeBinary, nullable=False),
    instant("created"),
    instant("expires", nullable=True),  # null: never
    instant("revoked", nullable=True),  # null: it was not
)

# What was taken of each partner's quotas in the newest minute and day, in tenths of a request.
allowance = Table(
    "allowance",
    metadata,
    Column("partner", String(12), primary_key=True),
    Column("minute", BigInteger, nullable=False),  # when it began, in seconds of Unix time
    Column("in_minute", BigInteger, nullable=False),
    Column("day", BigInteger, nullable=False),
    Column("in_day", BigInteger, nullable=False),
)

# What each partner's copies have applied, as the cursors show that they sent last.
confirmed = Table(
    "confirmed",
    metadata,
    Column("partner", String(12), primary_key=True),
    Column("filter", String(64), primary_key=True),  # SHA-256 of `scope`, which may be long
    Column("scope", Text, nullable=False),  # sync.Scope.meant
    Column("epoch", String(32), nullable=False),
    Column("seq", BigInteger, nullable=False),  # 0: has begun, and shown no cursor yet
    instant("begun_at"),
    instant("at"),
)

# What each partner was answered, a day (UTC).
ledger = Table(
    "ledger",
    metadata,
    Column("partner", String(12), primary_key=True),
    Column("date", String(10), primary_key=True),
    Column("endpoint", String(12), primary_key=True),
    Column("requests", BigInteger, nullable=False),
    Column("bytes", BigInteger, nullable=False),  # of bodies, as sent
)
