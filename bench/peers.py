"""What the shipped stack is compared with, on the same server with the same settings.

`bare` is a WSGI callable that negotiates by hand and sends the bytes and headers of the shipped
stack, `least` the same with only the headers that a feed needs; `view` is what Flask teaches.
"""

from __future__ import annotations

import gzip
import multiprocessing
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from flask import Flask, make_response, request
from werkzeug.wrappers.response import Response

from syndicate.web import server

WSGI = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
Headers = list[tuple[str, str]]
PATH: Final = "/feed.atom"
NECESSARY: Final = frozenset(
    {"content-type", "etag", "last-modified", "cache-control", "vary", "content-language"}
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the shipped stack answered to a GET of the feed with gzip."""

    headers: Headers
    body: bytes

    def bodies(self) -> dict[str, bytes]:
        return {"gzip": self.body, "identity": gzip.decompress(self.body)}


def bare(answer: Answer, *, headers: frozenset[str] | None = None) -> WSGI:
    """Return a WSGI callable that negotiates by hand; `headers` names the only ones it sends."""
    kept = [
        (name, value)
        for name, value in answer.headers
        if headers is None or name.lower() in headers
    ]
    tag = {name.lower(): value for name, value in kept}["etag"]
    full = {
        coding: (
            [*_without_coding(kept), *_coding(coding), ("Content-Length", str(len(body)))],
            [body],
        )
        for coding, body in answer.bodies().items()
    }
    unmodified = [pair for pair in _without_coding(kept) if pair[0].lower() not in _OF_BODIES]

    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ["PATH_INFO"] != PATH:
            start_response("404 Not Found", [("Content-Length", "0")])
            return []
        if environ.get("HTTP_IF_NONE_MATCH") == tag:
            start_response("304 Not Modified", unmodified)
            return []
        coding = "gzip" if "gzip" in environ.get("HTTP_ACCEPT_ENCODING", "") else "identity"
        found, body = full[coding]
        start_response("200 OK", found)
        return body

    return application


_OF_BODIES: Final = frozenset({"content-type", "content-length", "content-encoding"})


def _without_coding(headers: Headers) -> Headers:
    left_out = ("content-encoding", "content-length")
    return [pair for pair in headers if pair[0].lower() not in left_out]


def _coding(coding: str) -> Headers:
    return [("Content-Encoding", coding)] if coding != "identity" else []


def view(answer: Answer) -> WSGI:
    """Return a Flask application with one ordinary view: body, headers, tag, conditional."""
    application = Flask(__name__)
    bodies = answer.bodies()
    headers = dict(answer.headers)
    tag = {name.lower(): value for name, value in answer.headers}["etag"].strip('"')

    @application.get(PATH)
    def feed() -> Response:
        coding = "gzip" if request.accept_encodings.quality("gzip") else "identity"
        response = make_response(bodies[coding])
        response.headers["Content-Type"] = headers.get("Content-Type", "application/atom+xml")
        if coding != "identity":
            response.headers["Content-Encoding"] = coding
        response.headers["Vary"] = "Accept-Encoding"
        response.cache_control.public = True
        response.cache_control.max_age = 300
        response.set_etag(tag)
        return response.make_conditional(request)

    return application


def load(kind: str, answer: Answer) -> WSGI:
    """Make a peer inside the server's worker."""
    server.settle_scheduling()
    if kind == "view":
        return view(answer)
    return bare(answer, headers=NECESSARY if kind == "least" else None)


def serve(kind: str, port: int, answer: Answer) -> None:
    """Serve a peer as `syndicate serve` serves the application."""
    multiprocessing.set_start_method("spawn", force=True)
    granian = server._server("127.0.0.1", port, 1)  # noqa: SLF001 - the very settings that are shipped
    granian.serve(target_loader=partial(load, kind, answer), wrap_loader=False)


def main() -> None:
    """`python -c … KIND PORT HEADERS`: started by serving.py; the body comes on standard input."""
    kind, port = sys.argv[1], int(sys.argv[2])
    headers = [tuple(line.split(": ", 1)) for line in sys.argv[3].splitlines()]
    serve(kind, port, Answer([(name, value) for name, value in headers], sys.stdin.buffer.read()))
