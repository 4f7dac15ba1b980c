"""A site for the tests of publishing: on each database, or on SQLite where SQL does not matter."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sites import Site


@pytest.fixture
def site(tmp_path: Path, database_url: str) -> Iterator[Site]:
    made = Site.make(tmp_path / "site", database_url)
    yield made
    made.engine.dispose()


@pytest.fixture
def small_site(tmp_path: Path, sqlite_url: str) -> Iterator[Site]:
    made = Site.make(tmp_path / "site", sqlite_url)
    yield made
    made.engine.dispose()
