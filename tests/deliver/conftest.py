"""A network of one's own, on each kind of store or on SQLite."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import readers
from tests.deliver.answers import A, B
from tests.readers import Network


@pytest.fixture
def network(tmp_path: Path, sqlite_url: str) -> Iterator[Network]:
    with readers.running(tmp_path, sqlite_url) as found:
        yield found


@pytest.fixture
def either(tmp_path: Path, database_url: str) -> Iterator[Network]:
    with readers.running(tmp_path, database_url) as found:
        yield found


@pytest.fixture
def two(network: Network) -> Network:
    """Return a network with two readers and news for them."""
    network.subscribe(A)
    network.subscribe(B)
    network.site.write("one")
    network.site.publish()
    return network
