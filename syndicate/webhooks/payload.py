"""The body of a call: what changed, thin. The text is had by `/v1/changes`."""

from __future__ import annotations

from datetime import UTC

import orjson

from syndicate.model import Change


def write(change: Change, *, url: str) -> bytes:
    """Return the JSON of one change; `url` is the page of the summary."""
    at = f"{change.at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='seconds')}Z"
    data = {
        "id": change.summary_id,
        "url": url,
        "op": change.op,
        "revision": change.revision,
        "seq": change.seq,
        "at": at,
    }
    return orjson.dumps({"type": f"summary.{change.op}", "timestamp": at, "data": data})
