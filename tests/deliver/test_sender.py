"""Sending in good order: limits, an end in the middle, a store that fails."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import text

from syndicate.deliver import engine as engines
from syndicate.deliver.audit import audit
from syndicate.store import engine as store
from tests.deliver.answers import A, B, says, states
from tests.readers import Network
from tests.sink import Answer


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
