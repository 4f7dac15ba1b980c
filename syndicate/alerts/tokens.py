"""Links that prove who follows them: only the holder of the secret key can make their tokens.

A token is an id of 8 bytes and 10 bytes of HMAC-SHA-256 over purpose and id, in hexadecimal. None
of it is kept, so it outlives a restore; a former key of the installation still reads it. One
purpose's token is worth nothing to another. Mail systems may change its case.
"""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Sequence
from typing import Final, Literal

from syndicate.mailbox import Mailbox

Purpose = Literal["confirm", "preferences", "unsubscribe", "bounce"]
LENGTH: Final = 36
_ID_DIGITS: Final = 16
_MAC_DIGITS: Final = 20
_TOKEN: Final = re.compile(rf"[0-9a-f]{{{LENGTH}}}", re.IGNORECASE)


def new_key() -> str:
    """Return a fresh public id: 16 hexadecimal digits."""
    return secrets.token_hex(_ID_DIGITS // 2)


class Keyring:
    """The installation's secret key and its former ones, newest first."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._keys = [key.encode() for key in keys]

    def make(self, purpose: Purpose, key: str) -> str:
        """Return the token of a public id."""
        return key + _mac(self._keys[0], purpose, key)[:_MAC_DIGITS]

    def read(self, purpose: Purpose, token: str) -> str | None:
        """Return the public id of a token that is ours and of this purpose; None for any other."""
        if not _TOKEN.fullmatch(token):
            return None
        identity, given = token[:_ID_DIGITS].lower(), token[_ID_DIGITS:].lower()
        for key in self._keys:
            if hmac.compare_digest(given, _mac(key, purpose, identity)[:_MAC_DIGITS]):
                return identity
        return None

    def digests(self, what: str, text: str) -> list[str]:
        """Return keyed digests of a text, with the present key first: it is known, not kept."""
        return [_mac(key, what, text) for key in self._keys]

    def digests_of(self, mailbox: Mailbox) -> list[str]:
        """Return by what an address is known that is not kept: the same for all its spellings."""
        return self.digests("address", mailbox.key)

    def digest(self, what: str, text: str) -> str:
        return self.digests(what, text)[0]

    def short(self, what: str, text: str) -> str:
        """Return 24 characters of a keyed digest, for a Message-ID."""
        return _mac(self._keys[0], what, text)[:24]


def _mac(key: bytes, purpose: str, text: str) -> str:
    return hmac.digest(key, f"syndicate {purpose}\0{text}".encode(), "sha256").hex()
