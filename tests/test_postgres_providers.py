"""Each way in which the tests get their PostgreSQL, tried for real."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from sqlalchemy import URL, make_url

from tests import postgres


def _works(server: URL) -> None:
    database = postgres.create_database(server)
    with postgres.connect(database) as connection:
        connection.execute("CREATE TABLE summary (title text)")
        connection.execute("INSERT INTO summary VALUES ('Émpathy − n<b')")
        assert connection.execute("SELECT title FROM summary").fetchone() == ("Émpathy − n<b",)
        # A connection that is still open does not keep the database from being dropped.
        postgres.drop_database(server, database)
    with postgres.connect(server) as connection:
        left = connection.execute(
            "SELECT 1 FROM pg_database WHERE datname = %s", [database.database]
        )
        assert left.fetchone() is None


def _folder(server: URL) -> Path:
    return Path(str(server.query["host"]))


@pytest.mark.parametrize("way", [postgres.installed_server, postgres.wheel_server])
def test_a_started_server_works_and_leaves_nothing(
    way: Callable[[], AbstractContextManager[URL]],
) -> None:
    if way is postgres.installed_server and postgres.installed_binaries() is None:
        with (
            pytest.raises(postgres.NoPostgres, match="no PostgreSQL 15 or newer is installed"),
            way(),
        ):
            pass
        return
    with way() as server:
        _works(server)
        assert _folder(server).stat().st_mode & 0o077 == 0
    assert not _folder(server).exists()


def test_a_named_server_comes_first(postgres_server: URL) -> None:
    name = postgres_server.render_as_string(hide_password=False)
    with postgres.find_server({postgres.VARIABLE: name}) as server:
        assert server == postgres_server
        _works(server)


def test_a_named_server_that_does_not_answer_is_an_error_with_its_remedy(free_port: int) -> None:
    name = f"postgresql://nobody@127.0.0.1:{free_port}/postgres"
    with (
        pytest.raises(postgres.NoPostgres) as caught,
        postgres.find_server({postgres.VARIABLE: name}),
    ):
        pass
    assert str(free_port) in str(caught.value)
    assert "apt install postgresql" in str(caught.value)


def test_the_server_ends_when_the_tests_are_killed(tmp_path: Path) -> None:
    script = (
        "import time\n"
        "from tests import postgres\n"
        "with postgres.wheel_server() as url:\n"
        "    print(url.query['host'], flush=True)\n"
        "    time.sleep(60)\n"
    )
    root = Path(__file__).parents[1]
    with subprocess.Popen(
        [sys.executable, "-c", script], cwd=root, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        folder = Path(process.stdout.readline().strip())
        pid = int((folder / "data" / "postmaster.pid").read_text().splitlines()[0])
        process.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 20
    while folder.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not folder.exists()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_each_kind_of_database_is_given(database_url: str) -> None:
    url = make_url(database_url)
    assert url.drivername in ("sqlite", "postgresql")
    assert url.database
