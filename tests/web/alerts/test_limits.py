"""What nobody learns of an address, and how often anybody may ask."""

from __future__ import annotations

from syndicate.subscribing import signing_up
from tests.web.alerts.browser import READER, Browser, link


def test_known_unknown_suppressed_and_role_addresses_get_the_same_answer(
    browser: Browser,
) -> None:
    browser.subscribe("known@example.org")
    browser.sign_up("refused@example.org")
    (letter,) = browser.network.work()
    browser.submit(link(letter, "confirm"), act="refuse")
    addresses = ("known@example.org", "new@example.org", "refused@example.org", "abuse@example.org")
    for path, fields in (
        ("/alerts/", {"selection": "empathy"}),
        ("/alerts/preferences/", {}),
    ):
        answers = [browser.submit(path, address=a, **fields) for a in addresses]
        assert len({(a.status_code, a.text, tuple(a.headers)) for a in answers}) == 1
    mails = browser.network.work()
    assert sorted(mail.recipient for mail in mails) == [
        "known@example.org",  # the link to its preferences
        "new@example.org",
    ]


def test_one_mail_for_one_victim_whoever_asks(browser: Browser) -> None:
    for number in range(60):
        spelling = READER.replace("r", "R", number % 3)
        answer = browser.sign_up(spelling, client=f"198.51.100.{number}")
        assert answer.status_code == 200
    assert len(browser.network.work()) == 1


def test_who_asks_too_often_is_told_so_whatever_the_address(browser: Browser) -> None:
    for number in range(signing_up.CLIENT_PER_DAY):
        assert browser.sign_up(f"reader-{number}@example.org").status_code == 200
    refused = browser.sign_up("reader-99@example.org")
    assert refused.status_code == 429
    assert browser.sign_up("reader-99@example.org", client="2001:db8:1::1").status_code == 200
    for number in range(2, 2 + signing_up.CLIENT_PER_DAY):
        answer = browser.sign_up(f"six-{number}@example.org", client=f"2001:db8:1::{number:x}")
    assert answer.status_code == 429  # a /64 is one client
    assert READER not in refused.text


def test_who_fills_in_what_nobody_sees_gets_the_usual_answer_and_no_mail(browser: Browser) -> None:
    answer = browser.sign_up(website="https://spam.example")
    assert answer.text == browser.sign_up("person@example.org").text
    assert [mail.recipient for mail in browser.network.work()] == ["person@example.org"]


def test_nothing_that_a_visitor_writes_is_in_the_mail(browser: Browser) -> None:
    browser.sign_up("buy-now@example.org", selection="empathy", note="Buy now: http://spam.example")
    (letter,) = browser.network.work()
    assert "spam" not in letter.text
    assert letter.html == ""
