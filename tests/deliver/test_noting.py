"""What was sent is noted soon, whatever the next mail waits for; never more than may be open."""

from __future__ import annotations

import threading
import time

import pytest
from sqlalchemy import func, select, text

from syndicate.deliver import engine as engines
from syndicate.deliver.audit import audit
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


def test_a_store_that_is_away_for_a_while_is_waited_for(
    either: Network, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing goes twice: the sender holds still until what it sent is noted."""
    publish(either, 25)
    engine = either.site.engine

    def rename(old: str, new: str) -> None:
        with store.recording(engine) as connection:
            connection.execute(text(f"ALTER TABLE {old} RENAME TO {new}"))

    def go_away(stage: str, _address: str) -> Answer:
        if stage == "data" and len(either.sink.mails) == 12:
            rename("delivery", "away")
        return None

    either.sink.rule = go_away
    thread = working(either)
    while "what was sent cannot be noted yet" not in caplog.text:
        assert thread.is_alive()
        time.sleep(0.01)
    assert len(either.sink.mails) <= 20
    rename("away", "delivery")
    thread.join()
    assert sorted(mail.recipient for mail in either.sink.mails) == sorted(
        f"reader-{number}@example.org" for number in range(25)
    )
    assert audit(engine).sent == 25
