"""The answers of `/v1` as plain data. Pure; docs/partners.md describes them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

import orjson

from syndicate import sync
from syndicate.errors import OriginError

_NEXT: Final = re.compile(r"""<([^<>]*)>\s*;[^,<]*\brel\s*=\s*"?next"?(?=[\s;,]|$)""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Deleted:
    """An entry that a copy must no longer have, and why."""

    id: str
    reason: str  # withdrawn, superseded, legal, left-scope
    at: str
    replaced_by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page of changes. `records` are to be put, `deleted` to be taken out; no id is in both."""

    records: tuple[dict[str, Any], ...]
    deleted: tuple[Deleted, ...]
    cursor: str
    more: bool
    seq: int  # of the last change of the page, 0 for none
    head: int
    etag: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of the snapshot. `next` is the query of the next part, None at the end."""

    records: tuple[dict[str, Any], ...]
    cursor: str
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What the origin has: what a copy of it must come to."""

    seq: int
    live: int
    set_hash: str
    last_change_at: str | None
    checked_at: str
    buckets: tuple[str, ...]  # 256 hashes


def read_page(body: bytes, headers: Mapping[str, str]) -> Page:
    answer = _object(body)
    changes = _field(answer, "changes", list)
    latest: dict[str, dict[str, Any] | Deleted] = {}
    seq = 0
    for change in changes:
        seq = _field(change, "seq", int)
        if _field(change, "op", str) == "put":
            record = _field(change, "item", dict)
            latest[_field(record, "id", str)] = record
        elif change["op"] == "delete":
            deleted = _deleted(change)
            latest[deleted.id] = deleted
        else:
            raise _strange(f"a change that is neither put nor delete: {change['op'][:40]!r}")
    return Page(
        records=tuple(one for one in latest.values() if isinstance(one, dict)),
        deleted=tuple(one for one in latest.values() if isinstance(one, Deleted)),
        cursor=_field(answer, "cursor", str),
        more=_field(answer, "more", bool),
        seq=seq,
        head=_field(answer, "seq_head", int),
        etag=headers.get("etag", ""),
    )


def _deleted(change: Mapping[str, Any]) -> Deleted:
    instead = change.get("replaced_by")
    return Deleted(
        id=_field(change, "id", str),
        reason=str(change.get("reason", ""))[:40],
        at=str(change.get("at", ""))[:40],
        replaced_by=instead if isinstance(instead, str) else None,
    )


def read_part(body: bytes, headers: Mapping[str, str]) -> Part:
    records = (_object(line) for line in body.split(b"\n") if line)
    latest = {_field(record, "id", str): record for record in records}
    cursor = headers.get("cursor", "")
    if not cursor:
        raise _strange("a snapshot without the header Cursor")
    found = _NEXT.search(headers.get("link", ""))
    # Only the query is taken: the key goes to the address that it was given for, and to no other.
    query = urlsplit(found[1]).query if found else None
    if query == "":
        raise _strange("a snapshot whose next part is its first")
    return Part(records=tuple(latest.values()), cursor=cursor, next=query)


def read_state(body: bytes, headers: Mapping[str, str]) -> State:
    answer = _object(body)
    last = answer.get("last_change_at")
    buckets = _field(answer, "buckets", list)
    if len(buckets) != sync.BUCKETS:
        raise _strange(f"{len(buckets)} buckets")
    return State(
        seq=_field(answer, "seq", int),
        live=_field(answer, "live_count", int),
        set_hash=_field(answer, "set_hash", str),
        last_change_at=last if isinstance(last, str) else None,
        checked_at=headers.get("checked-at", ""),
        buckets=tuple(map(str, buckets)),
    )


def is_service(body: bytes) -> bool:
    """Tell whether an answer is the service document of a `/v1`."""
    try:
        links = orjson.loads(body)["links"]
        return {"changes", "snapshot", "state"} <= set(links)
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return False


def read_problem(body: bytes) -> tuple[str, str]:
    """Return the code and the words of a problem document (RFC 9457), or two empty strings."""
    try:
        answer = orjson.loads(body)
    except orjson.JSONDecodeError:
        return "", ""
    if not isinstance(answer, dict):
        return "", ""
    words = answer.get("detail") or answer.get("title") or ""
    return str(answer.get("code", ""))[:40], " ".join(str(words).split())[:300]


def _object(body: bytes) -> dict[str, Any]:
    try:
        answer = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise _strange(f"what is no JSON ({error})") from None
    if not isinstance(answer, dict):
        raise _strange("JSON that is no object")
    return answer


def _field(answer: Any, name: str, kind: type[Any]) -> Any:  # noqa: ANN401 - JSON
    value = answer.get(name) if isinstance(answer, dict) else None
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise _strange(f"an object without a proper {name!r}")
    return value


def _strange(what: str) -> OriginError:
    return OriginError(f"the origin sends {what}", "is this the address of a /v1?")
