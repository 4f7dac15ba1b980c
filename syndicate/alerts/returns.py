"""Mail that comes back to us: later refusals (RFC 3464), complaints (RFC 5965), leaving by mail.

Each mail of ours names its reader in the address to which answers go (VERP), with a token that
nobody else can make. So nothing is guessed from a text, and nobody can have others given up.
"""

from __future__ import annotations

import email
import email.policy
import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Final, Literal, cast

from syndicate.alerts.replies import is_dead
from syndicate.alerts.tokens import Keyring

Severity = Literal["hard", "soft", "complaint"]
LARGEST: Final = 1_000_000
"""Bytes of a mail that are read; what matters stands at its beginning."""

_OURS = re.compile(r"\b([bu])\+([0-9a-f]{36})@", re.IGNORECASE)
_DAYS: Final = 5
_SPAN: Final = timedelta(days=14)
MEMORY: Final = timedelta(days=30)
"""So long a soft bounce counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """What a mail to us means. `event` is the same for the same mail, however often it comes."""

    what: Literal["bounce", "leave"]
    key: str  # public id of the subscription or letter
    event: str
    severity: Severity = "soft"
    status: str = ""


def read(data: bytes, recipients: Iterable[str], keyring: Keyring) -> Returned | None:
    """Read a mail that came in; None for one that means nothing: delays, holiday notices, spam.

    `recipients` are the addresses it came for, as the mail system says; else its headers say so.
    """
    message = email.message_from_bytes(data[:LARGEST], policy=email.policy.default)
    event = hashlib.sha256(data).hexdigest()
    for kind, key in _ours([*recipients, *_addressed(message)], keyring):
        if kind == "u":
            return Returned(what="leave", key=key, event=event)
        for severity, status in _findings(message):
            return Returned(what="bounce", key=key, event=event, severity=severity, status=status)
    return None


def _addressed(message: EmailMessage) -> Iterator[str]:
    for name in ("Delivered-To", "X-Original-To", "Envelope-To", "To"):
        yield from map(str, message.get_all(name, []))


def _ours(addresses: Iterable[str], keyring: Keyring) -> Iterator[tuple[str, str]]:
    """Yield the purpose and the public id of addresses that we made."""
    for address in addresses:
        for found in _OURS.finditer(address):
            kind = found[1].lower()
            key = keyring.read("bounce" if kind == "b" else "unsubscribe", found[2])
            if key is not None:
                yield kind, key


def _findings(message: EmailMessage) -> Iterator[tuple[Severity, str]]:
    """Yield what a delivery report says (RFC 3464, 2.3) or a complaint (RFC 5965)."""
    for part in message.walk():
        kind = part.get_content_type()
        if kind == "message/feedback-report":
            yield "complaint", "complaint"
        elif kind == "message/delivery-status":
            for block in cast("Sequence[EmailMessage]", part.get_payload()):
                if str(block.get("Action", "")).strip().lower() == "failed":
                    status = str(block.get("Status", "")).strip()
                    text = f"{status} {block.get('Diagnostic-Code', '')}".strip()[:500]
                    yield ("hard" if is_dead(550, status) else "soft"), text


def is_given_up(softs: Sequence[datetime], now: datetime) -> bool:
    """Tell whether soft bounces are so many, on so many days, that an address is given up.

    A full mailbox or a strict filter may be mended: five days within a month, two weeks apart.
    """
    recent = sorted(at for at in softs if now - at <= MEMORY)
    days = {at.date() for at in recent}
    return len(days) >= _DAYS and recent[-1] - recent[0] >= _SPAN
