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

from syndicate.store import engine as store
from syndicate.store import journal
from syndicate.store.upgrade import upgrade
from tests import memory, postgres, stores


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


def _data(server: URL) -> Path:
    """Return where the data really are: in memory, if there is room."""
    return (_folder(server) / "data").resolve()


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
        data = _data(server)
        for private in (_folder(server), data):
            assert private.stat().st_mode & 0o077 == 0
    assert not _folder(server).exists()
    assert not data.exists()


def test_without_room_in_memory_the_data_lie_beside_the_socket(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(memory, "ROOM", 2**62)
    with postgres.wheel_server() as server:
        _works(server)
        assert _data(server).parent == _folder(server)
    assert not _folder(server).exists()


def test_a_folder_in_memory_has_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "FOLDER", tmp_path)
    monkeypatch.setattr(memory, "ROOM", 1)
    assert memory.find_folder() == tmp_path
    monkeypatch.setattr(memory, "ROOM", 2**62)
    assert memory.find_folder() is None
    monkeypatch.setattr(memory, "ROOM", 1)
    monkeypatch.setattr(memory, "FOLDER", tmp_path / "none")
    assert memory.find_folder() is None


def test_each_copied_store_has_all_tables_and_a_history_of_its_own(
    database_url: str, tmp_path: Path
) -> None:
    engines = [stores.make(url) for url in (database_url, f"sqlite:///{tmp_path / 'other.sqlite'}")]
    epochs = set()
    for engine in engines:
        assert not upgrade(engine).has_changed
        with store.reading(engine) as connection:
            epochs.add(journal.get_head(connection).epoch)
        engine.dispose()
    assert len(epochs) == 2


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
        data = (folder / "data").resolve()
        pid = int((data / "postmaster.pid").read_text().splitlines()[0])
        process.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 20
    while (folder.exists() or data.exists()) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not folder.exists()
    assert not data.exists()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_each_kind_of_database_is_given(database_url: str) -> None:
    url = make_url(database_url)
    assert url.drivername in ("sqlite", "postgresql")
    assert url.database
