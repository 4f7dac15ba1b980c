"""What a mail system's answer means: for this address, for its domain, or for us.

RFC 5321 (4.2) gives the code, RFC 3463 the enhanced status in the text. Generic refusals say
nothing about the address: whole groups of readers were once given up for a `5.0.0`.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Final, Literal

Stage = Literal["connect", "sender", "recipient", "message"]
"""How far the dialogue had come: up to MAIL FROM, RCPT TO, or after it."""

Verdict = Literal["hard", "refused", "later", "busy", "ours"]
"""The address is dead; this mail is refused; try later; let the domain rest; let all rest."""

_STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
_DEAD: Final = frozenset({"1.1", "1.2", "1.3", "1.6", "1.10", "2.1"})
"""RFC 3463: no such mailbox, no such system, bad syntax, has moved, null MX; mailbox disabled."""
_UNKNOWN = re.compile(
    r"user unknown|no such (user|mailbox|recipient)|unknown (user|recipient|mailbox)"
    r"|(mailbox|recipient|address|user) (does not exist|not found|unavailable|unknown|rejected)"
    r"|does not exist",
    re.IGNORECASE,
)
_BACKOFF: Final = tuple(
    timedelta(minutes=m) for m in (5, 15, 60, 4 * 60, 12 * 60, 24 * 60, 48 * 60)
)
_PATIENCE: Final = timedelta(days=4)


def judge(code: int, text: str, stage: Stage) -> Verdict:
    """Judge a reply. A code of 0 stands for a connection that broke or never came about."""
    if stage == "connect" or (stage == "sender" and code >= 500):
        return "ours"
    if code in (0, 421):
        return "busy"
    if code < 500:
        return "later"
    if stage == "recipient" and is_dead(code, text):
        return "hard"
    return "refused"


def is_dead(code: int, text: str) -> bool:
    """Tell whether a refusal of 5xx means that nobody has this address any more."""
    status = status_of(text)
    if status is not None:
        return status[0] == "5" and status.partition(".")[2] in _DEAD
    return code in (550, 551, 553) and _UNKNOWN.search(text) is not None


def status_of(text: str) -> str | None:
    """Return the first enhanced status in a text: `5.1.1`."""
    found = _STATUS.search(text)
    return found[0] if found else None


def backoff(attempts: int, number: int) -> timedelta | None:
    """Return how long to wait after so many attempts; None when it is time to give up.

    `number` spreads what failed together by a fifth either way: the same one always waits as long.
    """
    if attempts > len(_BACKOFF) or sum(_BACKOFF[:attempts], timedelta()) > _PATIENCE:
        return None
    spread = (number * 7919 % 401 - 200) / 1000
    return _BACKOFF[attempts - 1] * (1 + spread)
