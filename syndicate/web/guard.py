"""Turns away, before anything else sees them, requests that no right client sends."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from syndicate.web.hosts import Hosts

ANY_HOST: Final = frozenset({"/healthz", "/readyz"})
LONGEST_PATH: Final = 1_000
LONGEST_QUERY: Final = 2_000
_CONTROL = re.compile("[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Refusal:
    status: HTTPStatus
    text: bytes


_CANNOT_READ: Final = Refusal(HTTPStatus.BAD_REQUEST, b"This address cannot be read.\n")
_TOO_LONG: Final = Refusal(HTTPStatus.REQUEST_URI_TOO_LONG, b"This address is too long.\n")
_NO_HOST: Final = Refusal(HTTPStatus.BAD_REQUEST, b"A Host header is needed.\n")
_OTHER_HOST: Final = Refusal(
    HTTPStatus.MISDIRECTED_REQUEST, b"This server does not answer for that host.\n"
)


def refusal(environ: Mapping[str, Any], hosts: Hosts) -> Refusal | None:
    """Return what is wrong with a request's address or host, if anything is."""
    path: str = environ.get("PATH_INFO", "")  # decoded by the server, one character a byte
    if len(path) > LONGEST_PATH or len(environ.get("QUERY_STRING", "")) > LONGEST_QUERY:
        return _TOO_LONG
    if not path.startswith("/") or _CONTROL.search(path) or not _is_utf8(path):
        return _CANNOT_READ
    host = environ.get("HTTP_HOST", "")
    if path in ANY_HOST or host in hosts.known or hosts.answers(host):
        return None
    return _OTHER_HOST if host else _NO_HOST


def _is_utf8(path: str) -> bool:
    try:
        path.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return False
    return True
