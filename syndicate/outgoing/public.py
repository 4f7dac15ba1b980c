"""Which network addresses belong to the public internet."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final

# Not the public internet's, or a way round this list (RFC 6890 and the registries it set up);
# `ipaddress.is_global` calls several of these global. Of IPv6 only 2000::/3 is in public use, so
# what lies outside (mapped, compatible, NAT64, site-local, multicast …) needs no line here.
_CLOSED: Final = """
    0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24
    192.0.2.0/24 192.31.196.0/24 192.52.193.0/24 192.88.99.0/24 192.168.0.0/16 192.175.48.0/24
    198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4
    2001::/23 2001:db8::/32 2002::/16 2620:4f:8000::/48 3fff::/20
"""
_CLOSED_NETWORKS: Final = tuple(map(ip_network, _CLOSED.split()))
_OPEN_V6: Final = ip_network("2000::/3")


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
