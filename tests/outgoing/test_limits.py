"""Limits of size and time."""

from __future__ import annotations

import gzip
import time
from collections.abc import Sequence

import pytest

from syndicate.errors import FetchError
from syndicate.outgoing import Limits, fetch
from tests.outgoing.stand import PUBLIC, Handler, Reply, World, sent, serving


def test_a_body_that_is_too_large_is_not_read_to_its_end() -> None:
    with serving({"/": sent(b"x" * 200_000)}) as web:
        guard = World(web.port).guard()
        with pytest.raises(FetchError, match="larger than 100,000 bytes"):
            fetch("http://feeds.example/", guard=guard, limits=Limits(raw_bytes=100_000))
        assert len(fetch("http://feeds.example/", guard=guard).body) == 200_000


def test_an_endless_body_ends() -> None:
    def endless(handler: Handler) -> None:
        handler.send_response(200)
        handler.end_headers()
        for _ in range(10_000):
            handler.wfile.write(b"x" * 10_000)

    with serving({"/": endless}) as web, pytest.raises(FetchError, match="larger than"):
        fetch("http://feeds.example/", guard=World(web.port).guard())


def test_a_bomb_is_seen_before_it_fills_the_memory() -> None:
    bomb = gzip.compress(bytes(200_000_000), compresslevel=1)
    with (
        serving({"/": sent(bomb, Content_Encoding="gzip")}) as web,
        pytest.raises(FetchError, match="larger than 10,000,000 bytes"),
    ):
        fetch("http://feeds.example/", guard=World(web.port).guard())


@pytest.mark.parametrize(
    ("body", "coding", "cause"),
    [
        (gzip.compress(b"x" * 999, mtime=0)[:-9], "gzip", "ends too early"),
        (b"not packed at all", "gzip", "incorrect header"),
        (b"\x8b\x02\x80xyz\x03", "br", "packed as 'br'"),
        (b"xyz", "gzip, gzip", "packed as"),
    ],
)
def test_what_cannot_be_unpacked_is_refused(body: bytes, coding: str, cause: str) -> None:
    with (
        serving({"/": sent(body, Content_Encoding=coding)}) as web,
        pytest.raises(FetchError, match=cause),
    ):
        fetch("http://feeds.example/", guard=World(web.port).guard())


def dripping(data: bytes) -> Reply:
    def answer(handler: Handler) -> None:
        for byte in data:
            handler.wfile.write(bytes([byte]))
            handler.wfile.flush()
            time.sleep(0.05)

    return answer


@pytest.mark.parametrize(
    "data",
    [b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200, b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 200, b""],
    ids=["headers", "body", "nothing"],
)
def test_one_deadline_ends_an_answer_that_drips(data: bytes) -> None:
    answer = dripping(data) if data else (lambda _handler: time.sleep(2))
    with serving({"/": answer}) as web:
        start = time.monotonic()
        with pytest.raises(FetchError, match=r"no whole answer in 0\.5 s"):
            fetch(
                "http://feeds.example/", guard=World(web.port).guard(), limits=Limits(seconds=0.5)
            )
        assert time.monotonic() - start < 1.5


def test_the_deadline_ends_a_slow_resolver_too() -> None:
    def resolve(name: str, port: int) -> Sequence[str]:
        time.sleep(1)
        return [PUBLIC]

    start = time.monotonic()
    with pytest.raises(FetchError, match=r"no whole answer in 0\.2 s"):
        fetch(
            "http://feeds.example/",
            guard=World(1).guard(resolve=resolve),
            limits=Limits(seconds=0.2),
        )
    assert time.monotonic() - start < 0.9


def test_a_refused_connection_and_no_http_are_said() -> None:
    def rude(handler: Handler) -> None:
        handler.wfile.write(b"220 mail.example ESMTP\r\n")

    with serving({"/": rude}) as web:
        guard = World(web.port).guard()
        with pytest.raises(FetchError, match=r"feeds\.example"):
            fetch("http://feeds.example/", guard=guard)
    with pytest.raises(FetchError, match="refused"):
        fetch("http://feeds.example/", guard=guard)
