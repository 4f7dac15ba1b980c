"""A mirror that is killed loses nothing and doubles nothing. Twenty times each: tests/prove."""

from __future__ import annotations

from pathlib import Path

from tests.mirror.kills import kill_and_compare


def test_killed_once(target: str, tmp_path: Path) -> None:
    store = f"sqlite:///{tmp_path / 'origin.sqlite'}"
    kill_and_compare(tmp_path, store, target, kills=1, seed=len(target))
