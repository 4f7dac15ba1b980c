"""What `/v1` refuses, and how it says so: application/problem+json (RFC 9457) with stable codes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import orjson
from flask import Response, request

from syndicate.errors import (
    CursorExpired,
    CursorInvalid,
    Gone,
    NotFound,
    StoreError,
    SyndicateError,
)
from syndicate.web import headers

MEDIA_TYPE: Final = "application/problem+json"
PREFIX: Final = "/v1/"
HEADERS: Final[headers.Headers] = (
    ("Cache-Control", headers.NO_CACHE),
    ("Content-Language", "en"),
    *headers.PUBLIC,
)
"""On every problem: no cache keeps one."""


class Code(NamedTuple):
    """A kind of problem: its HTTP status, and what it means to a program's author."""

    status: int
    title: str
    meaning: str


CODES: Final[Mapping[str, Code]] = {
    "unknown-param": Code(
        400, "Unknown parameter", "This address takes no such parameter; it is never ignored."
    ),
    "bad-value": Code(
        400, "Bad value", "A parameter has a value that it cannot have, or was given twice."
    ),
    "cursor-invalid": Code(
        400,
        "Invalid cursor",
        "The cursor was not made here, was changed, or belongs to another filter.",
    ),
    "cursor-expired": Code(
        410,
        "Expired cursor",
        "The cursor is of another history of this store, or its filter means something else now. "
        "Take the snapshot again, keep what it has, remove the rest, and go on with its cursor.",
    ),
    "not-found": Code(404, "Not found", "There is nothing at this address."),
    "topic-unknown": Code(404, "Unknown topic or kind", "There is no topic or kind of this slug."),
    "method-not-allowed": Code(405, "Method not allowed", "GET, HEAD and OPTIONS are possible."),
    "language-not-available": Code(
        406, "Language not available", "Everything here is in English and in nothing else."
    ),
    "coding-not-available": Code(
        406, "Coding not available", "Accept-Encoding excludes all that there is."
    ),
    "item-withdrawn": Code(
        410, "Withdrawn", "The summary was withdrawn; remove your copy. `tombstone` says why."
    ),
    "contradiction": Code(
        409, "Contradiction", "The same topic is asked for and left out: nothing can match."
    ),
    "bad-address": Code(400, "Bad address", "The address or the Host header cannot be read."),
    "other-host": Code(421, "Other host", "This server does not answer for that host."),
    "too-large": Code(400, "Too large", "The address or the request is too long."),
    "key-missing": Code(401, "Key missing", "This needs a partner's key as a bearer token."),
    "key-invalid": Code(401, "Key invalid", "What was sent is no key of a partner."),
    "key-expired": Code(401, "Key expired", "The key's time is over; ask for another."),
    "key-revoked": Code(401, "Key revoked", "The key was revoked for good; ask for another."),
    "key-scope": Code(403, "Outside the key's scope", "The key does not reach this far."),
    "terms-not-accepted": Code(
        403, "Terms not accepted", "The licence has terms that the key's owner is to accept first."
    ),
    "quota": Code(
        429,
        "Quota used up",
        "Too many requests; Retry-After says when to come back. A 304 costs a tenth.",
    ),
    "internal": Code(500, "Internal error", "The fault is ours, and it is in our log."),
    "unavailable": Code(503, "Unavailable", "The store cannot be read; Retry-After says when."),
}
_OF_ERRORS: Final[Mapping[type[SyndicateError], str]] = {
    CursorInvalid: "cursor-invalid",
    CursorExpired: "cursor-expired",
    NotFound: "not-found",
    Gone: "item-withdrawn",
    StoreError: "unavailable",
}
_OF_STATUS: Final[Mapping[int, str]] = {
    400: "bad-address",
    404: "not-found",
    405: "method-not-allowed",
    413: "too-large",
    414: "too-large",
    421: "other-host",
}


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong with one parameter, and what it may be."""

    param: str
    reason: str
    allowed: str = ""


class Refused(SyndicateError):
    """A request that is refused with one of CODES. `more` goes into the body as it is."""

    def __init__(
        self,
        code: str,
        message: str,
        remedy: str = "",
        *,
        wrong: tuple[Wrong, ...] = (),
        more: Mapping[str, Any] | None = None,
        headers: headers.Headers = (),
    ) -> None:
        super().__init__(message, remedy)
        self.code = code
        self.wrong = wrong
        self.more = more or {}
        self.headers = headers


def is_ours(path: str) -> bool:
    """Tell whether a path belongs to `/v1`, whose errors are all problem+json."""
    return path.startswith(PREFIX) or path == PREFIX.rstrip("/")


def of_error(error: SyndicateError, base_url: str) -> Response:
    """Answer what the program foresaw."""
    if isinstance(error, Refused):
        found = render(error.code, str(error), base_url, wrong=error.wrong, more=error.more)
        for name, value in error.headers:
            found.headers[name] = value
        return found
    code = next((code for kind, code in _OF_ERRORS.items() if isinstance(error, kind)), "internal")
    if isinstance(error, StoreError):  # its message names the place of the store
        found = render(code, "nothing can be served here just now", base_url)
        found.headers["Retry-After"] = "30"
        return found
    more = {"snapshot": f"{base_url}/v1/snapshot"} if code == "cursor-expired" else {}
    return render(code, str(error), base_url, more=more)


def of_status(status: int, detail: str, base_url: str) -> Response:
    """Answer what Werkzeug refuses, or what nobody foresaw."""
    return render(_OF_STATUS.get(status, "internal"), detail, base_url)


def render(
    code: str,
    detail: str,
    base_url: str,
    *,
    wrong: tuple[Wrong, ...] = (),
    more: Mapping[str, Any] | None = None,
) -> Response:
    """Return the answer, which holds no key and no cursor."""
    fields = dict(more or {})
    if wrong:
        fields["errors"] = [
            {"param": one.param, "reason": one.reason, "allowed": one.allowed} for one in wrong
        ]
    found = body(code, detail, base_url, request.path, fields)
    return Response(found, CODES[code].status, headers=HEADERS, content_type=MEDIA_TYPE)


def body(
    code: str, detail: str, base_url: str, path: str, more: Mapping[str, Any] | None = None
) -> bytes:
    """Return the object that says what is wrong with a request for `path`."""
    known = CODES[code]
    fields: dict[str, Any] = {
        "type": f"{base_url}/v1/problems/{code}",
        "title": known.title,
        "status": known.status,
        "detail": detail,
        "instance": path,
        "code": code,
    }
    return orjson.dumps(fields | dict(more or {}))


def of_guard(status: int, detail: str, base_url: str) -> tuple[int, bytes]:
    """Return status and body for what is turned away before it is looked at.

    Its address is not repeated: it may be what cannot be read.
    """
    code = _OF_STATUS.get(status, "bad-address")
    return CODES[code].status, body(code, detail.strip(), base_url, "")
