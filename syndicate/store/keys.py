"""What summaries, published or scheduled, are looked for by."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest
from typing import Any

from sqlalchemy import BindParameter, Connection, Row, Select, bindparam

from syndicate.store import instants
from syndicate.store.batches import batches


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """Whichever summary has any of these is meant."""

    ids: Collection[str] = ()
    slugs: Collection[str] = ()
    paths: Collection[str] = ()
    instants: Collection[datetime] = ()

    @property
    def written_instants(self) -> set[str]:
        return {instants.write(instant) for instant in self.instants}


def search(connection: Connection, query: Select[Any], keys: Keys) -> list[Row[Any]]:
    """Return the rows that a query finds by `ids`, `slugs`, `paths` or `instants`, each once."""
    parts = (keys.ids, keys.slugs, keys.paths, keys.written_instants)
    found = {}
    for ids, slugs, paths, at in zip_longest(*map(batches, parts), fillvalue=[]):
        values = {"ids": ids, "slugs": slugs, "paths": paths, "instants": at}
        for row in connection.execute(query, values):
            found[row.id] = row
    return list(found.values())


def any_of(name: str) -> BindParameter[Any]:
    """Return the place of a list in a query that is made once: making one takes its time."""
    return bindparam(name, expanding=True)
