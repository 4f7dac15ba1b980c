"""The table of what can be searched, and what each database keeps beside it to find words."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, Connection, Index, Table, Text

from syndicate.store.columns import NUMBER, metadata

# Texts as they are searched: folded to words. One row for each summary, withdrawn ones too, whose
# tombstones stand in the feeds of searches; none for one that was withdrawn for legal reasons.
searched = Table(
    "searched",
    metadata,
    Column("id", NUMBER, primary_key=True),
    Column("summary_id", Text, nullable=False, unique=True),
    Column("title", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("people", Text, nullable=False),  # who wrote it, and the reference of the article
    Column("doi", Text, nullable=True),  # null: the article has none, or there is no article
    Index("searched_by_doi", "doi"),  # doi: in a search
)

_NEW: Final = (
    "INSERT INTO searched_index(rowid, title, body, people) "
    "VALUES (new.id, new.title, new.body, new.people);"
)
# FTS5 that keeps no text must be told what was there: www.sqlite.org/fts5.html, section 4.4.3
_OLD: Final = (
    "INSERT INTO searched_index(searched_index, rowid, title, body, people) "
    "VALUES ('delete', old.id, old.title, old.body, old.people);"
)
INDEX: Final = {
    "sqlite": (
        """CREATE VIRTUAL TABLE searched_index USING fts5(
            title, body, people, content='searched', content_rowid='id', tokenize='porter unicode61'
        )""",
        f"CREATE TRIGGER searched_inserted AFTER INSERT ON searched BEGIN {_NEW} END",
        f"CREATE TRIGGER searched_deleted AFTER DELETE ON searched BEGIN {_OLD} END",
        f"CREATE TRIGGER searched_updated AFTER UPDATE ON searched BEGIN {_OLD} {_NEW} END",
    ),
    "postgresql": (
        # as FTS5 finds words: by Porter's stemmer, and no word is too common to be found
        "CREATE TEXT SEARCH DICTIONARY syndicate_words (TEMPLATE = snowball, LANGUAGE = porter)",
        "CREATE TEXT SEARCH CONFIGURATION syndicate_words (COPY = simple)",
        """ALTER TEXT SEARCH CONFIGURATION syndicate_words
            ALTER MAPPING FOR asciiword, word, numword WITH syndicate_words""",
        """ALTER TABLE searched ADD COLUMN words tsvector GENERATED ALWAYS AS (
            setweight(to_tsvector('syndicate_words', title), 'A')
            || setweight(to_tsvector('syndicate_words', body), 'B')
            || setweight(to_tsvector('syndicate_words', people), 'C')
        ) STORED""",
        "CREATE INDEX searched_by_words ON searched USING gin (words)",
    ),
}
OURS: Final = ("searched_index", "words", "searched_by_words")
"""What `metadata` does not know: SQLite's tables begin with the first, the rest is PostgreSQL's."""


def create_index(connection: Connection) -> None:
    """Make the index of a table that was just made; each database keeps it in step by itself."""
    for statement in INDEX[connection.dialect.name]:
        connection.exec_driver_sql(statement)
