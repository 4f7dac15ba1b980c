"""Requests left to other threads: the server's one thread is free again at once."""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from syndicate.web import aside
from syndicate.web.aside import Aside


class Protocol:
    """Granian's side of one request: takes the first answer, from whichever thread gives it."""

    def __init__(self) -> None:
        self.given = threading.Event()
        self.status = 0
        self.body = b""
        self.thread: threading.Thread | None = None

    def response_bytes(self, status: int, _headers: list[tuple[str, str]], body: bytes) -> None:
        if self.given.is_set():
            return
        self.status, self.body, self.thread = status, body, threading.current_thread()
        self.given.set()

    def response_iter(self, status: int, headers: list[tuple[str, str]], parts: Any) -> None:
        body = b""
        while True:
            try:
                body += parts.__next__()
            except StopIteration:
                break
        parts.close()
        self.response_bytes(status, headers, body)


def of(view: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
    """Return an application that answers everything aside, by this view."""

    def app(environ: dict[str, Any], _start: Any) -> Iterable[bytes]:
        assert environ[aside.KEY]
        return Aside(view, environ)

    return app


def started(view: Callable[[], Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
    def app(_environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        start("200 OK", [])
        return view()

    return app


def test_what_is_ready_is_given_by_the_servers_own_thread() -> None:
    protocol = Protocol()
    answer = aside.wrap(started(lambda: [b"a", b"b"]), {})
    assert answer(protocol, {}) == 200
    assert (protocol.body, protocol.thread) == (b"ab", threading.current_thread())


def test_what_waits_holds_up_nobody() -> None:
    may_end = threading.Event()

    def view() -> list[bytes]:
        may_end.wait(10)
        return [b"late"]

    waiting, other = Protocol(), Protocol()
    aside.wrap(of(started(view)), {})(waiting, {})
    aside.wrap(started(lambda: [b"now"]), {})(other, {})
    assert other.given.is_set()
    assert not waiting.given.is_set()
    may_end.set()
    assert waiting.given.wait(10)
    assert (waiting.status, waiting.body) == (200, b"late")
    assert waiting.thread is not threading.current_thread()


def test_a_stream_is_given_aside_and_closed() -> None:
    closed = threading.Event()

    def parts() -> Iterable[bytes]:
        try:
            yield from (b"1", b"2")
        finally:
            closed.set()

    protocol = Protocol()
    aside.wrap(of(started(parts)), {})(protocol, {})
    assert protocol.given.wait(10)
    assert protocol.body == b"12"
    assert closed.is_set()


def test_too_many_at_once_are_told_to_come_back() -> None:
    may_end = threading.Event()

    def view() -> list[bytes]:
        may_end.wait(10)
        return [b"late"]

    answer = aside.wrap(of(started(view)), {})
    waiting = [Protocol() for _ in range(aside.AT_ONCE)]
    for protocol in waiting:
        answer(protocol, {})
    refused = Protocol()
    assert answer(refused, {}) == 503
    may_end.set()
    assert all(protocol.given.wait(10) for protocol in waiting)
    for _ in range(1000):  # the places are given back just after the answers
        again = Protocol()
        if answer(again, {}) == 200:
            break
    assert again.given.wait(10)
    assert again.status == 200


def test_a_failure_is_answered() -> None:
    def view() -> list[bytes]:
        raise RuntimeError("broken")

    protocol = Protocol()
    aside.wrap(of(started(view)), {})(protocol, {})
    assert protocol.given.wait(10)
    assert (protocol.status, protocol.body) == (500, b"It is in the log.\n")


class Body:
    """A request's body as granian has it: closed when the call returns."""

    def __init__(self, data: bytes, arrived: threading.Event) -> None:
        self._data, self._arrived = data, arrived
        self.closed = False
        self.asked = threading.Event()

    def read(self, size: int) -> bytes:
        self.asked.set()
        self._arrived.wait(10)
        return b"" if self.closed else self._data[:size]


def echo(environ: dict[str, Any], start: Any) -> list[bytes]:
    start("200 OK", [])
    return [environ["wsgi.input"].read()]


def test_a_body_is_there_for_the_thread_that_answers() -> None:
    protocol, arrived = Protocol(), threading.Event()
    arrived.set()
    body = Body(b"a=1", arrived)
    aside.wrap(of(echo), {})(protocol, {"CONTENT_LENGTH": "3", "wsgi.input": body})
    body.closed = True
    assert protocol.given.wait(10)
    assert (protocol.status, protocol.body) == (200, b"a=1")


def test_while_many_bodies_are_waited_for_another_is_told_to_come_back() -> None:
    answer, arrived = aside.wrap(of(echo), {}), threading.Event()
    asked = [(Protocol(), Body(b"a=1", arrived)) for _ in range(aside.BODIES_AT_ONCE)]
    waiting = [
        threading.Thread(target=answer, args=(one, {"CONTENT_LENGTH": "3", "wsgi.input": body}))
        for one, body in asked
    ]
    for thread in waiting:
        thread.start()
    assert all(body.asked.wait(10) for _, body in asked)
    refused, other = Protocol(), Protocol()
    environ = {"CONTENT_LENGTH": "3", "wsgi.input": Body(b"a=1", arrived)}
    answer.__self__._turns._needed.set()  # nobody rests
    assert answer(refused, environ) == refused.status == 503
    answer(other, {"wsgi.input": io.BytesIO()})  # no body: it is not looked for
    arrived.set()
    assert other.given.wait(10)
    assert other.status == 200
    assert all(one.given.wait(10) for one, _ in asked)
    assert {(one.status, one.body) for one, _ in asked} == {(200, b"a=1")}


def test_another_thread_takes_requests_only_while_the_first_waits_for_a_body() -> None:
    answer, arrived = aside.wrap(of(echo), {}), threading.Event()
    ready = aside.wrap(started(lambda: [b"now"]), {})
    answer.__self__._turns = ready.__self__._turns  # one server: forms and what is ready
    ready(Protocol(), {})  # this thread is the first
    given = [Protocol() for _ in range(3)]
    body = Body(b"a=1", arrived)

    def another() -> None:
        for protocol in given:
            ready(protocol, {})

    resting = threading.Thread(target=another, daemon=True)
    resting.start()
    assert given[0].given.wait(10)
    assert not given[1].given.wait(0.1)  # it rests

    def send() -> None:
        assert body.asked.wait(10)
        assert all(protocol.given.wait(10) for protocol in given)
        arrived.set()

    sending = threading.Thread(target=send)
    sending.start()
    form = Protocol()
    answer(form, {"CONTENT_LENGTH": "3", "wsgi.input": body})
    sending.join(10)
    assert form.given.wait(10)
    assert form.body == b"a=1"


def test_another_takes_the_place_of_a_first_thread_that_is_no_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(aside, "REST", 0.2)
    ready = aside.wrap(started(lambda: [b"now"]), {})
    ended = threading.Thread(target=ready, args=(Protocol(), {}))
    ended.start()
    ended.join(10)
    ready(Protocol(), {})  # it rests, and sees that nobody took a request meanwhile
    begun = time.monotonic()
    for _ in range(50):
        ready(Protocol(), {})
    assert time.monotonic() - begun < 0.2


def test_a_body_that_does_not_come_is_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aside, "BODY_WITHIN", 0.05)
    protocol = Protocol()
    body = Body(b"a=1", protocol.given)  # the client leaves when it has the answer
    aside.wrap(of(lambda *_: []), {})(protocol, {"CONTENT_LENGTH": "3", "wsgi.input": body})
    assert protocol.status == 408
