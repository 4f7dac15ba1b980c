"""Files that are no backup, or no longer one, are refused and change nothing."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from syndicate.errors import StoreError
from syndicate.store import backup
from syndicate.store.engine import Engine
from syndicate.store.upgrade import upgrade
from tests import small
from tests.store.backups import tables, write


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Return the bytes of a good backup."""
    folder = tmp_path_factory.mktemp("kept")
    site = small.make(folder / "site", f"sqlite:///{folder / 'store.sqlite'}")
    site.write("first")
    site.publish()
    write(site, folder / "kept")
    site.engine.dispose()
    return (folder / "kept").read_bytes()


def _execute(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(statement)


def _truncate(path: Path) -> None:
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size // 2)


def _flip(path: Path) -> None:
    """Change one byte in the middle of a summary's text."""
    raw = path.read_bytes()
    where = raw.index(b"What is known of")
    path.write_bytes(raw[:where] + b"w" + raw[where + 1 :])


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda p: p.write_bytes(b""), "is no backup of syndicate"),
        (lambda p: p.write_bytes(b"PK\3\4" * 2000), "is no backup of syndicate"),
        (lambda p: _execute(p, "DROP TABLE manifest"), "is no backup of syndicate"),
        (_truncate, "is damaged: database disk image is malformed"),
        (_flip, "is damaged: it is not as it was written"),
        (lambda p: _execute(p, "DELETE FROM change WHERE seq = 1"), "is damaged: it is not as"),
        (lambda p: _execute(p, "DROP TABLE change"), "is damaged: no such table: change"),
        (
            lambda p: _execute(p, "DELETE FROM manifest WHERE name = 'epoch'"),
            "its manifest lacks 'epoch'",
        ),
        (
            lambda p: _execute(p, "UPDATE manifest SET value = '2' WHERE name = 'format'"),
            "was written by a newer syndicate",
        ),
        (
            lambda p: _execute(p, "UPDATE manifest SET value = '0000' WHERE name = 'schema'"),
            "has schema 0000, this program needs",
        ),
        (Path.unlink, "there is no file"),
    ],
)
def test_a_spoilt_file_is_refused_and_nothing_changes(
    tmp_path: Path, kept: bytes, other: Engine, spoil: Any, told: str
) -> None:
    (tmp_path / "kept").write_bytes(kept)
    upgrade(other)
    before = tables(other)
    spoil(tmp_path / "kept")
    with pytest.raises(StoreError, match=told):
        backup.restore(other, tmp_path / "kept")
    assert tables(other) == before


def test_a_folder_is_no_backup(tmp_path: Path, other: Engine) -> None:
    with pytest.raises(StoreError, match="there is no file"):
        backup.restore(other, tmp_path)
