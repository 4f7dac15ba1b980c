"""Links that prove who follows them: 32 characters that only the holder of the secret key can make.

A token is an id of 8 bytes and 12 bytes of HMAC-SHA-256 over purpose and id, in base32. Nothing of
it is kept, so it outlives a restore; a former key of the installation still reads it. One purpose's
token is worth nothing to another. Lower case only: mail systems change the case of local parts.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from typing import Final, Literal

Purpose = Literal["confirm", "preferences", "unsubscribe", "bounce"]
LENGTH: Final = 32
_ID_BYTES: Final = 8
_MAC_BYTES: Final = 12


def new_key() -> str:
    """Return a fresh public id: 16 hexadecimal digits."""
    return secrets.token_hex(_ID_BYTES)


class Keyring:
    """The installation's secret key and its former ones, newest first."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._keys = [key.encode() for key in keys]

    def make(self, purpose: Purpose, key: str) -> str:
        """Return the token of a public id."""
        identity = bytes.fromhex(key)
        mac = _mac(self._keys[0], purpose, identity)[:_MAC_BYTES]
        return base64.b32encode(identity + mac).decode().lower()

    def read(self, purpose: Purpose, token: str) -> str | None:
        """Return the public id of a token that is ours and of this purpose; None for any other."""
        if len(token) != LENGTH:
            return None
        try:
            raw = base64.b32decode(token.upper())
        except (binascii.Error, ValueError):
            return None
        identity, given = raw[:_ID_BYTES], raw[_ID_BYTES:]
        for key in self._keys:
            if hmac.compare_digest(given, _mac(key, purpose, identity)[:_MAC_BYTES]):
                return identity.hex()
        return None

    def digests(self, what: str, text: str) -> list[str]:
        """Return keyed digests of a text, with the present key first: it is known, not kept."""
        return [_mac(key, what, text.encode()).hex() for key in self._keys]

    def digest(self, what: str, text: str) -> str:
        return self.digests(what, text)[0]

    def short(self, what: str, text: str) -> str:
        """Return 20 characters of a keyed digest, for a Message-ID."""
        mac = _mac(self._keys[0], what, text.encode())
        return base64.b32encode(mac).decode().lower()[:20]


def _mac(key: bytes, purpose: str, data: bytes) -> bytes:
    return hmac.digest(key, b"syndicate " + purpose.encode() + b"\0" + data, hashlib.sha256)
