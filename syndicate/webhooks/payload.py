"""The body of a call: what changed, thin. The text is had by `/v1/changes`."""

from __future__ import annotations

from datetime import UTC

import orjson

from syndicate.model import Change


def write(change: Change, *, url: str, epoch: str) -> bytes:
    """Return the JSON of one change; `url` is the page of the summary, `epoch` the journal's.

    It says that the journal stands at `seq` at least, in this epoch: another's do not compare.
    """
    at = f"{change.at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='seconds')}Z"
    data = {
        "id": change.summary_id,
        "url": url,
        "op": change.op,
        "revision": change.revision,
        "epoch": epoch,
        "seq": change.seq,
        "at": at,
    }
    return orjson.dumps({"type": f"summary.{change.op}", "timestamp": at, "data": data})
