"""The one guarded outgoing HTTP client: nobody makes us call what only we can reach (SSRF).

A name is resolved once, where the connection is opened; every address it has is judged, and only
a judged one is dialled, while `Host` and TLS keep the name: a second DNS answer changes nothing.
One deadline spans names, connections, redirects and body. GET only, so far.
"""

from __future__ import annotations

import re
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import httpcore2  # httpx2's connection layer: the only place where an address can be pinned
import httpx2

from syndicate.errors import FetchError

PORTS = frozenset({80, 443, 8080, 8443})
MAX_URL = 2048
_HOST = re.compile(r"[a-z0-9._:-]+")  # of a name (IDNA done), an IPv4 or an IPv6 address
_PIECE = 65536
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_CREDENTIALS = frozenset({"authorization", "cookie"})

# Not the public internet's, or a way round this list (RFC 6890 and the registries it set up);
# `ipaddress.is_global` calls several of these global. Of IPv6 only 2000::/3 is in public use, so
# what lies outside (mapped, compatible, NAT64, site-local, multicast …) needs no line here.
_CLOSED = """
    0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24
    192.0.2.0/24 192.31.196.0/24 192.52.193.0/24 192.88.99.0/24 192.168.0.0/16 192.175.48.0/24
    198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4
    2001::/23 2001:db8::/32 2002::/16 2620:4f:8000::/48 3fff::/20
"""
_CLOSED_NETWORKS = tuple(map(ip_network, _CLOSED.split()))
_OPEN_V6 = ip_network("2000::/3")

Resolve = Callable[[str, int], Sequence[str]]
"""(name, port) -> addresses; OSError when there is none."""
Connect = Callable[[str, int, float], httpcore2.NetworkStream]
"""(address, port, seconds) -> an open connection."""


def resolve(name: str, port: int) -> Sequence[str]:
    """Ask the system for every address of a name."""
    found = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(info[4][0]) for info in found))


