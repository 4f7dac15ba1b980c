"""What feedparser does not tell of a feed: tombstones (RFC 6721), and whether it is all there is.

feedparser keeps the last tombstone alone. This runs in the child, on bytes that were seen to
declare no entities; expat reads nothing from elsewhere.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any
from xml.parsers import expat

_TOMBSTONE = "http://purl.org/atompub/tombstones/1.0 deleted-entry"
_HISTORY = "http://purl.org/syndication/history/1.0 "
MOST = 100_000  # tombstones


def read(raw: bytes) -> dict[str, Any]:
    """Return `tombstones` as (id, date text), `is_complete` and `is_archive` (RFC 5005).

    What cannot be parsed ends the search; what was found before it counts.
    """
    found: dict[str, Any] = {"tombstones": [], "is_complete": False, "is_archive": False}

    def start(name: str, attributes: dict[str, str]) -> None:
        if name == _TOMBSTONE and attributes.get("ref") and len(found["tombstones"]) < MOST:
            found["tombstones"].append([attributes["ref"], attributes.get("when", "")])
        elif name.startswith(_HISTORY):
            key = f"is_{name.removeprefix(_HISTORY)}"
            if key in found:
                found[key] = True

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = start
    with suppress(expat.ExpatError, ValueError):  # ValueError: an encoding that it does not know
        parser.Parse(raw, True)
    return found
