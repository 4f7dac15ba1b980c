"""What a partner is told of a summary that it must delete: why, when, and what to take instead."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from syndicate.documents.identity import rfc3339
from syndicate.model import Summary
from syndicate.store import summaries
from syndicate.store.engine import Connection
from syndicate.store.pull import Changed


def of_changes(connection: Connection, gone: Sequence[Changed]) -> dict[str, dict[str, Any]]:
    """Return, by id, the `delete` of each change that has no record."""
    withdrawn = [(one.id, one.revision) for one in gone if one.withdrawn]
    texts = summaries.get_many(connection, withdrawn)
    found: dict[str, dict[str, Any]] = {}
    for one in gone:
        fields: dict[str, Any] = {"seq": one.seq, "op": "delete", "id": one.id}
        if text := texts.get(one.id):
            fields |= of_summary(connection, text)
        else:
            fields |= {"reason": "left-scope", "at": one.at, "replaced_by": None}
        found[one.id] = fields
    return found


def of_summary(connection: Connection, text: Summary) -> dict[str, Any]:
    """Return why a summary was withdrawn. For legal reasons nothing more is told than that.

    `reason` is what a mirror may act on; `withdrawal` is the editor's own word for it.
    """
    withdrawn = text.withdrawn
    assert withdrawn is not None
    known = {"legal": "legal", "superseded": "superseded"}
    instead = summaries.find(connection, slug=withdrawn.replaced_by or "")
    return {
        "reason": known.get(withdrawn.reason, "withdrawn"),
        "withdrawal": withdrawn.reason,
        "note": "" if withdrawn.reason == "legal" else withdrawn.note,
        "at": rfc3339(withdrawn.date),
        "replaced_by": instead.id if instead else None,
    }
