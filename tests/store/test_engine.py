"""The store's transactions: snapshots, one writer at a time, and errors that a person can mend."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import insert, make_url, select, text

from syndicate.errors import StoreError
from syndicate.store import engine as store
from syndicate.store import integrity, journal
from syndicate.store.engine import Engine
from syndicate.store.schema import site
from syndicate.store.upgrade import upgrade
from tests import postgres, stores
from tests.proxy import Proxy, proxied


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    made = stores.make(database_url)
    yield made
    made.dispose()


@pytest.fixture
def sqlite(sqlite_url: str) -> Iterator[Engine]:
    made = stores.make(sqlite_url)
    yield made
    made.dispose()


def _put(engine: Engine, name: str) -> None:
    with store.writing(engine) as connection:
        connection.execute(insert(site).values(name=name, value=""))


def _names(engine: Engine) -> set[str]:
    with store.reading(engine) as connection:
        return set(connection.execute(select(site.c.name)).scalars())


def test_a_reader_sees_one_state_from_beginning_to_end(engine: Engine) -> None:
    _put(engine, "before")
    query = select(site.c.name)
    with store.reading(engine) as connection:
        assert connection.execute(query).scalars().all() == ["before"]
        _put(engine, "meanwhile")
        assert connection.execute(query).scalars().all() == ["before"]
    assert _names(engine) == {"before", "meanwhile"}


def test_what_fails_is_as_if_it_had_not_been(engine: Engine) -> None:
    def fail() -> None:
        with store.writing(engine) as connection:
            connection.execute(insert(site).values(name="half", value=""))
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert _names(engine) == set()


def test_writers_come_one_after_the_other(engine: Engine) -> None:
    """Each reads the head and adds one; with two at a time some would be lost."""

    def work() -> None:
        for _ in range(5):
            with store.writing(engine) as connection:
                head = journal.get_head(connection)
                time.sleep(0.002)
                connection.execute(text("UPDATE head SET seq = :seq"), {"seq": head.seq + 1})

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.reading(engine) as connection:
        assert journal.get_head(connection).seq == 20


def test_a_reader_does_not_wait_for_a_writer(engine: Engine) -> None:
    with store.writing(engine) as connection:
        connection.execute(insert(site).values(name="new", value=""))
        assert _names(engine) == set()


def test_sqlite_keeps_what_was_committed(sqlite: Engine) -> None:
    with sqlite.connect() as connection:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def test_the_folder_of_a_sqlite_store_is_made(tmp_path: Path) -> None:
    made = store.connect(f"sqlite:///{tmp_path / 'a' / 'b' / 'x.sqlite'}")
    upgrade(made)
    made.dispose()
    assert (tmp_path / "a" / "b" / "x.sqlite").exists()


# Errors ----------------------------------------------------------------------------------------


def test_a_store_without_tables(database_url: str) -> None:
    engine = store.connect(database_url)
    with pytest.raises(StoreError, match=r"no tables yet .*run `syndicate db upgrade`"):
        _names(engine)
    with pytest.raises(StoreError, match="no tables yet"):
        _put(engine, "x")
    engine.dispose()


def test_a_writer_that_waits_too_long(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "LOCK_SECONDS", 1)
    one, other = stores.make(database_url), store.connect(database_url)
    with store.writing(one), pytest.raises(StoreError, match="another process is writing"):
        _put(other, "x")
    one.dispose()
    other.dispose()


def test_a_server_that_does_not_answer() -> None:
    engine = store.connect("postgresql://somebody:secret@127.0.0.1:1/nothing")
    with pytest.raises(StoreError, match=r"does not answer .*check SYNDICATE_DATABASE_URL") as told:
        _names(engine)
    assert "secret" not in str(told.value)


def test_a_full_disk(sqlite: Engine) -> None:
    with sqlite.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()

    def fill() -> None:
        with store.writing(sqlite) as connection:
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
            connection.execute(insert(site).values(name="big", value="x" * 1_000_000))

    with pytest.raises(StoreError, match=r"the disk is full .*nothing was changed"):
        fill()
    assert _names(sqlite) == set()


def test_a_place_that_cannot_be_a_store(tmp_path: Path) -> None:
    engine = store.connect(f"sqlite:///{tmp_path}")
    with pytest.raises(StoreError, match="the store cannot be opened"):
        _names(engine)


def test_a_file_of_another_kind(tmp_path: Path) -> None:
    (tmp_path / "x.sqlite").write_text("this is a text of more than a hundred characters. " * 3)
    engine = store.connect(f"sqlite:///{tmp_path / 'x.sqlite'}")
    with pytest.raises(StoreError, match=r"file is not a database.*syndicate db restore"):
        _names(engine)


# Integrity -------------------------------------------------------------------------------------


def test_a_whole_store_has_no_damage(engine: Engine) -> None:
    with store.reading(engine) as connection:
        assert integrity.find_damage(connection) == []


def test_damage_is_found(sqlite: Engine) -> None:
    with store.writing(sqlite) as connection:
        values = [{"name": f"{number:04}", "value": "x" * 3000} for number in range(200)]
        connection.execute(insert(site), values)
    with sqlite.connect() as connection:
        root, size = (
            connection.exec_driver_sql(query).scalar_one()
            for query in (
                "SELECT rootpage FROM sqlite_master WHERE name = 'sqlite_autoindex_site_1'",
                "PRAGMA page_size",
            )
        )
        connection.exec_driver_sql("ROLLBACK")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.exec_driver_sql("BEGIN")
    sqlite.dispose()
    with Path(str(sqlite.url.database)).open("r+b") as file:
        file.seek((root - 1) * size)
        file.write(b"\x0a" + bytes(99))
    with store.reading(sqlite) as connection:
        assert integrity.find_damage(connection) != []


# A silent server -------------------------------------------------------------------------------


@pytest.fixture
def proxy(postgresql_url: str) -> Iterator[Proxy]:
    with proxied(postgres.get_address(make_url(postgresql_url))) as made:
        yield made


def test_a_server_that_says_nothing_is_not_waited_for(
    postgresql_url: str, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(store._POSTGRESQL, "connect_timeout", 2)  # libpq's least
    through = make_url(postgresql_url).set(host="127.0.0.1", port=proxy.port, query={})
    engine = store.connect(through.render_as_string(hide_password=False), patience=0.3)
    upgrade(engine)
    proxy.silence()
    with pytest.raises(StoreError, match="does not answer"):
        _names(engine)
    proxy.speak()
    assert _names(engine) == set()
    slow = text("SELECT pg_sleep(30)")  # slow is silent, too: nobody can tell the two apart
    with pytest.raises(StoreError, match="does not answer"), store.reading(engine) as connection:
        connection.execute(slow)
    engine.dispose()


def test_a_writer_waits_for_the_lock_longer_than_for_an_answer(postgresql_url: str) -> None:
    engine = store.connect(postgresql_url, patience=0.3)
    upgrade(engine)
    written: list[str] = []

    def write() -> None:
        _put(engine, "second")
        written.append("second")

    thread = threading.Thread(target=write)
    with store.writing(engine) as connection:
        connection.execute(insert(site).values(name="first", value=""))
        thread.start()
        time.sleep(1)  # three times as long as it is patient for an answer
        assert written == []
    thread.join()
    assert written == ["second"]
    assert _names(engine) == {"first", "second"}
    engine.dispose()
