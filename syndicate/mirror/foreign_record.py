"""An entry of a plain feed as a record: what a copy keeps of it, in the words of `/v1`. Pure."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime
from typing import Any, Final

import orjson

from syndicate.foreign import ForeignEntry

_ID: Final = re.compile(r"[^\s\x00-\x20\x7f-\x9f]{1,1000}")


def id_of(entry: ForeignEntry) -> str:
    """Return the entry's own id, else its link, else a name made of what it says."""
    for text in (entry.id, entry.link):
        if _ID.fullmatch(text):
            return text
    said = f"{entry.id}\n{entry.link}\n{entry.title}\n{entry.published_text}"
    return f"urn:sha-256:{hashlib.sha256(said.encode()).hexdigest()}"


def record(entry: ForeignEntry, *, language: str) -> dict[str, Any]:
    """Return the record of an entry; `language` is its feed's. Its HTML is not safe yet."""
    fields: dict[str, Any] = {
        "id": id_of(entry),
        "url": entry.link,
        "title": entry.title,
        "language": entry.language or language,
        "published": written(entry.published),
        "updated": written(entry.updated or entry.published),
        "authors": [{"name": name} for name in entry.authors],
        "categories": list(entry.categories),
        "summary_html": entry.summary_html,
        "content_html": entry.content_html,
        "doi": entry.doi,
        "enclosures": [{"url": address} for address in entry.enclosures],
    }
    content = orjson.dumps(fields, option=orjson.OPT_SORT_KEYS)
    return fields | {"content_hash": f"sha-256:{hashlib.sha256(content).hexdigest()}"}


def written(instant: datetime | None) -> str:
    """Return an instant as records have it, nothing for none."""
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ") if instant else ""
