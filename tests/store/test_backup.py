"""Backup and restore: nothing lost on the way from one database to another, nothing half done."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Table, func, insert, select

from syndicate.errors import StoreError
from syndicate.publish import sealing
from syndicate.store import backup, journal, schema
from syndicate.store import engine as store
from syndicate.store.engine import Engine
from syndicate.store.upgrade import upgrade
from tests import small
from tests.sites import Site
from tests.store.backups import KEY, NOW, fill, release, tables, write


@pytest.fixture
def site(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """Return a site whose every table holds something."""
    made = small.make(tmp_path / "site", database_url)
    made.write("first")
    made.write("second", number=1, topics=["training"])
    made.write("later", published=datetime(2999, 1, 1, tzinfo=UTC))
    made.publish()
    made.write("first", withdrawn={"date": "2024-01-01T12:30:00Z", "reason": "error"})
    (made.folder / made.path("second")).rename(made.folder / made.path("third"))
    made.publish()
    monkeypatch.setattr(sealing, "ROWS", 1)
    assert sealing.seal_one(made.engine)
    fill(made.engine)
    yield made
    made.engine.dispose()


def _counts(table: Table) -> bool:
    """Tell whether PostgreSQL numbers the rows of a table by itself."""
    counted = table.autoincrement_column
    return counted is not None and counted.name == "id" and table is not schema.head


def test_from_one_database_to_another_and_back(
    tmp_path: Path, sqlite_url: str, postgresql_url: str
) -> None:
    site = small.make(tmp_path / "site", sqlite_url)
    for number in range(5):
        site.write(f"summary-{number}", number=number)
    site.publish()
    fill(site.engine)
    write(site, tmp_path / "one")
    server = store.connect(postgresql_url)
    backup.restore(server, tmp_path / "one")
    release(server)
    backup.write(server, tmp_path / "two", secret_key=None, now=NOW)
    back = store.connect(f"sqlite:///{tmp_path / 'back.sqlite'}")
    backup.restore(back, tmp_path / "two")
    release(back)
    assert tables(site.engine, without=("epoch",)) == tables(back, without=("epoch",))
    with store.writing(server) as connection:
        counted = [table for table in schema.metadata.sorted_tables if _counts(table)]
        assert len(counted) > 5
        for table in counted:
            samples = {int: 8, str: "8", bytes: b"8"}
            row = {c.name: samples[c.type.python_type] for c in table.columns if c.name != "id"}
            added = insert(table).values(row).returning(table.c.id)
            newest = connection.execute(select(func.max(table.c.id))).scalar_one()
            assert connection.execute(added).scalar_one() == newest + 1
    for engine in (site.engine, server, back):
        engine.dispose()


def test_every_table_is_in_a_backup(site: Site, tmp_path: Path, other: Engine) -> None:
    write(site, tmp_path / "kept")
    kept = tables(site.engine, without=("epoch",))
    assert all(kept.values())
    backup.restore(other, tmp_path / "kept")
    release(other)
    assert tables(other, without=("epoch",)) == kept


def test_a_backup_says_what_it_is(site: Site, tmp_path: Path) -> None:
    path = tmp_path / "kept"
    made = write(site, path)
    assert backup.read_manifest(path) == made
    assert (made.schema, made.made_at, made.seq) == (schema.HEAD, NOW, 4)
    assert made.secret_key == KEY
    assert KEY not in repr(made)
    assert path.stat().st_mode & 0o777 == 0o600
    assert sorted(p.name for p in tmp_path.iterdir() if "kept" in p.name) == ["kept"]


def test_a_backup_without_a_key(site: Site, tmp_path: Path) -> None:
    backup.write(site.engine, tmp_path / "kept", secret_key=None, now=NOW)
    assert backup.read_manifest(tmp_path / "kept").secret_key is None


def test_a_backup_is_one_moment_while_others_publish(site: Site, tmp_path: Path) -> None:
    """A publish in the middle of copying is not in the backup, and does not wait for it."""
    seen: list[int] = []

    def publish(rows: int) -> None:
        if not seen:
            site.write("meanwhile", number=9)
            site.publish()
        seen.append(rows)

    made = backup.write(site.engine, tmp_path / "kept", secret_key=None, now=NOW, progress=publish)
    assert made.seq == 4
    with closing(sqlite3.connect(tmp_path / "kept")) as connection:
        assert connection.execute("SELECT max(seq) FROM change").fetchone() == (4,)
        assert connection.execute("SELECT seq FROM head").fetchone() == (4,)
    assert seen == sorted(seen)


def test_what_fails_leaves_the_earlier_backup(site: Site, tmp_path: Path) -> None:
    made = write(site, tmp_path / "kept")

    def fail(_rows: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        backup.write(site.engine, tmp_path / "kept", secret_key=None, now=NOW, progress=fail)
    assert backup.read_manifest(tmp_path / "kept") == made
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


# Restoring ----------------------------------------------------------------------------------------


def _head(engine: Engine) -> journal.Head:
    with store.reading(engine) as connection:
        return journal.get_head(connection)


def test_a_restored_store_has_a_history_of_its_own(
    site: Site, tmp_path: Path, other: Engine
) -> None:
    write(site, tmp_path / "kept")
    before = _head(site.engine)
    backup.restore(other, tmp_path / "kept")
    after = _head(other)
    assert after.epoch != before.epoch
    assert (after.seq, after.published_at) == (before.seq, before.published_at)


def test_a_store_that_holds_something_is_replaced_only_on_demand(
    site: Site, tmp_path: Path
) -> None:
    write(site, tmp_path / "kept")
    site.write("fourth", number=3)
    site.publish()
    with pytest.raises(StoreError, match=r"not empty: it stands at change 5.*--replace"):
        backup.restore(site.engine, tmp_path / "kept")
    assert _head(site.engine).seq == 5
    backup.restore(site.engine, tmp_path / "kept", replace=True)
    assert _head(site.engine).seq == 4


def test_processes_that_serve_load_everything_of_a_replaced_store(
    site: Site, tmp_path: Path
) -> None:
    write(site, tmp_path / "kept")
    site.write("fourth", number=3)
    site.publish()
    known = _head(site.engine).generation
    backup.restore(site.engine, tmp_path / "kept", replace=True)
    assert _head(site.engine).generation > known
    with store.reading(site.engine) as connection:
        generations = set(connection.execute(select(schema.document.c.generation)).scalars())
    assert min(generations) > known


def test_a_restore_that_fails_changes_nothing(site: Site, tmp_path: Path) -> None:
    write(site, tmp_path / "kept")
    before = tables(site.engine)

    def fail(_rows: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        backup.restore(site.engine, tmp_path / "kept", replace=True, progress=fail)
    assert tables(site.engine) == before


def test_a_store_that_was_never_published_has_a_backup_too(tmp_path: Path, other: Engine) -> None:
    empty = store.connect(f"sqlite:///{tmp_path / 'empty.sqlite'}")
    upgrade(empty)
    backup.write(empty, tmp_path / "kept", secret_key=None, now=NOW)
    backup.restore(other, tmp_path / "kept")
    assert _head(other).published_at is None
    empty.dispose()
