"""The bytes of records, as the definitions want them now."""

from __future__ import annotations

from collections.abc import Sequence

from syndicate.documents import record
from syndicate.store.records import Record
from syndicate.web.pull.asking import Asking


def present(asking: Asking, found: Sequence[Record]) -> list[bytes]:
    """Return the records' JSON objects; those that were made with other labels are made anew.

    Who may not have the full text gets them without.
    """
    made = _made(asking, found)
    return made if asking.caller.may("full-text") else [record.without_text(one) for one in made]


def _made(asking: Asking, found: Sequence[Record]) -> list[bytes]:
    look = record.look(asking.definitions)
    if all(one.look == look for one in found):
        return [one.body for one in found]
    from syndicate.publish import pulling  # noqa: PLC0415 - only after labels changed

    fresh = pulling.present(asking.connection, found, asking.definitions)
    return [one.body for one in fresh]
