"""Secrets and signatures as in Standard Webhooks 1.0 ("Signature scheme", symmetric)."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from base64 import b64decode, b64encode
from collections.abc import Sequence
from typing import Final

PREFIX: Final = "whsec_"
_BYTES: Final = 32  # the specification wants 24 to 64


def make_secret() -> str:
    """Return a new secret: `whsec_` and Base64 of random bytes."""
    return PREFIX + b64encode(secrets.token_bytes(_BYTES)).decode("ascii")


def sign(secret: str, *, id: str, timestamp: int, body: bytes) -> str:
    """Return `v1,<Base64 of HMAC-SHA-256>` over `id.timestamp.body`; the timestamp in seconds."""
    key = b64decode(secret.removeprefix(PREFIX))
    signed = f"{id}.{timestamp}.".encode() + body
    return "v1," + b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode("ascii")


def headers(secrets: Sequence[str], *, id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """Return the three headers of a call, signed by each of the secrets that are in force."""
    signatures = [sign(secret, id=id, timestamp=timestamp, body=body) for secret in secrets]
    return {
        "content-type": "application/json",
        "webhook-id": id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signatures),
    }
