"""The tables of alerts; with those of schema.py they are the whole schema."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Text, text

from syndicate.store.columns import NUMBER, instant, metadata

# The ledger ------------------------------------------------------------------------------------

# The outbox. One row for each change, written with it; the planner makes deliveries of it.
event = Table(
    "event",
    metadata,
    Column("seq", BigInteger, primary_key=True),
    Column("batch", BigInteger, nullable=True),  # null until planned: first of those told together
    Column("cursor", BigInteger, nullable=True),  # of a batch's first: subscriptions done so far
    instant("planned_at", nullable=True),  # null until everybody has it
    Index(
        "event_to_plan",
        "seq",
        sqlite_where=text("planned_at IS NULL"),
        postgresql_where=text("planned_at IS NULL"),
    ),
)

# One mail, or one call, to one recipient. Made once, whoever plans: UNIQUE.
delivery = Table(
    "delivery",
    metadata,
    Column("id", NUMBER, primary_key=True),
    Column("channel", String(8), nullable=False),  # alert, letter
    Column("recipient", BigInteger, nullable=False),  # of an alert the subscription, of a letter it
    Column("issue", String(40), nullable=False),  # the period that it closes
    Column("lane", String(255), nullable=False),  # the recipient's domain: one fails for itself
    Column("state", String(8), nullable=False),  # queued, sending, sent, failed or skipped
    instant("due_at"),  # may be claimed from then on: its date, end of a backoff or of a lease
    Column("attempts", Integer, nullable=False),
    Column("owner", String(40), nullable=True),  # null unless claimed
    instant("ended_at", nullable=True),  # null while it is open
    Column("reply", Text, nullable=True),  # null before an attempt failed: what was answered last
    Index("delivery_once", "channel", "recipient", "issue", unique=True),
    Index(
        "delivery_open",
        "channel",
        "due_at",
        "id",
        sqlite_where=text("ended_at IS NULL"),
        postgresql_where=text("ended_at IS NULL"),
    ),  # what may be claimed, oldest first
)

# A confirmed address. Of one that ended only what a consent record needs is kept.
subscription = Table(
    "subscription",
    metadata,
    Column("id", NUMBER, primary_key=True),
    Column("key", String(16), nullable=False, unique=True),  # in links; says nothing
    Column("address", Text, nullable=True),  # null once it was forgotten
    Column("address_key", Text, nullable=True, unique=True),  # the same; one for all its spellings
    Column("lane", String(255), nullable=False),  # its domain
    Column("standing", String(8), nullable=False),
    Column("rhythm", String(9), nullable=False),
    Column("zone", String(40), nullable=False),
    Column("hour", Integer, nullable=False),
    Column("weekday", Integer, nullable=False),
    Column("day", Integer, nullable=False),
    Column("language", String(2), nullable=False),
    Column("form", String(4), nullable=False),
    Column("since", BigInteger, nullable=False),  # changes after this one are news to it
    instant("confirmed_at"),
    instant("paused_until", nullable=True),  # null unless paused for a time
    instant("ended_at", nullable=True),  # null unless ended
    sqlite_autoincrement=True,  # a number is never given twice: tokens and tellings name it
)

# What each subscription asks for: a selection as in an address, "" for everything.
selected = Table(
    "selected",
    metadata,
    Column("subscription_id", BigInteger, primary_key=True),
    Column("selection", Text, primary_key=True),
    Column("since", BigInteger, nullable=False),  # changes after this one are meant
)

# Which change goes to whom with which issue. One change is one revision of one entry, announced.
told = Table(
    "told",
    metadata,
    Column("seq", BigInteger, primary_key=True),
    Column("subscription_id", BigInteger, primary_key=True),
    Column("issue", String(40), nullable=False),
    Column("skipped", String(12), nullable=True),  # null, or why it was left out when it was sent
    Index("told_by_issue", "subscription_id", "issue"),  # what a mail has to say
)

# People ----------------------------------------------------------------------------------------

# A mail that somebody asked for on the site: to confirm, to change, or what we know of them.
letter = Table(
    "letter",
    metadata,
    Column("id", NUMBER, primary_key=True),
    Column("key", String(16), nullable=False, unique=True),
    Column("purpose", String(12), nullable=False),  # confirm, preferences, export
    Column("address", Text, nullable=True),  # null once it expired: it was never confirmed
    Column("address_digest", String(64), nullable=False),  # how many went there lately
    Column("language", String(2), nullable=False),
    Column("content", Text, nullable=False),  # JSON: what will be subscribed, or what is sent
    instant("made_at"),
    instant("expires_at"),
    instant("used_at", nullable=True),  # null until its button was pressed
    Index("letter_to_address", "address_digest", "made_at"),  # limits
    Index("letter_by_expiry", "expires_at"),  # what is to be forgotten
)

# Who agreed to what, when and how. Rows are only ever added; addresses are keyed digests.
consent = Table(
    "consent",
    metadata,
    Column("id", NUMBER, primary_key=True),
    instant("at"),
    Column("address_digest", String(64), nullable=False),
    Column("subscription", String(16), nullable=True),  # null before there is one
    Column("act", String(12), nullable=False),
    Column("how", String(12), nullable=False),
    Column("detail", Text, nullable=False),  # JSON: selections, rhythm, digest of the words shown
    Index("consent_of_address", "address_digest", "id"),
)

# Addresses that are not written to, as keyed digests.
suppression = Table(
    "suppression",
    metadata,
    Column("address_digest", String(64), primary_key=True),
    Column("reason", String(12), nullable=False),
    instant("at"),
    instant("until", nullable=True),  # null: for good
)

# What came back. One report counts once, however often it is delivered.
bounce = Table(
    "bounce",
    metadata,
    Column("source", String(12), primary_key=True),
    Column("event", String(64), primary_key=True),
    Column("subscription_id", BigInteger, nullable=False),
    Column("severity", String(10), nullable=False),  # hard, soft or complaint
    Column("status", Text, nullable=False),
    instant("at"),
    Index("bounce_of_subscription", "subscription_id", "at"),
)

# Counts within a period: limits of sign-ups, mails to a domain, figures.
tally = Table(
    "tally",
    metadata,
    Column("subject", Text, primary_key=True),
    Column("period", String(16), primary_key=True),
    Column("count", BigInteger, nullable=False),
)

# Lanes that rest: a domain, or "" for the relay itself.
rest = Table(
    "rest",
    metadata,
    Column("lane", String(255), primary_key=True),
    Column("failures", Integer, nullable=False),  # one after the other
    instant("until", nullable=True),  # null while it is open
    Column("reply", Text, nullable=False),
)
