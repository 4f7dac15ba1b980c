"""Whoever withdraws may die at once: a worker, or the thread in `serve`, purges the cache."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from syndicate.store import engine as store
from syndicate.store import jobs
from tests import small
from tests.cli.conftest import Terminal
from tests.deliver.engines import until
from tests.deliver.purged import PATH, keys
from tests.outgoing.stand import Server, sent, serving

pytestmark = pytest.mark.prove
KEY = "k" * 32


@pytest.fixture
def cache() -> Iterator[Server]:
    with serving({PATH: sent(b"")}) as server:
        yield server


@pytest.fixture
def behind(
    tmp_path: Path, database_url: str, cache: Server, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Terminal]:
    """Return a terminal in a site behind this cache, with a summary; it has no mail relay."""
    site = small.make(tmp_path / "site", database_url)
    monkeypatch.chdir(site.folder)
    site.write("one")
    terminal = Terminal(
        site,
        {
            "SYNDICATE_DATABASE_URL": database_url,
            "SYNDICATE_SECRET_KEY": KEY,
            "SYNDICATE_PURGE_URL": f"http://127.0.0.1:{cache.port}{PATH}",
            "SYNDICATE_ALLOW_LOOPBACK": "1",
        },
    )
    terminal.run("publish")
    yield terminal
    site.engine.dispose()


def test_killed_after_the_commit_a_worker_purges(behind: Terminal, cache: Server) -> None:
    behind.environ["SYNDICATE_FAILPOINT"] = "committed:kill"
    process = behind.start("withdraw", "one", "--reason", "legal")
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL
    del behind.environ["SYNDICATE_FAILPOINT"]
    behind.run("worker", "--once")
    (asked,) = cache.asked
    assert "summary/one" in keys(asked)
    behind.run("worker", "--once")
    assert len(cache.asked) == 1


def test_it_is_purged_while_a_worker_runs(behind: Terminal, cache: Server) -> None:
    process = behind.start("worker")
    behind.run("withdraw", "one", "--reason", "legal")
    until(lambda: cache.asked or process.poll() is not None)
    process.terminate()
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (0, "", "")
    assert "summary/one" in keys(cache.asked[0])


def test_serve_purges_in_the_same_way(behind: Terminal, cache: Server, free_port: int) -> None:
    process = behind.start("serve", "--port", str(free_port))
    behind.run("withdraw", "one", "--reason", "legal")
    until(lambda: cache.asked or process.poll() is not None)
    process.terminate()
    process.communicate(timeout=30)
    assert process.returncode == 0
    assert "summary/one" in keys(cache.asked[0])


def test_so_it_is_by_workers_of_many_machines(
    tmp_path: Path, postgresql_url: str, cache: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = small.make(tmp_path / "site", postgresql_url)
    monkeypatch.chdir(site.folder)
    site.write("one")
    environ = {
        "SYNDICATE_DATABASE_URL": postgresql_url,
        "SYNDICATE_SECRET_KEY": KEY,
        "SYNDICATE_PURGE_URL": f"http://127.0.0.1:{cache.port}{PATH}",
        "SYNDICATE_ALLOW_LOOPBACK": "1",
        "SYNDICATE_ENGINE": "distributed",
    }
    terminal = Terminal(site, environ)
    terminal.run("publish")
    workers = [terminal.start("worker"), terminal.start("worker")]

    def is_ready() -> bool:
        with store.reading(site.engine) as connection:
            health = jobs.find_health(connection)
        return health is not None and health.workers == 6  # threads: webhooks, hub, purges

    until(is_ready)
    terminal.run("withdraw", "one", "--reason", "legal")
    until(lambda: cache.asked)
    for worker in workers:
        worker.terminate()
        assert worker.communicate(timeout=30) == ("", "")
    site.engine.dispose()
    (asked,) = cache.asked
    assert "summary/one" in keys(asked)
