"""What every test may ask for: an empty database of each kind, and a free port."""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from sqlalchemy import URL

from tests import memory, postgres, stores
from tests.prove.browser import find_program

# Whoever names a folder in TMPDIR is obeyed, here and in the processes that tests start.
if not os.environ.get("TMPDIR") and (found := memory.find_folder()):
    os.environ["TMPDIR"] = tempfile.tempdir = str(found)

settings.register_profile("ours", deadline=None)  # how long an example takes, the machine says
settings.load_profile("ours")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what was left out for want of a program of the machine's."""
    if not find_program():
        terminalreporter.write_line(
            "LEFT OUT: no Chromium is installed, so no page was tried in a browser: no axe-core, "
            "no keyboard, no printing (apt install chromium, then make prove)"
        )
    for program, files, package in (
        ("nginx", "nginx's", "nginx-light"),
        ("systemd-analyze", "systemd's", "systemd"),
    ):
        if not (shutil.which(program) or shutil.which(program, path="/usr/sbin")):
            terminalreporter.write_line(
                f"LEFT OUT: {program} is not installed, so {files} files in deploy/ were only read "
                f"(apt install {package})"
            )


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[URL]:
    """Return a server in which databases can be made; an error, never a skip, if there is none."""
    with postgres.find_server(os.environ) as url:
        yield url
        stores.forget(url)


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """Return the URL of a SQLite store that does not exist yet."""
    return f"sqlite:///{tmp_path / 'store.sqlite'}"


@pytest.fixture
def postgresql_url(postgres_server: URL) -> Iterator[str]:
    """Return the URL of an empty PostgreSQL database that lasts as long as the test."""
    url = postgres.create_database(postgres_server)
    yield url.render_as_string(hide_password=False)
    postgres.drop_database(postgres_server, url)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """Return the URL of an empty database; a test that asks for it runs once on each kind."""
    # Asked for by name, so that no PostgreSQL is started for a test on SQLite.
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def store_server(request: pytest.FixtureRequest) -> URL | None:
    """Return where a test may make databases: None for SQLite, then a server of PostgreSQL."""
    if request.param == "sqlite":
        return None
    url: URL = request.getfixturevalue("postgres_server")
    return url


@pytest.fixture
def free_port() -> int:
    """Return a port of 127.0.0.1 on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
