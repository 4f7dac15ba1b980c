"""DKIM (RFC 6376): signs each mail with the network's own key. The one door to dkimpy.

Without a key the relay signs, as most do. Both headers of one-click leaving are covered, as
RFC 8058 demands, and those that tell the reader who writes cannot be added a second time.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from syndicate.errors import DeliveryError

_SIGNED: Final = (
    *(b"from", b"from", b"to", b"to", b"subject", b"subject", b"date", b"message-id", b"reply-to"),
    *(b"list-id", b"list-unsubscribe", b"list-unsubscribe-post", b"list-help", b"list-archive"),
    *(b"mime-version", b"content-type", b"content-transfer-encoding", b"content-language"),
    b"auto-submitted",
)


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs for one domain with one key, a PEM of RSA."""

    key: bytes = field(repr=False)

    def sign(self, message: bytes, *, domain: str, selector: str) -> bytes:
        """Return the message with a signature before it."""
        import dkim  # noqa: PLC0415 - of the extra `mail`; only who has a key needs it

        try:
            signature: bytes = dkim.sign(
                message,
                selector.encode(),
                domain.encode(),
                self.key,
                canonicalize=(b"relaxed", b"relaxed"),
                include_headers=_SIGNED,
            )
        except dkim.DKIMException as error:
            raise DeliveryError(f"no mail can be signed: {error}", _REMEDY) from error
        return signature + message


def load(path: Path) -> Signer:
    """Read the key. DeliveryError says what is wrong with it."""
    try:
        import dkim  # noqa: F401, PLC0415 - said now, not with the first mail
    except ImportError:
        remedy = "pip install 'syndicate-service[mail]', or let the relay sign"
        raise DeliveryError("mails cannot be signed without dkimpy", remedy) from None
    try:
        key = path.read_bytes()
    except OSError as error:
        raise DeliveryError(f"the key {path} cannot be read: {error.strerror}", _REMEDY) from None
    if b"PRIVATE KEY-----" not in key:
        raise DeliveryError(f"{path} is no private key", _REMEDY)
    return Signer(key)


_REMEDY: Final = (
    "SYNDICATE_DKIM_KEY_FILE names a PEM file: `openssl genrsa -traditional -out dkim.pem 2048`"
)
