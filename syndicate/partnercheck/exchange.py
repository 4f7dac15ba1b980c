"""Requests to the rehearsal's `/v1`, read and checked, and replies. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qsl

import orjson

from syndicate import selection
from syndicate.selection import Term
from syndicate.sync import Scope

FILTER: Final = ("topic", "topic_mode", "not_topic", "kind")
_KNOWN: Final = {
    "changes": {"since", "limit", "wait", *FILTER},
    "snapshot": {"page", *FILTER},
    "state": {"buckets", *FILTER},
}
_USUAL: Final = "100"  # changes on a page, where nothing is said


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What was asked for, and when (seconds since 1970)."""

    path: str
    query: str
    headers: Mapping[str, str]
    at: float

    @property
    def name(self) -> str:
        """Return `changes` of `/v1/changes`."""
        return self.path.removeprefix("/v1/")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer. With `cut` the connection ends before the body does."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: bool = False


class Refusal(Exception):
    """A request that is answered with a problem document."""

    def __init__(self, status: int, code: str, detail: str, **headers: str) -> None:
        super().__init__(detail)
        self.reply = problem(status, code, detail, headers)


def problem(status: int, code: str, detail: str, headers: Mapping[str, str]) -> Reply:
    """Return an error as /v1 words it (RFC 9457)."""
    fields = {"type": f"/v1/problems/{code}", "status": status, "code": code, "detail": detail}
    media_type = {"Content-Type": "application/problem+json", "Cache-Control": "no-store"}
    return Reply(status=status, body=orjson.dumps(fields), headers=media_type | dict(headers))


def json_reply(fields: Mapping[str, Any]) -> Reply:
    return Reply(body=orjson.dumps(fields), headers={"Content-Type": "application/json"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request's parameters, and the filter that they are."""

    values: Mapping[str, str]
    scope: Scope

    @property
    def filter(self) -> dict[str, str]:
        return {name: self.values[name] for name in FILTER if name in self.values}

    @property
    def limit(self) -> int:
        return whole(self.values.get("limit", _USUAL))


def read(request: Request) -> Asked:
    """Read the parameters. Refusal: a name or value that is not known."""
    values = dict(parse_qsl(request.query, keep_blank_values=True))
    for name in values:
        if name not in _KNOWN[request.name]:
            raise Refusal(400, "unknown-param", f"{name[:40]!r} is not known here")
    return Asked(values=values, scope=scope_of(values))


def whole(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or not 1 <= int(text[:9]) <= 500:
        raise Refusal(400, "bad-value", f"{text[:40]!r} is no whole number from 1 to 500")
    return int(text)


def scope_of(values: Mapping[str, str]) -> Scope:
    """Return the filter of a query's values."""
    terms = [
        Term("kind" if name == "kind" else "topic", slug, excluded=name == "not_topic")
        for name in ("topic", "not_topic", "kind")
        for slug in filter(None, values.get(name, "").split(","))
    ]
    return Scope(selection=selection.canonical(terms), all_topics=values.get("topic_mode") == "all")
