"""The definitions as last published, and with what the documents were rendered."""

from __future__ import annotations

from sqlalchemy import Connection, delete, insert, select

from syndicate import definitions
from syndicate.definitions import Definitions
from syndicate.errors import StoreError
from syndicate.store.schema import site

BASE_URL = "base_url"
READ_WITH = "read_with"  # digest of what reading a file depended on when the whole tree was read
CHANGED_AT = "changed_at"  # when readers were last given something new
INDEXED = "indexed"  # how the texts that can be searched were made
RECORDS = "records"  # how the records that partners pull were made
RENDERED = "rendered"  # digest of all that shows in documents besides the entries


def get_values(connection: Connection) -> dict[str, str]:
    return {row.name: row.value for row in connection.execute(select(site))}


def put_values(connection: Connection, values: dict[str, str]) -> None:
    connection.execute(delete(site).where(site.c.name.in_(list(values))))
    connection.execute(insert(site), [{"name": n, "value": v} for n, v in values.items()])


def get_definitions(connection: Connection) -> Definitions:
    """Return the published definitions. StoreError before the first publish."""
    values = get_values(connection)
    texts = {name: text for name, text in values.items() if name.endswith(".toml")}
    if not texts:
        raise StoreError("nothing has been published yet", "run `syndicate publish`")
    return definitions.parse(texts, base_url=values[BASE_URL])


def put_definitions(connection: Connection, present: Definitions) -> None:
    put_values(connection, {**present.texts, BASE_URL: present.network.base_url})
