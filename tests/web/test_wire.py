"""What a server says on the wire: to clients that are well-behaved, slow, or silent."""

from __future__ import annotations

import contextlib
import json
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from syndicate.store import engine as store
from syndicate.web import aside
from tests.sites import Site
from tests.web.served import Server, until
from tests.web.stand import BASE

# On the wire --------------------------------------------------------------------------------------


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


@pytest.mark.parametrize(
    ("letters", "status"), [(9_000, 400), (60_000, 400), (100_000, 414), (1_000_000, 431)]
)
def test_a_query_that_is_too_long_for_anybody(running: Server, letters: int, status: int) -> None:
    query = b"a" * letters
    raw = b"GET /v1/changes?topic=%s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    with contextlib.suppress(ConnectionError):  # the server may hang up before all was sent
        assert running.send(raw % query).split(b" ", 2)[1] == str(status).encode()
    assert running.ask("/v1/state").status == 200


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


# Requests that take their time --------------------------------------------------------------------


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


# What clients send --------------------------------------------------------------------------------


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
