"""The server as it is shipped: `syndicate serve` in processes of its own, asked over sockets."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from syndicate.web import server
from tests.sites import REPOSITORY
from tests.web.served import Server, until


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


@pytest.fixture
def start(folder: Path, free_port: int) -> Iterator[Callable[..., Server]]:
    """Return what starts a server; it is ended after the test."""
    started: list[Server] = []

    def begin(*options: str) -> Server:
        started.append(Server(folder, free_port, *options))
        return started[-1]

    yield begin
    for one in started:
        one.end()


# Beginning and end --------------------------------------------------------------------------------


def test_it_prints_its_addresses_once_and_ends_cleanly(start: Callable[..., Server]) -> None:
    one = start()
    assert [line.split()[-1] for line in one.printed] == [
        f"http://127.0.0.1:{one.port}{path}" for path in ("/", "/feed.atom", "/feeds/", "/opml")
    ]
    assert one.ask("/feed.atom").status == 200
    one.process.send_signal(signal.SIGTERM)
    out, err = one.process.communicate(timeout=20)
    assert (one.process.returncode, out) == (0, "")
    assert "Traceback" not in err
    assert is_free(one.port)


def test_ctrl_c_ends_it_cleanly(start: Callable[..., Server]) -> None:
    one = start()
    os.killpg(one.process.pid, signal.SIGINT)  # as a terminal does: to all of them
    _, err = one.process.communicate(timeout=20)
    assert one.process.returncode == 0
    assert "Traceback" not in err
    assert is_free(one.port)


def test_workers_end_with_a_supervisor_that_was_killed(start: Callable[..., Server]) -> None:
    one = start("--workers", "2")
    workers = one.workers()
    assert len(workers) == 2
    one.process.kill()
    until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in workers), seconds=2)
    assert is_free(one.port)


def test_metrics_are_those_of_all_workers_and_outlive_them(start: Callable[..., Server]) -> None:
    one = start("--workers", "2")
    full = 'syndicate_requests_total{answer="full"}'
    until(lambda: one.figure('syndicate_workers{scope="service"}') == 2)
    begin = one.figure(full)
    for _ in range(20):
        assert one.ask("/feed.atom").status == 200
    until(lambda: [one.figure(full) for _ in range(6)] == [begin + 20] * 6)
    workers = one.workers()
    os.kill(workers[0], signal.SIGKILL)
    until(lambda: len(set(one.workers()) - {workers[0]}) == 2, seconds=20)
    until(lambda: answers(one), seconds=20)
    until(lambda: [one.figure(full) for _ in range(6)] == [begin + 20] * 6, seconds=20)


def answers(one: Server) -> bool:
    with contextlib.suppress(OSError):
        return one.ask("/healthz").status == 200
    return False


def test_a_worker_that_died_is_replaced(start: Callable[..., Server]) -> None:
    one = start()
    (worker,) = one.workers()
    os.kill(worker, signal.SIGKILL)

    until(lambda: answers(one), seconds=20)
    assert one.ask("/feed.atom").status == 200
    assert one.workers() != [worker]


def test_a_port_that_is_taken(running: Server) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "syndicate", "serve", "--port", str(running.port)],
        env={
            **os.environ,
            "SYNDICATE_SITE": str(running.folder),
            "SYNDICATE_DATABASE_URL": f"sqlite:///{running.folder / 'store.sqlite'}",
        },
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 1
    assert f"port {running.port} of 127.0.0.1 is taken" in done.stderr
    assert "--port" in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize(
    ("host", "port", "told"),
    [
        ("no-such-host.invalid", 8000, "cannot listen at no-such-host.invalid"),
        ("192.0.2.1", 8000, "cannot listen at 192.0.2.1 port 8000"),
        ("127.0.0.1", 70000, "cannot listen at 127.0.0.1 port 70000"),
    ],
)
def test_a_place_where_nobody_can_listen(host: str, port: int, told: str) -> None:
    from syndicate.errors import SyndicateError

    with pytest.raises(SyndicateError, match=told):
        server._claim(host, port)
