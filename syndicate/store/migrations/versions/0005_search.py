"""Search: the texts, and what each database makes of them to find words."""

from __future__ import annotations

from alembic import op
from sqlalchemy import BigInteger, Column, Integer, Text

revision = "0005"
down_revision = "0004"

_NUMBER = BigInteger().with_variant(Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "searched",
        Column("id", _NUMBER, primary_key=True),
        Column("summary_id", Text(), nullable=False, unique=True),
        Column("title", Text(), nullable=False),
        Column("body", Text(), nullable=False),
        Column("people", Text(), nullable=False),
        Column("doi", Text(), nullable=True),
    )
    op.create_index("searched_by_doi", "searched", ["doi"])
    for statement in INDEX[op.get_bind().dialect.name]:
        op.execute(statement)


_NEW = (
    "INSERT INTO searched_index(rowid, title, body, people) "
    "VALUES (new.id, new.title, new.body, new.people);"
)
_OLD = (
    "INSERT INTO searched_index(searched_index, rowid, title, body, people) "
    "VALUES ('delete', old.id, old.title, old.body, old.people);"
)
INDEX = {
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
