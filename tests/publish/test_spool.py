"""A list in a file is like any other, and a folder that is full is an error with a remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from syndicate.errors import StoreError
from syndicate.publish.register import Digests
from syndicate.publish.spool import Spool


def _open_files() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def test_what_is_held_and_what_is_not_come_back_alike() -> None:
    values = [{"number": n, "text": "long " * (n * 100)} for n in range(9)]
    spool = Spool(values, held=3)
    assert list(spool) == values
    assert spool == values
    assert spool == Spool(values, held=20)
    assert spool != values[:-1]
    assert spool != [*values[:-1], {}]
    assert spool != 5
    assert (spool[0], spool[8], spool[-1]) == (values[0], values[8], values[8])
    with pytest.raises(IndexError):
        spool[9]
    spool.append({"number": 9})
    assert len(spool) == 10
    assert spool[9] == {"number": 9}


def test_it_leaves_no_file_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    before = _open_files()
    spool = Spool(range(5), held=1)
    assert list(spool) == [0, 1, 2, 3, 4]
    assert list(tmp_path.iterdir()) == []
    assert _open_files() == before + 1
    del spool
    assert _open_files() == before


def test_a_folder_that_cannot_be_written_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", "/proc")
    monkeypatch.setattr("tempfile.tempdir", "/proc")
    with pytest.raises(StoreError, match=r"/proc cannot be written: .*TMPDIR"):
        Spool(range(5), held=1)


def test_digests_tell_what_is_there_and_who_has_it_in_common() -> None:
    digests = Digests()
    assert 1 not in digests
    for owner, values in enumerate([("a", "b"), ("c",), ("b", "d"), ("c",)]):
        for value in values:
            digests.add(value, owner)
    assert all(value in digests for value in "abcd")
    assert "e" not in digests
    assert digests.shared() == [0, 1, 2, 3]
    digests.add("e", 4)
    assert "e" in digests
    assert digests.shared() == [0, 1, 2, 3]
