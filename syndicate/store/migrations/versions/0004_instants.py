"""Instants in a table of their own; feeds remember the newest `updated` that they ever said."""

from __future__ import annotations

from collections.abc import Iterator

import orjson
from alembic import op
from sqlalchemy import Column, Connection, String, Text, text

revision = "0004"
down_revision = "0003"

_LATER = """
    SELECT summary.id, revision.data FROM summary
    JOIN revision ON revision.summary_id = summary.id AND revision.revision = summary.revision
    WHERE summary.state = 'withdrawn' OR summary.updated <> summary.published
"""


def upgrade() -> None:
    op.create_table(
        "instant",
        Column("at", String(20), primary_key=True),
        Column("summary_id", Text(), primary_key=True),
    )
    op.create_index("instant_of_summary", "instant", ["summary_id"])
    op.drop_index("summary_by_updated", "summary")
    op.add_column("feed", Column("updated", String(20), nullable=True))
    connection = op.get_bind()
    connection.execute(
        text(
            "INSERT INTO instant (at, summary_id) "
            "SELECT published, id FROM summary UNION SELECT updated, id FROM summary"
        )
    )
    connection.execute(
        text(
            "UPDATE feed SET updated = "
            "(SELECT max(member.updated) FROM member WHERE member.feed = feed.number)"
        )
    )
    for at, summary_id in list(_told(connection)):
        connection.execute(
            text("INSERT INTO instant (at, summary_id) VALUES (:at, :id) ON CONFLICT DO NOTHING"),
            {"at": at, "id": summary_id},
        )


def _told(connection: Connection) -> Iterator[tuple[str, str]]:
    """Yield when withdrawals and notices stand, which only the texts say."""
    for summary_id, data in connection.execute(text(_LATER)):
        summary = orjson.loads(data)
        told = [*summary["notices"], *filter(None, [summary["withdrawn"]])]
        yield from ((one["date"], summary_id) for one in told)
