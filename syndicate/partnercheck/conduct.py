"""How a mirror behaves towards the origin, judged by its requests. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from itertools import pairwise
from typing import Final

import orjson

from syndicate.partnercheck.script import DATA, Seen

_EARLY: Final = 0.2  # seconds that a clock may be off
_SOON: Final = 1.0  # a date has whole seconds


def faults(seen: Sequence[Seen]) -> list[str]:
    """Return what a mirror must not do."""
    found = [
        f"it asked for {one.request.path}, and was answered {one.reply.status}: {_detail(one)}"
        for one in seen
        if one.reply.status in {400, 404, 405}
    ]
    data = [one for one in seen if one.request.name in DATA]
    for one, following in pairwise(data):
        waited = following.request.at - one.request.at
        wanted = retry_after(one)
        if wanted is not None and waited < wanted - _EARLY:
            found.append(
                f"it asked again {waited:.1f} s after a {one.reply.status}; "
                f"Retry-After was {one.reply.headers['Retry-After']}"
            )
        if one.reply.status == 410 and "since=" in following.request.query:
            found.append("after a 410 it went on with a cursor instead of beginning anew")
    return found


def advice(seen: Sequence[Seen]) -> list[str]:
    """Return what a mirror might do better, over the whole history."""
    asked = [one.request for one in seen]
    found = []
    if not any(request.name == "state" for request in asked):
        found.append("it never asked for /v1/state: compare set hashes, and it can prove itself")
    if not any("if-none-match" in request.headers for request in asked):
        found.append("it never sent If-None-Match: an idle answer is then a 304")
    if not any(request.name == "snapshot" for request in asked):
        found.append("it never took the snapshot: a first copy is faster that way")
    if not all("gzip" in request.headers.get("accept-encoding", "") for request in asked):
        found.append("it did not always accept gzip: answers are a fifth as long")
    return found


def retry_after(seen: Seen) -> float | None:
    """Return the seconds that a reply asked to wait; None where it did not."""
    text = seen.reply.headers.get("Retry-After")
    if text is None:
        return None
    if text.isdecimal():
        return float(text)
    now = datetime.fromtimestamp(seen.request.at, UTC)
    return (parsedate_to_datetime(text) - now).total_seconds() - _SOON


def _detail(seen: Seen) -> str:
    fields = orjson.loads(seen.reply.body)
    return f"{fields['code']}, {fields['detail']}"
