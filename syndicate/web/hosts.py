"""Which Host names are answered. Absolute addresses come from the base URL, never from Host."""

from __future__ import annotations

import ipaddress
from collections.abc import Collection
from typing import Final
from urllib.parse import urlsplit

_STANDARD_PORTS: Final = frozenset({"", "80", "443"})
_REMEMBERED: Final = 256


def split(host: str) -> tuple[str, str]:
    """Return name and port of a Host header, in lower case; `[::1]` loses its brackets."""
    if host.startswith("["):
        name, bracket, port = host[1:].partition("]")
        return (name.lower(), port.removeprefix(":")) if bracket else ("", "")
    name, _, port = host.partition(":")
    return name.lower(), port


def is_loopback(name: str) -> bool:
    """Tell whether a name is this machine's own: localhost, 127.0.0.0/8 or ::1."""
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


class Hosts:
    """The hosts of one installation: of its base URLs, those of network.toml, and loopback.

    `port` is the one listened on; `loopback` says that every name of this machine is answered.
    `known` holds Host headers that were found to be right, so that most need one look-up. Where
    no name is known yet (nothing is published), any is answered: there is only a remedy to tell.
    """

    def __init__(
        self,
        base_urls: Collection[str],
        hosts: Collection[str] = (),
        *,
        port: int | None = None,
        loopback: bool = False,
    ) -> None:
        self._ports = {*_STANDARD_PORTS, str(port or "")}
        self._named: set[str] = set()
        self._loopback = loopback
        for url in base_urls:
            name, own_port = split(urlsplit(url).netloc)
            self._named.add(name)
            self._ports.add(own_port)
            self._loopback = self._loopback or is_loopback(name)
        for host in hosts:
            name, own_port = split(host)
            self._named.add(name)
            self._ports.add(own_port)
        self.known: set[str] = set()

    def answers(self, host: str) -> bool:
        """Tell whether requests to this Host header's value are ours."""
        name, port = split(host)
        right = (
            (name in self._named and port in self._ports)
            or (self._loopback and is_loopback(name) and (port.isdecimal() or not port))
            or not self._named
        )
        if right and len(self.known) < _REMEMBERED:
            self.known.add(host)
        return right
