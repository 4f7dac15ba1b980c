"""A store beside the one that a test is about."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from syndicate.store import engine as store
from syndicate.store.engine import Engine


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Engine]:
    """Return another store, still without tables."""
    made = store.connect(f"sqlite:///{tmp_path / 'other.sqlite'}")
    yield made
    made.dispose()
