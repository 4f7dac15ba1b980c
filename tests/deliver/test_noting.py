"""What was sent is noted soon, whatever the next mail waits for; never more than may be open."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable

import pytest
from sqlalchemy import func, select, text

from syndicate.deliver import engine as engines
from syndicate.deliver.audit import audit
from syndicate.deliver.sender import NOTE_EVERY
from syndicate.deliver.smtp import Envelope
from syndicate.deliver.worker import Worker
from syndicate.store import alert_tables as tables
from syndicate.store import engine as store
from tests.readers import Network
from tests.sink import Answer


def noted(network: Network) -> int:
    with store.reading(network.site.engine) as connection:
        query = select(func.count()).where(
            tables.delivery.c.channel == "alert", tables.delivery.c.state == "sent"
        )
        found: int = connection.execute(query).scalar_one()
        return found


def publish(network: Network, readers: int) -> None:
    network.fill(readers)
    network.site.write("one")
    network.site.publish()


def working(network: Network, **how: int) -> threading.Thread:
    made = network.worker(**how)
    thread = threading.Thread(target=engines.run_once, args=(made.duties, threading.Event()))
    thread.start()
    return thread


def test_what_was_sent_is_noted_while_the_next_mail_hangs(either: Network) -> None:
    publish(either, 4)
    go_on = threading.Event()

    def hang(stage: str, address: str) -> Answer:
        if stage == "data" and len(either.sink.mails) == 3:
            go_on.wait(60)
        return None

    either.sink.rule = hang
    thread = working(either)
    while noted(either) < 3:
        assert thread.is_alive()
        time.sleep(0.01)
    go_on.set()
    thread.join()
    assert noted(either) == 4


@pytest.mark.parametrize("every", [1, 3, 10])
def test_no_more_are_open_than_may_be(network: Network, every: int) -> None:
    publish(network, 25)
    most = 0

    def look(stage: str, _address: str) -> Answer:
        nonlocal most
        if stage == "data":
            most = max(most, len(network.sink.mails) + 1 - noted(network))
        return None

    network.sink.rule = look
    working(network, note_every=every).join()
    assert 1 <= most <= every
    assert noted(network) == 25


class Broken:
    """A relay with a fault that nobody foresaw, at its third mail."""

    def __init__(self) -> None:
        self.taken: list[str] = []

    def send(self, envelope: Envelope, _message: bytes) -> None:
        if len(self.taken) == 2:
            raise RuntimeError("a fault")
        self.taken.append(envelope.recipient)

    def close(self) -> None:
        """Nothing is open."""


def test_a_fault_in_the_middle_leaves_nothing_open(network: Network) -> None:
    publish(network, 5)
    relay = Broken()
    made = Worker(network.site.engine, network.keyring, relay, clock=lambda: network.now)
    with pytest.raises(RuntimeError, match="a fault"):
        engines.run_once(made.duties, threading.Event())
    made.close()
    assert (len(relay.taken), noted(network)) == (2, 2)
    network.wait(minutes=11)
    told = [mail.recipient for mail in network.work()]
    assert sorted(told + relay.taken) == [f"reader-{number}@example.org" for number in range(5)]


def going_away(network: Network) -> Callable[[str, str], Answer]:
    """Return a rule that takes the ledger away at the twelfth mail."""

    def rule(stage: str, _address: str) -> Answer:
        if stage == "data" and len(network.sink.mails) == 12:
            rename(network, "delivery", "away")
        return None

    return rule


def rename(network: Network, old: str, new: str) -> None:
    with store.recording(network.site.engine) as connection:
        connection.execute(text(f"ALTER TABLE {old} RENAME TO {new}"))


def until_told(caplog: pytest.LogCaptureFixture, thread: threading.Thread) -> None:
    while "what was sent cannot be noted yet" not in caplog.text:
        assert thread.is_alive()
        time.sleep(0.01)


def test_a_store_that_is_away_for_a_while_is_waited_for(
    either: Network, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing goes twice: the sender holds still until what it sent is noted."""
    publish(either, 25)
    either.sink.rule = going_away(either)
    thread = working(either)
    until_told(caplog, thread)
    assert len(either.sink.mails) <= 20
    rename(either, "away", "delivery")
    thread.join()
    assert sorted(mail.recipient for mail in either.sink.mails) == sorted(
        f"reader-{number}@example.org" for number in range(25)
    )
    assert audit(either.site.engine).sent == 25


def test_whoever_is_told_to_end_does_not_wait_for_it(
    network: Network, caplog: pytest.LogCaptureFixture
) -> None:
    """What was sent and not noted goes twice then, as after a kill, and no more than that."""
    publish(network, 25)
    network.sink.rule = going_away(network)
    stop = threading.Event()
    made = network.worker()
    loop = threading.Thread(target=engines.LocalEngine().run, args=(made.duties, stop))
    loop.start()
    until_told(caplog, loop)
    stop.set()
    loop.join()
    network.end_workers()
    rename(network, "away", "delivery")
    network.sink.rule = lambda _stage, _address: None
    network.wait(minutes=11)
    network.work()
    sent = Counter(mail.message["Message-ID"] for mail in network.sink.mails)
    assert len(sent) == 25
    assert sent.total() - 25 <= NOTE_EVERY
