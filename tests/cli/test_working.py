"""`worker` with the engine of many machines, as an operator runs it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from syndicate.cli import here
from syndicate.store import engine as store
from syndicate.store import jobs
from tests import readers
from tests.cli.conftest import Terminal
from tests.deliver.engines import until
from tests.readers import KEY, Network

WITHOUT = """
import sys
sys.modules["procrastinate"] = None
from syndicate.cli import main
main()
"""


@pytest.fixture
def network(tmp_path: Path, postgresql_url: str) -> Iterator[Network]:
    with readers.running(tmp_path, postgresql_url, clock=here.now) as found:
        found.fill(2)
        found.site.write("one")
        found.site.publish()
        yield found


@pytest.fixture
def terminal(network: Network, postgresql_url: str, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    monkeypatch.chdir(network.site.folder)
    environ = {
        "SYNDICATE_DATABASE_URL": postgresql_url,
        "SYNDICATE_SECRET_KEY": KEY,
        "SYNDICATE_SMTP_URL": network.sink.url,
        "SYNDICATE_ENGINE": "distributed",
    }
    return Terminal(network.site, environ)


def test_it_sends_until_it_is_told_to_end(terminal: Terminal, network: Network) -> None:
    process = terminal.start("worker")
    until(lambda: len(network.sink.mails) == 2 or process.poll() is not None)
    process.terminate()
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (0, "", "")
    assert len(network.sink.mails) == 2


def test_serve_sends_in_the_same_way(terminal: Terminal, network: Network, free_port: int) -> None:
    process = terminal.start("serve", "--port", str(free_port))
    until(lambda: len(network.sink.mails) == 2 or process.poll() is not None)
    process.terminate()
    process.communicate(timeout=30)
    assert process.returncode == 0
    assert len(network.sink.mails) == 2
    with store.reading(network.site.engine) as connection:
        assert jobs.find_health(connection)


def test_once_ends_when_nothing_is_due(terminal: Terminal, network: Network) -> None:
    terminal.run("worker", "--once")
    assert len(network.sink.mails) == 2


def test_without_the_extra_it_says_what_to_install(terminal: Terminal) -> None:
    command = [sys.executable, "-c", WITHOUT, "worker"]
    environ = {**os.environ, **terminal.environ}
    found = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    assert found.returncode == 2
    assert found.stderr == (
        "SYNDICATE_ENGINE: distributed needs procrastinate, which is not installed; "
        "pip install 'syndicate-service[distributed]'\n"
    )
