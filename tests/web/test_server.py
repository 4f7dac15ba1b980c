"""The server as it is shipped: `syndicate serve` in processes of its own, asked over sockets."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from syndicate.store import engine as store
from syndicate.store import secret
from syndicate.web import aside, server
from tests.sites import REPOSITORY, Site
from tests.web.served import Server
from tests.web.stand import BASE


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def until(happened: Callable[[], bool], seconds: float = 10) -> None:
    limit = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < limit, "it did not happen in time"
        time.sleep(0.02)


@pytest.fixture(scope="module")
def folder(demo_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a published site of this module's own: servers keep its store open."""
    made = Path(shutil.copytree(demo_folder, tmp_path_factory.mktemp("served") / "site"))
    secret.write(Path(f"{made / 'store.sqlite'}.key"), "k" * 64)
    return made


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


@pytest.fixture(scope="module")
def running(folder: Path) -> Iterator[Server]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    one = Server(folder, port)
    yield one
    one.end()


# Beginning and end ------------------------------------------------------------------------------


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


# On the wire ------------------------------------------------------------------------------------


def test_head_and_304_on_the_wire(running: Server) -> None:
    full = running.ask("/feed.atom", Accept_Encoding="gzip")
    head = running.ask("/feed.atom", "HEAD", Accept_Encoding="gzip")
    assert (head.status, head.body) == (200, b"")  # type: ignore[attr-defined]
    assert head.getheader("Content-Length") == full.getheader("Content-Length")
    tag = full.getheader("ETag")
    assert tag
    unmodified = running.ask("/feed.atom", If_None_Match=tag)
    assert (unmodified.status, unmodified.body) == (304, b"")  # type: ignore[attr-defined]
    assert unmodified.getheader("Content-Length") is None
    assert unmodified.getheader("Date")


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"GET /feed.atom HTTP/1.0\r\n\r\n", 400),
        (b"GET /feed.atom HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n", 200),
        (b"GET http://evil.example/feed.atom HTTP/1.1\r\nHost: localhost\r\n", 200),
        (b"GET /feed.atom HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n", 421),
        (b"GET /feed.atom HTTP/1.1\r\nHost: \xff\r\n", 400),
        (b"GET /\xff\xfe HTTP/1.1\r\nHost: localhost\r\n", 400),
        (b"GET /%ff HTTP/1.1\r\nHost: localhost\r\n", 400),
        (b"GET /feed.atom HTTP/1.1\r\nHost: localhost\r\nIf-None-Match: \xff\xfe\r\n", 200),
        (b"GET /feed.atom HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: \xff;q=\xfe\r\n", 200),
        (b"FOO /feed.atom HTTP/1.1\r\nHost: localhost\r\n", 405),
        (b"FOO / HTTP/1.1\r\nHost: localhost\r\n", 405),
        (b"OPTIONS * HTTP/1.1\r\nHost: localhost\r\n", 400),
        (b"GET //evil.example/topics HTTP/1.1\r\nHost: localhost\r\n", 404),
        (b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n", 405),
    ],
)
def test_raw_requests(running: Server, raw: bytes, status: int) -> None:
    if not raw.endswith(b"\r\n\r\n"):
        raw += b"Connection: close\r\n\r\n" + (b"abcde" if raw.startswith(b"POST") else b"")
    received = running.send(raw)
    assert received.split(b" ", 2)[1] == str(status).encode()


@contextlib.contextmanager
def changed(running: Server, name: str) -> Iterator[None]:
    """Publish, from another process's view, a change of one summary; undo it afterwards."""
    engine = store.connect(f"sqlite:///{running.folder / 'store.sqlite'}")
    site = Site(running.folder, engine, base_url=BASE)
    (path,) = running.folder.rglob(name)
    text = path.read_text()
    path.write_text(text.replace("\n\n", "\n\nThis was added. ", 1))
    try:
        assert site.publish().changes
        yield
    finally:
        path.write_text(text)
        site.publish()
        engine.dispose()


