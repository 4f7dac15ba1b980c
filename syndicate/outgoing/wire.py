"""One request and its answer, within limits of time and size."""

from __future__ import annotations

import threading
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

import httpcore2
import httpx2

from syndicate import __version__
from syndicate.errors import FetchError, FetchFailed
from syndicate.outgoing import urls
from syndicate.outgoing.network import Guard, Network

_PIECE: Final = 65536  # bytes
_KEPT_FOR: Final = 3.0  # seconds without a request; many servers end them after five


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The bounds of one fetch, redirects included; sizes of the answer, as sent and as unpacked.

    One deadline spans names, connections, redirects and body.
    """

    seconds: float = 20.0
    raw_bytes: int = 10_000_000
    inflated_bytes: int = 10_000_000
    redirects: int = 3


DEFAULT_LIMITS: Final = Limits()


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent; header names in lower case."""

    method: str
    url: httpx2.URL
    headers: Mapping[str, str]
    body: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer of any status. `url` is where it came from at last; header names in lower case."""

    url: str
    status: int
    media_type: str  # Content-Type as sent, with its charset
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


class Connections:
    """Connections to where a guard lets us; for many threads.

    Up to `kept` stay open between requests, each for the next one to the same place: its address
    was judged when it was opened, and stays the same for as long.
    """

    def __init__(self, guard: Guard, *, kept: int = 0) -> None:
        self.kept = kept
        self.network = Network(guard)
        self._lock = threading.Lock()
        self._pools: dict[str, httpcore2.ConnectionPool] = {}

    def pool(self, scheme: str) -> httpcore2.ConnectionPool:
        with self._lock:
            if scheme not in self._pools:
                self._pools[scheme] = httpcore2.ConnectionPool(
                    # reading the certificates takes time: not for http
                    ssl_context=self.network.guard.tls() if scheme == "https" else None,
                    max_connections=None,
                    max_keepalive_connections=self.kept,
                    keepalive_expiry=_KEPT_FOR,
                    network_backend=self.network,
                )
            return self._pools[scheme]

    def close(self) -> None:
        for pool in self._pools.values():
            pool.close()


def exchange(request: Request, connections: Connections, limits: Limits, deadline: float) -> Answer:
    """Send a request and read its answer to the end, or raise FetchError.

    `deadline` is on the monotonic clock; `limits.seconds` is only told of.
    """
    url = request.url
    target = httpcore2.URL(
        scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
    )
    connections.network.begin(urls.shown(url), deadline)
    headers = _headers(request) | ({} if connections.kept else {"connection": "close"})
    try:
        with connections.pool(url.scheme).stream(
            request.method, target, headers=list(headers.items()), content=request.body
        ) as response:
            received = _received(response.headers)
            raw = _bounded(response.iter_stream(), limits.raw_bytes)
            coding = received.get("content-encoding", "identity").strip().lower()
            body = b"".join(_bounded(_unpacked(raw, coding), limits.inflated_bytes))
    except httpcore2.TimeoutException as error:
        raise FetchFailed(
            f"{urls.shown(url)}: no whole answer in {limits.seconds:g} s", "try again later"
        ) from error
    except (httpcore2.NetworkError, httpcore2.ProtocolError, zlib.error, _Cut) as error:
        raise FetchFailed(f"{urls.shown(url)}: {error or type(error).__name__}") from error
    except _Unread as error:
        raise FetchError(f"{urls.shown(url)}: {error}") from error
    return Answer(
        url=str(url),
        status=response.status,
        media_type=received.get("content-type", ""),
        headers=received,
        body=body,
    )


def _received(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Return header fields by name; those that came several times are lists (RFC 9110, 5.3)."""
    found: dict[str, str] = {}
    for name, value in headers:
        key, text = name.decode("ascii").lower(), value.decode("latin-1")
        found[key] = f"{found[key]}, {text}" if key in found else text
    return found


def _headers(request: Request) -> dict[str, str]:
    ours = {"user-agent": f"syndicate/{__version__}", "accept-encoding": "gzip"}
    fixed = {"host": request.url.netloc.decode("ascii")}
    if request.body is not None:
        fixed["content-length"] = str(len(request.body))
    return {**ours, **request.headers, **fixed}


class _Unread(Exception):
    """An answer that is not read to its end, and why."""


class _Cut(_Unread):
    """An answer whose end did not come."""


def _bounded(chunks: Iterator[bytes], limit: int) -> Iterator[bytes]:
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > limit:
            raise _Unread(f"the answer is larger than {limit:,} bytes")
        yield chunk


def _unpacked(chunks: Iterator[bytes], coding: str) -> Iterator[bytes]:
    """Undo a content coding (RFC 9110, 8.4.1) by small pieces, so that a bomb is seen in time."""
    if coding in {"", "identity"}:
        yield from chunks
        return
    if coding not in {"gzip", "x-gzip", "deflate"}:
        raise _Unread(f"the answer is packed as {coding[:40]!r}, which was not asked for")
    inflater: zlib._Decompress | None = None
    for chunk in chunks:
        rest, piece = chunk, b""
        while rest or len(piece) == _PIECE:
            if inflater is None or (inflater.eof and rest):  # a first or further member
                inflater = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)  # gzip or zlib
            piece = inflater.decompress(rest, _PIECE)
            yield piece
            rest = inflater.unused_data or inflater.unconsumed_tail
    if inflater is not None and not inflater.eof:
        raise _Cut("the packed answer ends too early")
