"""The whole present schema. Each column that may be null says why, each index whom it serves.

Instants are text, `2021-04-01T12:00:00Z`: they sort as dates do, on SQLite and PostgreSQL alike.
Changes go through migrations/; a test compares this file with what the migrations make.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
)

from syndicate.store import (
    alert_tables,
    hub_tables,
    partner_tables,
    search_tables,
    webhook_tables,
)
from syndicate.store.columns import instant as _instant
from syndicate.store.columns import metadata

__all__ = [
    "HEAD",
    "alert_tables",
    "hub_tables",
    "metadata",
    "partner_tables",
    "search_tables",
    "webhook_tables",
]

HEAD = "0012"
"""The migration that this program needs."""


# One row. Writers on PostgreSQL lock it, so that seq follows commit order.
head = Table(
    "head",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("epoch", String(32), nullable=False),  # names this store's history; new after a restore
    Column("seq", BigInteger, nullable=False),  # the newest change
    Column("generation", BigInteger, nullable=False),  # up by one whenever readers see new bytes
    _instant("published_at", nullable=True),  # null before the first publish
)

# The texts of feeds/*.toml, the base URL, and with what the documents were rendered.
site = Table(
    "site",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("value", Text, nullable=False),
)

# The journal. `seq` is dense and in commit order.
change = Table(
    "change",
    metadata,
    Column("seq", BigInteger, primary_key=True),
    Column("summary_id", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("op", String(8), nullable=False),
    _instant("at"),
    Index("change_of_summary", "summary_id", "seq"),  # what happened to one summary
    Index("change_by_at", "at"),  # what happened since an instant
)

# Everything that was ever public, in its present revision.
summary = Table(
    "summary",
    metadata,
    Column("id", Text, primary_key=True),
    Column("slug", String(80), nullable=False, unique=True),
    Column("path", Text, nullable=False),
    Column("state", String(9), nullable=False),  # published or withdrawn
    Column("revision", Integer, nullable=False),
    Column("seq", BigInteger, nullable=False),  # of its latest change
    Column("form", String(12), nullable=False),
    Column("kind", String(80), nullable=True),  # null: an announcement has none
    _instant("published"),
    _instant("updated"),
    _instant("changed_at"),  # when the present revision was published
    _instant("listed_at"),  # its place in feeds: when it was news last
    Index("summary_by_path", "path"),  # scan: which summary came from a file
    Index("summary_by_published", "published"),  # home, month pages
    Index("summary_by_seq", "seq"),  # what changed since: one row a summary, the latest
)

# Every instant that a summary, its tombstone or one of its notices stands at: no two share one.
instant = Table(
    "instant",
    metadata,
    Column("at", String(20), primary_key=True),
    Column("summary_id", Text, primary_key=True),
    Index("instant_of_summary", "summary_id"),  # what a new revision gives up
)

# Revisions, never overwritten. `data` is model.Summary as JSON, sanitised.
revision = Table(
    "revision",
    metadata,
    Column("summary_id", Text, primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("data", LargeBinary, nullable=False),
)

# Slugs that a summary had before; they answer 301.
former_slug = Table(
    "former_slug",
    metadata,
    Column("slug", String(80), primary_key=True),
    Column("summary_id", Text, nullable=False),
)

# Valid and sanitised, waiting for its date. It goes live from here, not from its file.
scheduled = Table(
    "scheduled",
    metadata,
    Column("id", Text, primary_key=True),
    Column("slug", String(80), nullable=False, unique=True),
    Column("path", Text, nullable=False, unique=True),
    _instant("due"),
    Column("data", LargeBinary, nullable=False),
    Index("scheduled_by_due", "due"),
)

# What was read of each file, so that an unchanged one is not read again.
file = Table(
    "file",
    metadata,
    Column("path", Text, primary_key=True),
    Column("folder", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("mtime_ns", BigInteger, nullable=False),
    Column("inode", BigInteger, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("summary_id", Text, nullable=True),  # null: a draft, which the store does not keep
    Index("file_by_folder", "folder"),  # scan compares folder by folder
)

# Stored feeds. A renamed topic's feed keeps its number, and with it members and archives.
feed = Table(
    "feed",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("key", String(120), nullable=False, unique=True),
    Column("id", Text, nullable=False),  # the feed's own tag URI, guarded against change
    Column("selection", Text, nullable=False),  # which its members were chosen by
    Column("chunk", Integer, nullable=False),  # entries an archive holds, fixed when it began
    Column("removed", Boolean, nullable=False),  # answers 410
    _instant("updated", nullable=True),  # the newest it ever said; null before it is rendered
)

# Which entries each feed has, in the order in which they came (position counts from 0).
member = Table(
    "member",
    metadata,
    Column("feed", Integer, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("entry_id", Text, nullable=False),
    Column("summary_id", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("state", String(9), nullable=False),  # live, withdrawn (a tombstone) or left
    _instant("updated"),  # of the entry; of a tombstone, when
    Column("rank", String(62), nullable=False),  # listed_at, updated, published
    Index("member_newest", "feed", "state", "rank"),  # the window of a feed
    Index("member_of_summary", "summary_id", "feed"),  # the feeds a change concerns
)

# An entry's bytes in each format. A cache: a row of another look or revision is made anew.
fragment = Table(
    "fragment",
    metadata,
    Column("entry_id", Text, primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("look", String(27), nullable=False),
    Column("atom", LargeBinary, nullable=False),
    Column("rss", LargeBinary, nullable=False),
    Column("json", LargeBinary, nullable=False),
)

# Finished documents. The identity bytes are what gzip inflates to.
document = Table(
    "document",
    metadata,
    Column("path", Text, primary_key=True),
    Column("feed", String(120), nullable=False),
    Column("fingerprint", String(27), nullable=False),
    Column("media_type", String(60), nullable=False),
    Column("tag", String(27), nullable=False),
    _instant("last_modified"),
    Column("generation", BigInteger, nullable=False),  # that changed it
    Column("gzip", LargeBinary, nullable=False),
    Column("br", LargeBinary, nullable=True),  # null until it has been made in the background
    Index("document_by_generation", "generation"),  # what a process must load anew
)

# What partners pull: each live summary as the JSON object of /v1, and the hash of its content.
record = Table(
    "record",
    metadata,
    Column("summary_id", Text, primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("bucket", Integer, nullable=False),  # first byte of the SHA-256 of the id
    Column("content_hash", String(72), nullable=False),
    Column("authors", Text, nullable=False),  # a line each, in lower case: to be searched
    Column("doi", Text, nullable=True),  # null: the citation has none
    Column("look", String(27), nullable=False),  # a body of another look is made anew when asked
    Column("body", LargeBinary, nullable=False),
    Index("record_by_seq", "seq"),  # snapshot
    Index("record_by_doi", "doi"),  # the summary of an article
    Index("record_by_bucket", "bucket", "summary_id", "content_hash"),  # state, without the bodies
)

# The hash over each bucket's live summaries; a publish makes those anew that it touches.
bucket = Table(
    "bucket",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("hash", String(64), nullable=False),
    Column("live", Integer, nullable=False),
)

# Records that follow each other by seq, as one piece of a gzip stream. A cache: a publish that
# changes one of them takes its segment out.
segment = Table(
    "segment",
    metadata,
    Column("first", BigInteger, primary_key=True),  # seq of its first record
    Column("last", BigInteger, nullable=False),
    Column("rows", Integer, nullable=False),
    Column("look", String(27), nullable=False),
    Column("crc", BigInteger, nullable=False),
    Column("size", BigInteger, nullable=False),  # bytes before compression
    Column("length", Integer, nullable=False),  # bytes of data
    Column("data", LargeBinary, nullable=False),
)

# The datestamps of OAI-PMH: changes up to `seq`, from the row before on, could be seen by `at`.
datestamp = Table(
    "datestamp",
    metadata,
    Column("seq", BigInteger, primary_key=True),
    _instant("at"),
    Column("basis", String(27), nullable=False),  # of another basis, all are dated anew
    Index("datestamp_by_at", "at"),  # what has changed since a harvest began
)

# How far those outside were told: `purge`, the cache in front, by changes; `hub`, another's hub, by
# generations. Made by the first worker that may tell them.
progress = Table(
    "progress",
    metadata,
    Column("name", String(8), primary_key=True),
    Column("reached", BigInteger, nullable=False),  # all up to this one are told
    Column("attempts", Integer, nullable=False),  # since it last went well
    _instant("due_at"),  # of the next attempt; while one is under way, the end of its lease
    Column("reply", Text, nullable=True),  # null unless the last attempt failed: why
)
