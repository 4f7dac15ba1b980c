"""Resolves, judges and dials in one step, within a deadline.

A name is resolved once, where the connection is opened; every address it has is judged, and only
a judged one is dialled, while `Host` and TLS keep the name: a second DNS answer changes nothing.
"""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

import httpcore2  # httpx2's connection layer: the only place where an address can be pinned

from syndicate.errors import FetchError, FetchFailed
from syndicate.outgoing.public import is_loopback, is_public

PORTS: Final = frozenset({80, 443, 8080, 8443})

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


@cache
def trusted() -> ssl.SSLContext:
    """Return the certificates to trust; reading them takes longer than a request."""
    return httpcore2.default_ssl_context()


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """What may be reached, and how. `allow_loopback` (tests only) opens 127.0.0.0/8 and ::1."""

    allow_loopback: bool = False
    ports: frozenset[int] = PORTS
    resolve: Resolve = resolve
    connect: Connect = connect
    tls: Callable[[], ssl.SSLContext] = trusted


class Network(httpcore2.NetworkBackend):
    """The network as requests may use it: one at a time in each thread, within its own deadline."""

    def __init__(self, guard: Guard) -> None:
        self.guard = guard
        self._present = threading.local()

    def begin(self, shown: str, deadline: float) -> None:
        """Begin a request of this thread; `shown` is its address in an error's text."""
        self._present.shown = shown
        self._present.deadline = deadline

    @property
    def _shown(self) -> str:
        return str(self._present.shown)

    def left(self) -> float:
        """Return the seconds that the request of this thread has left."""
        left: float = self._present.deadline - time.monotonic()
        if left <= 0:
            raise httpcore2.TimeoutException
        return left

    def connect_tcp(
        self, host: str, port: int, *_args: object, **_options: object
    ) -> httpcore2.NetworkStream:
        failure: Exception = httpcore2.ConnectTimeout()
        addresses = self._judged(self._resolved(host, port), port)
        for number, address in enumerate(addresses):
            # an address that swallows packets leaves the others their share of the time
            share = self.left() / (len(addresses) - number)
            try:
                stream = self.guard.connect(address, port, share)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
            else:
                return _Timed(stream, self)
        raise failure

    def _judged(self, addresses: Sequence[str], port: int) -> Sequence[str]:
        """Return the addresses if every one of them, and the port, may be reached."""
        local = self.guard.allow_loopback and all(map(is_loopback, addresses))
        for address in addresses:
            if not local and not is_public(address):
                raise FetchError(
                    f"{self._shown} is at {address}, which is not a public address",
                    "give an address of the public internet",
                )
        if not local and port not in self.guard.ports:
            raise FetchError(
                f"{self._shown}: port {port}", f"use one of {sorted(self.guard.ports)}"
            )
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
        thread.join(self.left())
        if not found:
            raise httpcore2.ConnectTimeout
        if not found[0]:
            raise FetchFailed(f"{self._shown}: its name has no address", "check the spelling")
        return found[0]


class _Timed(httpcore2.NetworkStream):
    """A connection whose every wait ends with the request's time, however slowly bytes come."""

    def __init__(self, stream: httpcore2.NetworkStream, network: Network) -> None:
        self._stream = stream
        self._network = network

    def close(self) -> None:
        self._stream.close()

    def get_extra_info(self, info: str) -> object:
        return self._stream.get_extra_info(info)

    def read(self, max_bytes: int, *_timeout: object, **_named: object) -> bytes:
        return self._stream.read(max_bytes, self._network.left())

    def write(self, buffer: bytes, *_timeout: object, **_named: object) -> None:
        self._stream.write(buffer, self._network.left())

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        *_timeout: object,
        **_named: object,
    ) -> httpcore2.NetworkStream:
        left = self._network.left()
        return _Timed(self._stream.start_tls(ssl_context, server_hostname, left), self._network)
