"""What a mail system's answer means. Each text is one that some system gives."""

from __future__ import annotations

from datetime import timedelta

import pytest

from syndicate.alerts.replies import Stage, Verdict, backoff, judge

CASES: list[tuple[int, str, Stage, Verdict]] = [
    (550, "5.1.1 <x@example.org>: Recipient address rejected: User unknown", "recipient", "hard"),
    (550, "5.1.10 Recipient not found by SMTP address lookup", "recipient", "hard"),
    (550, "5.2.1 The email account that you tried to reach is disabled.", "recipient", "hard"),
    (551, "no such user here", "recipient", "hard"),
    (550, "Requested action not taken: mailbox unavailable", "recipient", "hard"),
    (550, "mailbox does not exist", "recipient", "hard"),
    (556, "5.1.10 example.org has a null MX", "recipient", "hard"),
    # refused, but nothing is said of the address
    (550, "5.0.0 rejected", "recipient", "refused"),
    (550, "5.7.1 Message rejected as spam", "recipient", "refused"),
    (550, "5.7.1 Service unavailable; client [192.0.2.1] blocked", "recipient", "refused"),
    (552, "5.2.2 mailbox full", "recipient", "refused"),
    (554, "5.7.1 blocked", "message", "refused"),
    (550, "5.1.1 user unknown", "message", "refused"),
    (552, "5.3.4 message too big", "message", "refused"),
    (550, "rejected", "recipient", "refused"),
    # later
    (450, "4.2.0 greylisted, try again in 5 minutes", "recipient", "later"),
    (452, "4.2.2 over quota", "recipient", "later"),
    (451, "4.3.0 local error", "message", "later"),
    (451, "4.7.1 try later", "sender", "later"),
    # the domain, or the connection to it
    (421, "4.7.0 too many messages", "recipient", "busy"),
    (421, "4.4.2 timeout", "message", "busy"),
    (0, "SMTPServerDisconnected", "message", "busy"),
    # what we are, or how we are set up
    (0, "ConnectionRefusedError", "connect", "ours"),
    (535, "5.7.8 authentication failed", "connect", "ours"),
    (554, "5.3.2 no service here", "connect", "ours"),
    (550, "5.1.8 sender domain does not exist", "sender", "ours"),
    (553, "5.7.1 sender not allowed", "sender", "ours"),
]


@pytest.mark.parametrize(("code", "text", "stage", "verdict"), CASES)
def test_judge(code: int, text: str, stage: Stage, verdict: Verdict) -> None:
    assert judge(code, text, stage) == verdict


def test_waiting_grows_and_ends_after_four_days() -> None:
    waits = [backoff(attempts, 0) for attempts in range(1, 9)]
    known = [wait for wait in waits if wait]
    assert known == sorted(known)
    assert waits[-1] is None
    assert sum(known, timedelta()) < timedelta(days=5)
    assert known[0] >= timedelta(minutes=4)  # greylisting wants some minutes


def test_what_failed_together_does_not_come_back_together() -> None:
    waits = {backoff(3, number) for number in range(500)}
    assert len(waits) > 300
    assert all(w and timedelta(minutes=48) <= w <= timedelta(minutes=72) for w in waits)
    assert backoff(3, 7) == backoff(3, 7)
