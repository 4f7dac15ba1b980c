"""Digests, entity-tags and dates as text. A tag is a digest of bytes, never of time."""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime
from email.utils import format_datetime


def digest(body: bytes) -> str:
    """Return 27 characters of base64url: 160 bits of SHA-256, enough for an entity-tag."""
    return base64.urlsafe_b64encode(hashlib.sha256(body).digest()[:20]).decode().rstrip("=")


def fingerprint(*parts: str) -> str:
    """Return a digest of several texts; their boundaries count."""
    return digest("".join(f"{len(part)}:{part}" for part in parts).encode())


def rfc3339(date: datetime) -> str:
    """Write a date as RFC 3339 demands of Atom: `T`, `Z`, no fraction, which every reader takes."""
    return date.strftime("%Y-%m-%dT%H:%M:%SZ")


def rfc822(date: datetime) -> str:
    """Write a date as RSS wants it, in `+0000`."""
    return format_datetime(date)