def test_a_publish_elsewhere_is_served(running: Server) -> None:
    before = running.ask("/feed.atom").getheader("ETag")
    with changed(running, "april-2021-updated-handbook.md"):
        until(lambda: running.ask("/feed.atom").getheader("ETag") != before)


# Requests that take their time ------------------------------------------------------------------


def test_whoever_waits_for_news_gets_it_and_holds_up_no_feed(running: Server) -> None:
    cursor = json.loads(running.ask("/v1/changes").body)["cursor"]  # type: ignore[attr-defined]
    with ThreadPoolExecutor(3) as pool:
        path = f"/v1/changes?wait=9&since={cursor}"
        waiting = [pool.submit(running.ask, path) for _ in range(3)]
        time.sleep(0.3)
        assert not any(one.done() for one in waiting)
        assert running.ask("/feed.atom").status == 200
        assert running.ask("/v1/state").status == 200
        assert not any(one.done() for one in waiting)
        with changed(running, "alliance-predicts-outcome.md"):
            until(lambda: all(one.done() for one in waiting), seconds=8)
    for one in waiting:
        (change,) = json.loads(one.result().body)["changes"]  # type: ignore[attr-defined]
        assert change["item"]["url"].endswith("/alliance-predicts-outcome/")


def test_whoever_waits_in_vain_is_told_so(running: Server) -> None:
    cursor = json.loads(running.ask("/v1/changes").body)["cursor"]  # type: ignore[attr-defined]
    begun = time.monotonic()
    answer = json.loads(running.ask(f"/v1/changes?wait=1&since={cursor}").body)  # type: ignore[attr-defined]
    assert time.monotonic() - begun >= 1
    assert (answer["changes"], answer["cursor"], answer["more"]) == ([], cursor, False)


def test_a_client_that_stops_reading_holds_up_nobody(running: Server) -> None:
    with socket.create_connection(("127.0.0.1", running.port), timeout=10) as slow:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
        slow.sendall(b"GET /v1/snapshot HTTP/1.1\r\nHost: localhost\r\n\r\n" * 20)
        assert slow.recv(10)
        for path in ("/feed.atom", "/v1/state", "/"):
            assert running.ask(path).status == 200


# What clients send ------------------------------------------------------------------------------


def form(port: int, length: int, body: bytes) -> bytes:
    head = (
        f"POST /oai HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n\r\n"
    )
    return head.encode() + body


def test_a_form_is_read(running: Server) -> None:
    body = b"verb=Nothing"
    assert b"There is no verb" in running.send(form(running.port, len(body), body))


def test_bodies_that_do_not_come_hold_up_no_feed_and_no_page(running: Server) -> None:
    with contextlib.ExitStack() as stack:
        for _ in range(aside.BODIES_AT_ONCE):
            slow = socket.create_connection(("127.0.0.1", running.port), timeout=10)
            stack.enter_context(slow).sendall(form(running.port, 100, b"verb=Nothing"))
        with ThreadPoolExecutor(8) as pool:  # granian starts a thread with each that queues
            answers = pool.map(running.ask, ["/feed.atom"] * 24)
            assert {answer.status for answer in answers} == {200}
        until(lambda: running.send(form(running.port, 1, b"a")).startswith(b"HTTP/1.1 503 "))
        for path in ("/feed.atom", "/feed.atom", "/topics/empathy/", "/oai?verb=Identify"):
            assert running.ask(path).status == 200
    until(lambda: b"badVerb" in running.send(form(running.port, 1, b"a")))


def test_a_body_that_does_not_come_is_answered(running: Server) -> None:
    with socket.create_connection(("127.0.0.1", running.port), timeout=20) as slow:
        slow.sendall(form(running.port, 100, b"verb=Nothing"))
        assert b"badVerb" in running.send(form(running.port, 1, b"a"))
        assert slow.recv(100).startswith(b"HTTP/1.1 408 ")
    assert running.ask("/feed.atom").status == 200
