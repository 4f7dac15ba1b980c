"""What is refused: nobody is lost, nor given up for what is not their fault."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest

from syndicate.alerts.replies import backoff
from syndicate.deliver.audit import audit
from tests.deliver.answers import A, B, says, standing, states
from tests.readers import Network
from tests.sink import Answer


def test_later_is_tried_again_later(two: Network) -> None:
    two.sink.rule = says({f"rcpt:{A}": "450 4.2.0 greylisted"})
    assert [mail.recipient for mail in two.work()] == [B]
    assert states(two)[A] == ("queued", 1, "450 4.2.0 greylisted")
    two.wait(minutes=3)
    assert two.work() == []
    two.sink.rule = says({})
    two.wait(minutes=5)
    assert [mail.recipient for mail in two.work()] == [A]
    assert audit(two.site.engine).sent == 2


def test_what_fails_for_days_is_given_up_and_the_reader_is_not(two: Network) -> None:
    two.sink.rule = says({f"rcpt:{A}": "451 4.3.0 try later"})
    attempts = 0
    while states(two).get(A, ("queued", 0, None))[0] != "failed":
        two.work()
        attempts += 1
        two.wait(seconds=(backoff(attempts, 1) or timedelta(1)).total_seconds() * 1.3)
    assert attempts == 8
    assert standing(two, A) == "active"
    assert audit(two.site.engine).failed == 1


def test_a_dead_address_is_given_up_at_once(two: Network) -> None:
    two.sink.rule = says({f"rcpt:{A}": "550 5.1.1 user unknown"})
    assert [mail.recipient for mail in two.work()] == [B]
    assert states(two)[A] == ("failed", 1, "550 5.1.1 user unknown")
    assert standing(two, A) == "bounced"
    two.sink.rule = says({})
    two.site.write("two", number=1)
    two.site.publish()
    assert [mail.recipient for mail in two.work()] == [B]
    assert audit(two.site.engine).skipped == {"bounced": 1}


@pytest.mark.parametrize(
    "answers",
    [
        {f"rcpt:{A}": "550 5.0.0 rejected"},
        {f"rcpt:{A}": "552 5.2.2 mailbox full"},
        {f"data:{A}": "554 5.7.1 this looks like spam"},
    ],
)
def test_a_mail_that_is_refused_does_not_cost_the_reader_the_next(
    two: Network, answers: dict[str, Answer]
) -> None:
    two.sink.rule = says(answers)
    assert [mail.recipient for mail in two.work()] == [B]
    assert states(two)[A][0] == "failed"
    assert standing(two, A) == "active"


def test_refused_over_weeks_is_given_up_until_the_reader_confirms_anew(two: Network) -> None:
    two.sink.rule = says({f"rcpt:{A}": "552 5.2.2 mailbox full"})
    for number in range(1, 6):
        two.work()
        two.wait(days=4)
        two.site.write(f"next-{number}", number=number)
        two.site.publish()
    assert standing(two, A) == "bounced"
    two.sink.rule = says({})
    two.work()
    two.forget_letters()
    assert two.subscribe(A).standing == "active"


def test_a_domain_that_is_busy_rests_and_holds_up_no_other(network: Network) -> None:
    for number in range(3):
        network.subscribe(f"reader-{number}@one.example")
    network.subscribe(B)
    network.site.write("one")
    network.site.publish()
    network.sink.rule = says(
        {f"rcpt:reader-{n}@one.example": "421 4.7.0 too many" for n in range(3)}
    )
    assert [mail.recipient for mail in network.work()] == [B]
    network.wait(minutes=2)
    network.site.write("two", number=1)
    network.site.publish()
    assert [mail.recipient for mail in network.work()] == [B]
    network.sink.rule = says({})
    network.wait(minutes=10)
    told = [mail.recipient for mail in network.work()]
    assert sorted(told) == sorted([f"reader-{n}@one.example" for n in range(3)] * 2)


def test_a_relay_that_is_away_costs_no_attempt(
    two: Network, caplog: pytest.LogCaptureFixture
) -> None:
    two.end_workers()
    two.sink.rule = says({"hello": "554 5.3.2 not now"})
    with caplog.at_level(logging.WARNING):
        assert two.work() == []
    assert "the relay takes no mail: 554 5.3.2 not now" in caplog.text
    assert {state[:2] for state in states(two).values()} == {("queued", 0)}
    assert two.work() == []  # it rests
    two.sink.rule = says({})
    two.wait(seconds=40)
    assert len(two.work()) == 2


def test_a_sender_whom_the_relay_does_not_want_stops_before_anything_is_lost(two: Network) -> None:
    two.sink.rule = says({"mail": "553 5.7.1 sender not allowed"})
    assert two.work() == []
    assert {state[:2] for state in states(two).values()} == {("queued", 0)}


def test_twenty_refusals_in_a_row_stop_the_sending(
    network: Network, caplog: pytest.LogCaptureFixture
) -> None:
    network.fill(25)
    network.site.write("one")
    network.site.publish()
    network.sink.rule = lambda stage, _address: "554 5.7.1 spam" if stage == "data" else None
    with caplog.at_level(logging.ERROR):
        network.work()
    assert "20 mails in a row were refused" in caplog.text
    count = sum(state[0] == "failed" for state in states(network).values())
    assert count == 20
    network.sink.rule = says({})
    network.wait(minutes=16)
    assert len(network.work()) == 5
