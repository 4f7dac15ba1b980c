"""Sending when things go wrong: nothing is lost, nobody is given up for what is not their fault."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from syndicate.alerts.replies import backoff
from syndicate.deliver import engine as engines
from syndicate.deliver.audit import audit
from syndicate.store import alert_tables as tables
from syndicate.store import engine as store
from syndicate.subscribing import returning
from tests.readers import Network
from tests.sink import Answer

A, B = "a@one.example", "b@two.example"


def says(answers: dict[str, Answer]) -> Callable[[str, str], Answer]:
    """Return a rule that answers `stage:address` or `stage`."""
    return lambda stage, address: answers.get(f"{stage}:{address}", answers.get(stage))


def states(network: Network) -> dict[str, tuple[str, int, str | None]]:
    """Return state, attempts and last reply of each alert, by address."""
    with store.reading(network.site.engine) as connection:
        query = select(tables.delivery, tables.subscription.c.address).join(
            tables.subscription, tables.subscription.c.id == tables.delivery.c.recipient
        )
        rows = connection.execute(query.where(tables.delivery.c.channel == "alert"))
        return {row.address: (row.state, row.attempts, row.reply) for row in rows}


def standing(network: Network, address: str) -> str:
    with store.reading(network.site.engine) as connection:
        query = select(tables.subscription.c.standing)
        found: str = connection.execute(
            query.where(tables.subscription.c.address == address)
        ).scalar_one()
        return found


@pytest.fixture
def two(network: Network) -> Network:
    """Return a network with two readers and news for them."""
    network.subscribe(A)
    network.subscribe(B)
    network.site.write("one")
    network.site.publish()
    return network


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


@pytest.mark.parametrize("pipelining", [True, False])
@pytest.mark.parametrize("stage", ["mail", "rcpt", "data"])
def test_a_connection_that_breaks_is_opened_again(
    two: Network, stage: str, *, pipelining: bool
) -> None:
    two.sink.offers = ("SMTPUTF8", "PIPELINING") if pipelining else ("SMTPUTF8",)
    broken: list[str] = []

    def once(at: str, address: str) -> Answer:
        if at == stage and not broken:
            broken.append(address)
            return "drop"
        return None

    two.sink.rule = once
    two.work()
    two.wait(minutes=20)
    two.work()
    told = [mail.recipient for mail in two.sink.mails if mail.message["Subject"].endswith("one")]
    assert sorted(told) == [A, B]


def test_taken_but_not_said_so_goes_twice_under_one_name(two: Network) -> None:
    """At least once: whoever cannot know sends again, and the reader's program can tell."""
    two.sink.rule = says({f"data:{A}": "drop-after"})
    two.work()
    two.sink.rule = says({})
    two.wait(minutes=20)
    two.work()
    copies = [mail.message["Message-ID"] for mail in two.sink.to(A) if mail.html]
    assert len(copies) == 2
    assert len(set(copies)) == 1


def test_a_slow_relay_is_waited_for_no_longer_than_allowed(two: Network) -> None:
    two.sink.rule = says({f"data:{A}": "slow 30"})
    two.end_workers()
    two.worker(timeout=0.2)
    two.work()
    assert states(two)[A][0] == "queued"
    assert states(two)[B][0] == "sent"


def test_one_connection_is_used_again_and_not_for_ever(network: Network) -> None:
    network.fill(110)
    before = network.sink.connections
    network.site.write("one")
    network.site.publish()
    assert len(network.work()) == 110
    assert network.sink.connections - before <= 3


def test_a_domain_gets_no_more_than_it_may_in_a_minute(network: Network) -> None:
    network.alerts(domain_per_minute=2)
    for number in range(5):
        network.subscribe(f"reader-{number}@one.example")
        network.wait(minutes=1)
    network.subscribe(B)
    network.wait(minutes=1)
    network.site.write("one")
    network.site.publish()
    counts = []
    for _ in range(3):
        mails = [mail.recipient for mail in network.work()]
        counts.append(sum(one.endswith("one.example") for one in mails))
        network.wait(minutes=1)
    assert counts == [2, 2, 1]


