"""What is gathered in memory reaches the store, once, whatever happens to the store meanwhile."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from syndicate import granting
from syndicate.granting import Terms
from syndicate.model import Quota
from syndicate.quotas import FULL, windows
from syndicate.store import engine as store
from syndicate.store import usage
from syndicate.store.usage import Place
from syndicate.web.pull import bookkeeping
from syndicate.web.pull.bookkeeping import Books
from tests import small
from tests.sites import Site
from tests.web.served import until

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
QUOTA = Quota(minute=20, day=50)


@pytest.fixture
def site(tmp_path: Path, database_url: str) -> Iterator[Site]:
    made = small.make(tmp_path / "site", database_url)
    yield made
    made.engine.dispose()


@pytest.fixture
def partner(site: Site) -> str:
    return granting.add(site.engine, "Care", Terms(), now=NOW).partner.id


@pytest.fixture
def books(site: Site, monkeypatch: pytest.MonkeyPatch) -> Iterator[Books]:
    """Return books that are written when a test says so."""
    monkeypatch.setattr(bookkeeping, "EVERY", 3600.0)
    made = Books(site.engine, NOW.timestamp)
    yield made
    made.close()


def place(partner: str, seq: int, *, minutes: int = 0) -> Place:
    at = NOW + timedelta(minutes=minutes)
    return Place(partner=partner, scope="any\n*", epoch="e", seq=seq, begun_at=at, at=at)


def stored(site: Site) -> tuple[list[tuple[str, int, int]], list[tuple[int, datetime]]]:
    """Return (endpoint, requests, bytes) of the ledger, and (seq, begun_at) of the copies."""
    with store.reading(site.engine) as connection:
        rows = usage.list_answered(connection)
        places = usage.list_places(connection)
    return [(r.endpoint, r.requests, r.bytes) for r in rows], [(p.seq, p.begun_at) for p in places]


def test_many_answers_are_one_write(site: Site, partner: str, books: Books) -> None:
    for number in range(100):
        books.note_answer(partner, "changes", 10)
        books.note_place(place(partner, number, minutes=number))
    assert stored(site) == ([], [])
    assert books.flush()
    assert stored(site) == ([("changes", 100, 1000)], [(99, NOW)])
    assert books.flush()
    assert stored(site)[0] == [("changes", 100, 1000)]


def test_several_processes_add_up(site: Site, partner: str) -> None:
    several = [Books(site.engine, NOW.timestamp) for _ in range(3)]
    for one in several:
        one.note_answer(partner, "state", 7)
        assert one.meter.admit(partner, QUOTA).admitted
    for one in several:
        one.close()
    assert stored(site)[0] == [("state", 3, 21)]
    with store.reading(site.engine) as connection:
        taken = usage.get_taken(connection, partner, windows(NOW.timestamp()))
    assert taken.minute == taken.day == 3 * FULL


def test_a_busy_store_is_written_to_later(
    site: Site, partner: str, books: Books, caplog: pytest.LogCaptureFixture
) -> None:
    """SQLite lets nobody write beside a publisher; on PostgreSQL somebody locks the tables."""
    books.note_answer(partner, "changes", 10)
    books.note_place(place(partner, 4))
    assert books.meter.admit(partner, QUOTA).admitted
    with store.writing(site.engine) as publishing:
        if site.engine.dialect.name == "postgresql":
            publishing.exec_driver_sql("LOCK TABLE allowance, ledger IN EXCLUSIVE MODE")
        for _ in range(2):
            assert not books.flush()
        admitted = [books.meter.admit(partner, QUOTA).admitted for _ in range(QUOTA.minute + 5)]
    assert admitted == [True] * (QUOTA.minute - 1) + [False] * 6
    books.note_answer(partner, "changes", 10)
    books.note_place(place(partner, 5, minutes=1))
    assert books.flush()
    assert stored(site) == ([("changes", 2, 20)], [(5, NOW)])
    levels = [(r.levelno, r.name) for r in caplog.records]
    assert levels == [(logging.WARNING, "syndicate.web.pull.bookkeeping")] * 2
    assert [text for text in caplog.messages if partner in text] == []
    assert books.flush()
    with store.reading(site.engine) as connection:
        taken = usage.get_taken(connection, partner, windows(NOW.timestamp()))
    assert taken.minute >= QUOTA.minute * FULL


def test_the_thread_is_there_while_there_is_something_to_write(
    site: Site, partner: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bookkeeping, "EVERY", 0.01)
    books = Books(site.engine, NOW.timestamp)
    assert books._thread is None
    for count in (1, 2):
        assert books.meter.admit(partner, QUOTA).admitted
        books.note_answer(partner, "me", 1)
        until(lambda: books._thread is None)
        assert stored(site)[0] == [("me", count, count)]
    with store.reading(site.engine) as connection:
        taken = usage.get_taken(connection, partner, windows(NOW.timestamp()))
    assert taken.minute == 2 * FULL  # nothing stays leased
    books.close()


def test_closing_writes_what_there_is_and_starts_nothing_again(site: Site, partner: str) -> None:
    books = Books(site.engine, NOW.timestamp)
    books.note_answer(partner, "me", 5)
    books.close()
    assert stored(site)[0] == [("me", 1, 5)]
    books.note_answer(partner, "me", 5)
    assert books._thread is None or not books._thread.is_alive()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_forked_process_keeps_books_of_its_own(site: Site, partner: str) -> None:
    """Servers that load first and fork then: threads do not follow, so the child starts its own."""
    books = Books(site.engine, NOW.timestamp)
    books.note_answer(partner, "me", 1)
    books.flush()
    started = books._thread
    assert started is not None
    site.engine.dispose()
    child = os.fork()
    if child == 0:
        assert books._thread is started
        books.note_answer(partner, "state", 1)
        alive = books._thread is not started and books._thread.is_alive()
        written = books.flush()
        os._exit(0 if alive and written else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert threading.active_count() >= 1
    books.close()
    assert stored(site)[0] == [("me", 1, 1), ("state", 1, 1)]
