"""The disk is full: SQLite says so, the worker waits, and nobody is lost or told twice."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import Engine, event

from syndicate.deliver import engine as engines
from syndicate.deliver.audit import audit
from syndicate.errors import StoreError
from syndicate.store import engine as store
from tests.readers import Network
from tests.sink import Answer

READERS = 300


@dataclass
class Disk:
    """Lets the store's file grow no more while it is full: SQLite's own limit, and own error."""

    engine: Engine
    full: bool = False

    def limit(self, connection: Any, _record: Any, _proxy: Any) -> None:
        pages = 1 if self.full else 2**31 - 2  # fewer than there are: as many as there are
        connection.execute(f"PRAGMA max_page_count = {pages}")


@pytest.fixture
def disk(network: Network) -> Iterator[Disk]:
    network.fill(READERS)
    made = Disk(network.site.engine)
    event.listen(network.site.engine, "checkout", made.limit)
    yield made
    event.remove(network.site.engine, "checkout", made.limit)


def working(network: Network, stop: threading.Event) -> threading.Thread:
    duties = network.worker().duties
    thread = threading.Thread(target=engines.LocalEngine(pause=0.01).run, args=(duties, stop))
    thread.start()
    return thread


def told_once(network: Network) -> None:
    told = sorted(mail.recipient for mail in network.sink.mails)
    assert told == sorted(f"reader-{number}@example.org" for number in range(READERS))
    found = audit(network.site.engine)
    assert (found.sent, found.pending, found.faults) == (READERS, 0, [])


def until(text: str, caplog: pytest.LogCaptureFixture, thread: threading.Thread) -> None:
    while text not in caplog.text:
        assert thread.is_alive()
        time.sleep(0.01)


def test_while_it_plans(network: Network, disk: Disk, caplog: pytest.LogCaptureFixture) -> None:
    network.site.write("one")
    network.site.publish()
    disk.full = True
    stop = threading.Event()
    thread = working(network, stop)
    until("plan: the disk is full", caplog, thread)
    assert network.sink.mails == []
    disk.full = False
    while len(network.sink.mails) < READERS:
        assert thread.is_alive()
        time.sleep(0.01)
    stop.set()
    thread.join()
    told_once(network)


def test_while_it_notes(network: Network, disk: Disk, caplog: pytest.LogCaptureFixture) -> None:
    """What cannot be noted is held, and no more is sent, until there is room."""
    with store.recording(network.site.engine) as connection:
        # noting takes no more room by itself; in a store that is written to its log does
        connection.exec_driver_sql("CREATE TABLE ballast (data BLOB)")
        connection.exec_driver_sql(
            "CREATE TRIGGER heavy AFTER UPDATE ON delivery WHEN NEW.state = 'sent'"
            " BEGIN INSERT INTO ballast VALUES (zeroblob(8000)); END"
        )
    network.site.write("one")
    network.site.publish()

    def fill(stage: str, _address: str) -> Answer:
        if stage == "data" and len(network.sink.mails) == 5:
            disk.full = True
        return None

    network.sink.rule = fill
    stop = threading.Event()
    thread = working(network, stop)
    until("what was sent cannot be noted yet: the disk is full", caplog, thread)
    taken = len(network.sink.mails)
    assert taken < READERS
    while caplog.text.count("cannot be noted yet") < 2:  # it tries again
        time.sleep(0.01)
    assert len(network.sink.mails) == taken
    network.sink.rule = lambda _stage, _address: None
    disk.full = False
    while len(network.sink.mails) < READERS:
        assert thread.is_alive()
        time.sleep(0.01)
    stop.set()
    thread.join()
    told_once(network)


def test_while_somebody_signs_up(network: Network, disk: Disk) -> None:
    """They are told to come back; nothing is half written."""
    disk.full = True
    told = []
    for number in range(200):
        try:
            network.sign_up(f"new-{number}@example.org", client=f"192.0.2.{number}")
        except StoreError as error:
            told.append(str(error))
        network.wait(seconds=1)
    assert "the disk is full" in told[-1]
    with store.reading(network.site.engine) as connection:
        counts = [
            connection.exec_driver_sql(f"SELECT count(*) FROM {name}").scalar_one()
            for name in ("letter", "delivery", "consent")
        ]
    assert counts == [200 - len(told)] * 3