def connect(address: str, port: int, seconds: float) -> httpcore2.NetworkStream:
    """Open a TCP connection to an address."""
    return httpcore2.SyncBackend().connect_tcp(address, port, timeout=seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """What may be reached, and how. `allow_loopback` (tests only) opens 127.0.0.0/8 and ::1."""

    allow_loopback: bool = False
    resolve: Resolve = resolve
    connect: Connect = connect
    tls: Callable[[], ssl.SSLContext] = httpcore2.default_ssl_context


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The bounds of one fetch, redirects included; sizes in bytes, as sent and as unpacked."""

    seconds: float = 20.0
    raw_bytes: int = 10_000_000
    inflated_bytes: int = 10_000_000
    redirects: int = 3


DEFAULT_LIMITS = Limits()


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """An answer of any status. `url` is where it came from at last; header names in lower case."""

    url: str
    status: int
    media_type: str  # Content-Type as sent, with its charset
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


def fetch(
    url: str,
    *,
    guard: Guard,
    limits: Limits = DEFAULT_LIMITS,
    headers: Mapping[str, str] | None = None,
) -> Fetched:
    """GET `url`, following redirects. Credentials in `headers` go to the URL's own origin only.

    FetchError says what was refused or what failed, without the query, where a key may stand.
    """
    deadline = time.monotonic() + limits.seconds
    sent = {name.lower(): value for name, value in (headers or {}).items()}
    here = _parse_url(url)
    for _ in range(limits.redirects + 1):
        answer = _exchange("GET", here, sent, _Network(guard, here, deadline), limits)
        location = answer.headers.get("location")
        if answer.status not in _REDIRECTS or location is None:
            return answer
        there = _parse_url(location, base=here)
        if here.scheme == "https" and there.scheme != "https":
            raise FetchError(f"{_place(here)} redirects from https to {there.scheme}")
        if _origin(there) != _origin(here):
            sent = {name: value for name, value in sent.items() if name not in _CREDENTIALS}
        here = there
    raise FetchError(
        f"{_place(here)} comes after {limits.redirects} redirects and redirects again",
        "give the last address",
    )


# What may be asked -----------------------------------------------------------------------------


def is_public(address: str) -> bool:
    """Tell whether an address belongs to the public internet."""
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, IPv6Address) and (ip.scope_id is not None or ip not in _OPEN_V6):
        return False
    return not any(ip in network for network in _CLOSED_NETWORKS)


def is_loopback(address: str) -> bool:
    """Tell whether an address is ::1 or in 127.0.0.0/8, in no other spelling."""
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    return ip == IPv6Address("::1") or (isinstance(ip, IPv4Address) and ip.is_loopback)


def _parse_url(text: str, base: httpx2.URL | None = None) -> httpx2.URL:
    if len(text) > MAX_URL:
        raise FetchError(f"an address of {len(text)} characters", f"at most {MAX_URL}")
    try:
        url = base.join(text) if base else httpx2.URL(text)
    except (httpx2.InvalidURL, ValueError) as error:
        raise FetchError(f"{text[:80]!r} is not an address: {error}") from error
    host = url.raw_host.decode("ascii")
    if url.scheme not in {"http", "https"} or not _HOST.fullmatch(host) or _origin(url)[2] > 65535:
        raise FetchError(f"{text[:80]!r} cannot be fetched", "give an http or https address")
    if url.userinfo:
        raise FetchError(f"{_place(url)} carries a user name", "leave out what is before the @")
    return url


def _origin(url: httpx2.URL) -> tuple[str, str, int]:
    return url.scheme, url.host, url.port or (443 if url.scheme == "https" else 80)


def _place(url: httpx2.URL) -> str:
    """Return the address for an error's text: no user, query or fragment."""
    return f"{url.scheme}://{url.netloc.decode('ascii')}{url.path}"


# The wire --------------------------------------------------------------------------------------


class _Network(httpcore2.NetworkBackend):
    """Resolves, judges and dials in one step, within a deadline."""

    def __init__(self, guard: Guard, url: httpx2.URL, deadline: float) -> None:
        self.guard = guard
        self._place = _place(url)
        self._deadline = deadline

    def connect_tcp(
        self, host: str, port: int, *_args: object, **_options: object
    ) -> httpcore2.NetworkStream:
        failure: Exception = httpcore2.ConnectTimeout()
        for address in self._judged(self._resolved(host, port), port):
            try:
                stream = self.guard.connect(address, port, _left(self._deadline))
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
            else:
                return _Timed(stream, self._deadline)
        raise failure

    def _judged(self, addresses: Sequence[str], port: int) -> Sequence[str]:
        """Return the addresses if every one of them, and the port, may be reached."""
        local = self.guard.allow_loopback and all(map(is_loopback, addresses))
        for address in addresses:
            if not local and not is_public(address):
                raise FetchError(
                    f"{self._place} is at {address}, which is not a public address",
                    "give an address of the public internet",
                )
        if not local and port not in PORTS:
            raise FetchError(f"{self._place}: port {port}", f"use one of {sorted(PORTS)}")
        return addresses

    def _resolved(self, host: str, port: int) -> Sequence[str]:
        """Resolve in a thread, for the system's resolver knows no deadline of ours."""
        found: list[Sequence[str]] = []

        def ask() -> None:
            try:
                found.append(self.guard.resolve(host, port))
            except (OSError, UnicodeError):
                found.append(())

        thread = threading.Thread(target=ask, daemon=True)
        thread.start()
        thread.join(_left(self._deadline))
        if not found:
            raise httpcore2.ConnectTimeout
        if not found[0]:
            raise FetchError(f"{self._place}: its name has no address", "check the spelling")
        return found[0]


class _Timed(httpcore2.NetworkStream):
    """A connection whose every wait ends at one deadline, however slowly bytes drip in."""

    def __init__(self, stream: httpcore2.NetworkStream, deadline: float) -> None:
        self._stream = stream
        self._deadline = deadline

    def close(self) -> None:
        self._stream.close()

    def get_extra_info(self, info: str) -> object:
        return self._stream.get_extra_info(info)

    def read(self, max_bytes: int, *_timeout: object, **_named: object) -> bytes:
        return self._stream.read(max_bytes, _left(self._deadline))

    def write(self, buffer: bytes, *_timeout: object, **_named: object) -> None:
        self._stream.write(buffer, _left(self._deadline))

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        *_timeout: object,
        **_named: object,
    ) -> httpcore2.NetworkStream:
        left = _left(self._deadline)
        return _Timed(self._stream.start_tls(ssl_context, server_hostname, left), self._deadline)


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise httpcore2.TimeoutException
    return left


def _exchange(
    method: str, url: httpx2.URL, headers: Mapping[str, str], network: _Network, limits: Limits
) -> Fetched:
    """Send one request over a connection of its own and read the answer."""
    sent = {
        "Host": url.netloc.decode("ascii"),
        "User-Agent": "syndicate",
        "Accept-Encoding": "gzip",
        "Connection": "close",
        **headers,
    }
    target = httpcore2.URL(
        scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
    )
    tls = network.guard.tls() if url.scheme == "https" else None
    try:
        with (
            httpcore2.ConnectionPool(ssl_context=tls, network_backend=network) as pool,
            pool.stream(method, target, headers=list(sent.items())) as response,
        ):
            received = {
                name.decode("ascii").lower(): value.decode("latin-1")
                for name, value in response.headers
            }
            raw = _bounded(response.iter_stream(), limits.raw_bytes)
            coding = received.get("content-encoding", "identity").strip().lower()
            body = b"".join(_bounded(_unpacked(raw, coding), limits.inflated_bytes))
    except httpcore2.TimeoutException as error:
        raise FetchError(
            f"{_place(url)}: no whole answer in {limits.seconds:g} s", "try again later"
        ) from error
    except (httpcore2.NetworkError, httpcore2.ProtocolError, zlib.error, _Unread) as error:
        raise FetchError(f"{_place(url)}: {error or type(error).__name__}") from error
    return Fetched(
        url=str(url),
        status=response.status,
        media_type=received.get("content-type", ""),
        headers=received,
        body=body,
    )


class _Unread(Exception):
    """An answer that is not read to its end, and why."""


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
        raise _Unread("the packed answer ends too early")
