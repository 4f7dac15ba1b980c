"""A network with a relay, and a browser that asks it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from syndicate.cli import here
from tests import readers
from tests.readers import Network
from tests.web.alerts.browser import Browser


@pytest.fixture
def network(tmp_path: Path, sqlite_url: str) -> Iterator[Network]:
    with readers.running(tmp_path, sqlite_url, clock=here.now) as found:
        yield found


@pytest.fixture
def browser(network: Network) -> Iterator[Browser]:
    made = Browser(network)
    yield made
    made.app.close()