def test_addresses_beyond_ascii_need_a_relay_that_takes_them(network: Network) -> None:
    network.subscribe("jérôme@exämple.org")
    network.sink.offers = ()
    network.end_workers()
    network.site.write("one")
    network.site.publish()
    assert network.work() == []
    assert states(network)["jérôme@xn--exmple-cua.org"][2] == (
        "553 5.6.7 the relay takes no address beyond ASCII"
    )


def test_an_end_in_the_middle_gives_back_what_was_claimed(two: Network) -> None:
    stop = threading.Event()

    def end(stage: str, _address: str) -> Answer:
        if stage == "data":
            stop.set()
        return None

    two.sink.rule = end
    two.worker()
    engines.run_once(two.workers[-1].duties, stop)
    counts = sorted(state[:2] for state in states(two).values())
    assert counts == [("queued", 0), ("sent", 1)]
    two.sink.rule = says({})
    assert len(two.work()) == 1


def test_a_failing_store_ends_no_duty(two: Network, caplog: pytest.LogCaptureFixture) -> None:
    """The loop tells, waits and tries again; when the store is back, everything goes out."""
    with store.writing(two.site.engine) as connection:
        connection.execute(text("ALTER TABLE delivery RENAME TO away"))
    stop = threading.Event()
    made = two.worker()
    thread = threading.Thread(target=engines.LocalEngine(pause=0.01).run, args=(made.duties, stop))
    thread.start()
    while "has no tables" not in caplog.text:
        stop.wait(0.01)
    with store.writing(two.site.engine) as connection:
        connection.execute(text("ALTER TABLE away RENAME TO delivery"))
    while len(two.sink.to(A)) + len(two.sink.to(B)) < 4:
        stop.wait(0.01)
    stop.set()
    thread.join()
    assert audit(two.site.engine).sent == 2


# Coming back -----------------------------------------------------------------------------------


def test_mail_that_comes_back_reaches_the_reader_it_names(network: Network) -> None:
    network.alerts(inbound="in.pprnet.example")
    network.subscribe(A)
    network.site.write("one")
    network.site.publish()
    (mail,) = network.work()
    assert mail.sender.endswith("@in.pprnet.example")
    assert "<mailto:u+" in mail.message["List-Unsubscribe"]
    report = (
        f"To: {mail.sender}\nContent-Type: multipart/report; boundary=b\n\n--b\n"
        "Content-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\n"
        "Action: failed\nStatus: 5.1.1\n\n--b--\n"
    )
    engine, keyring = network.site.engine, network.keyring
    for _ in range(2):
        taken = returning.take_mail(engine, keyring, report.encode(), [], now=network.now)
        assert taken == "bounce"
    assert standing(network, A) == "bounced"


def test_leaving_by_mail(network: Network) -> None:
    network.alerts(inbound="in.pprnet.example")
    network.subscribe(A)
    network.site.write("one")
    network.site.publish()
    (mail,) = network.work()
    address = mail.message["List-Unsubscribe"].partition("<mailto:")[2].rstrip(">")
    leave = f"To: {address}\nSubject: x\n\n".encode()
    engine, keyring = network.site.engine, network.keyring
    assert returning.take_mail(engine, keyring, leave, [], now=network.now) == "leave"
    assert standing(network, A) == "ended"


def test_a_complaint_ends_it_and_keeps_the_address_out(network: Network) -> None:
    network.subscribe(A)
    engine, keyring = network.site.engine, network.keyring
    taken = returning.take_report(
        engine, keyring, A, event="1", severity="complaint", status="", now=network.now
    )
    assert taken == "bounce"
    assert standing(network, A) == "ended"
    network.forget_letters()
    network.sign_up(A)
    assert network.work() == []
