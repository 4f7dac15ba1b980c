"""Mail that comes back: each case as some mail system writes it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from syndicate.alerts.returns import is_given_up, read
from syndicate.alerts.tokens import Keyring

KEY = "0123456789abcdef"
KEYRING = Keyring(["k" * 32])
BOUNCES = f"b+{KEYRING.make('bounce', KEY)}@in.example.org"
LEAVING = f"u+{KEYRING.make('unsubscribe', KEY)}@in.example.org"


def report(
    status: str, *, action: str = "failed", diagnostic: str = "", to: str = BOUNCES
) -> bytes:
    """Return a delivery report as Postfix writes one."""
    return f"""From: MAILER-DAEMON@relay.example.org
To: {to}
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

I'm sorry to have to inform you that your message could not be delivered.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; relay.example.org

Final-Recipient: rfc822; reader@example.com
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {diagnostic}

--b
Content-Type: message/rfc822

From: alerts@example.org
Subject: News

--b--
""".encode()


@pytest.mark.parametrize(
    ("status", "severity"),
    [
        ("5.1.1", "hard"),
        ("5.1.10", "hard"),
        ("5.2.1", "hard"),
        ("5.0.0", "soft"),  # says nothing of the address
        ("5.2.2", "soft"),  # a full mailbox
        ("5.7.1", "soft"),  # our mail was refused, not the address
        ("4.4.7", "soft"),  # given up after trying for days
    ],
)
def test_reports(status: str, severity: str) -> None:
    found = read(report(status, diagnostic="550 whatever"), [], KEYRING)
    assert found is not None
    assert (found.what, found.key, found.severity) == ("bounce", KEY, severity)
    assert found.status == f"{status} smtp; 550 whatever"


def test_delays_mean_nothing() -> None:
    assert read(report("4.4.1", action="delayed"), [], KEYRING) is None
    assert read(report("2.0.0", action="relayed"), [], KEYRING) is None


def test_a_holiday_notice_means_nothing() -> None:
    notice = f"From: reader@example.com\nTo: {BOUNCES}\nSubject: Out of office: user unknown\n\nx\n"
    assert read(notice.encode(), [], KEYRING) is None


def test_a_forged_token_gives_nobody_up() -> None:
    forged = BOUNCES.replace("b+0", "b+1")
    other = Keyring(["o" * 32]).make("bounce", KEY)
    for to in (forged, f"b+{other}@in.example.org", "alerts@example.org", LEAVING[1:]):
        assert read(report("5.1.1", to=to), [], KEYRING) is None


def test_a_token_for_leaving_is_none_for_bounces() -> None:
    swapped = LEAVING.replace("u+", "b+")
    assert read(report("5.1.1", to=swapped), [], KEYRING) is None


def test_the_mail_systems_word_on_the_recipient_counts() -> None:
    found = read(report("5.1.1", to="alerts@example.org"), [BOUNCES.upper()], KEYRING)
    assert found is not None
    assert found.key == KEY


def test_a_mail_to_leave() -> None:
    mail = f"From: reader@example.com\nTo: {LEAVING}\nSubject: unsubscribe\n\n\n"
    found = read(mail.encode(), [], KEYRING)
    assert found is not None
    assert (found.what, found.key) == ("leave", KEY)


def test_a_complaint() -> None:
    mail = f"""From: feedback@isp.example
To: {BOUNCES}
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="b"

--b
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: SomeGenerator/1.0
Version: 1

--b--
"""
    found = read(mail.encode(), [], KEYRING)
    assert found is not None
    assert found.severity == "complaint"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00\xff" * 1000,
        b"Content-Type: multipart/report; boundary=b\n\n--b\nContent-Type: message/delivery-status",
        f"To: {BOUNCES}\nContent-Type: message/delivery-status\n\nAction: failed".encode(),
        f"To: {BOUNCES}\nContent-Type: multipart/mixed; boundary=x\n\n{'--x' * 5000}".encode(),
    ],
)
def test_broken_mail_is_read_without_an_error(data: bytes) -> None:
    read(data, [], KEYRING)


def test_the_same_mail_is_the_same_event() -> None:
    one, two = report("5.1.1"), report("5.1.1", diagnostic="again")
    events = [read(data, [], KEYRING).event for data in (one, one, two)]  # type: ignore[union-attr]
    assert events[0] == events[1] != events[2]


NOW = datetime(2026, 11, 25, tzinfo=UTC)


@pytest.mark.parametrize(
    ("ago", "given_up"),
    [
        ([], False),
        ([0, 1, 2, 3, 4], False),  # five days in a row: a full mailbox
        ([0, 5, 10, 14], False),
        ([0, 0, 0, 14, 14, 14], False),  # many mails on two days
        ([0, 4, 8, 12, 14], True),
        ([0, 4, 8, 12, 60], False),  # long ago does not count
    ],
)
def test_soft_bounces(ago: list[int], *, given_up: bool) -> None:
    assert is_given_up([NOW - timedelta(days=days) for days in ago], NOW) is given_up
