"""Who is at the other end: X-Forwarded-For counts only where a trusted proxy wrote it."""

from __future__ import annotations

import ipaddress
from collections.abc import Collection, Mapping
from typing import Any

from syndicate.config import IpNetwork


def client_address(environ: Mapping[str, Any], trusted: Collection[IpNetwork]) -> str:
    """Return the address nearest to us that is not one of our proxies."""
    hops = str(environ.get("HTTP_X_FORWARDED_FOR", "")).split(",")
    address = str(environ.get("REMOTE_ADDR", ""))
    while hops and _is_trusted(address, trusted):
        claimed = hops.pop().strip()
        if _parse(claimed) is None:
            break
        address = claimed
    return address


def _is_trusted(address: str, trusted: Collection[IpNetwork]) -> bool:
    parsed = _parse(address)
    return parsed is not None and any(parsed in network for network in trusted)


def _parse(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(address)
    except ValueError:
        return None
