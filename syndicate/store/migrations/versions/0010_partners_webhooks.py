"""A webhook belongs to a partner; one that had a name of its own goes to the partner so named."""

from __future__ import annotations

from alembic import op
from sqlalchemy import BigInteger, Column, Connection, RowMapping, String, Text, text

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    connection = op.get_bind()
    rows = connection.execute(text("SELECT * FROM callback ORDER BY id")).mappings().all()
    op.drop_table("callback")  # SQLite drops no column that is unique
    made = op.create_table(
        "callback",
        Column("id", String(12), primary_key=True),
        Column("partner", String(12), nullable=False, unique=True),
        Column("url", Text(), nullable=False),
        Column("secret", Text(), nullable=False),
        Column("former_secret", Text(), nullable=True),
        Column("former_until", String(20), nullable=True),
        Column("created", String(20), nullable=False),
        Column("seq", BigInteger(), nullable=False),
        Column("rests_until", String(20), nullable=True),
        Column("ended_at", String(20), nullable=True),
    )
    found = connection.execute(text("SELECT id, name FROM partner"))
    known = {name.casefold(): id for id, name in found}
    for row in rows:
        partner = known.get(row["name"].casefold()) or _add_partner(connection, row)
        kept = {name: value for name, value in row.items() if name != "name"}
        connection.execute(made.insert().values(partner=partner, **kept))


def _add_partner(connection: Connection, row: RowMapping) -> str:
    """Make a partner of a webhook that is nobody's: it has no key, and is called as before."""
    newest = connection.execute(text("SELECT max(revised) FROM partner")).scalar() or 0
    connection.execute(
        text(
            "INSERT INTO partner (id, name, contact, scopes, created, revised) "
            "VALUES (:id, :name, '', 'read full-text state', :created, :revised)"
        ),
        {"id": row["id"], "name": row["name"], "created": row["created"], "revised": newest + 1},
    )
    connection.execute(
        text(
            'INSERT INTO allowance (partner, minute, in_minute, "day", in_day) '
            "VALUES (:id, 0, 0, 0, 0)"
        ),
        {"id": row["id"]},
    )
    return str(row["id"])
