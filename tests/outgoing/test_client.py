"""A client keeps a connection open from one request to the next, and judges each that it opens."""

from __future__ import annotations

import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from syndicate.errors import FetchError, FetchFailed
from syndicate.outgoing import Client, Limits
from tests.outgoing.stand import Handler, World, moved, sent, serving

LIMITS = Limits(seconds=2, raw_bytes=100, inflated_bytes=100)


def test_requests_to_one_place_share_a_connection() -> None:
    with serving({"/a": sent(b"", 204), "/b": sent(b"x", 500)}) as web:
        world = World(web.port)
        with closing(Client(world.guard(), limits=LIMITS, kept=4)) as client:
            for path, status in (("a", 204), ("b", 500), ("a", 204)):
                answer = client.send(f"http://feeds.example/{path}", b"body")
                assert answer.status == status
        assert len(world.dialled) == len(world.resolved) == 1
        assert [one.body for one in web.asked] == [b"body"] * 3
        assert all("connection" not in one.headers for one in web.asked)


def test_without_keeping_each_has_its_own() -> None:
    with serving({"/a": sent(b"", 204)}) as web:
        world = World(web.port)
        with closing(Client(world.guard(), limits=LIMITS)) as client:
            for _ in range(2):
                client.send("http://feeds.example/a", b"body")
        assert len(world.dialled) == 2
        assert [one.headers["connection"] for one in web.asked] == ["close"] * 2


def test_another_place_is_judged_though_it_shares_the_client() -> None:
    with serving({"/a": moved("http://inside.example/"), "/": sent(b"")}) as web:
        world = World(web.port)
        world.names["inside.example"] = ["10.0.0.1"]
        with closing(Client(world.guard(), limits=LIMITS, kept=4)) as client:
            assert client.send("http://feeds.example/a", b"").status == 302
            with pytest.raises(FetchError, match=r"inside\.example/ is at 10\.0\.0\.1"):
                client.send("http://inside.example/", b"")
        assert len(world.dialled) == 1


def test_a_connection_that_was_closed_meanwhile_is_opened_anew() -> None:
    closed = threading.Event()

    def last(handler: Handler) -> None:
        sent(b"", 204)(handler)
        handler.connection.shutdown(socket.SHUT_RDWR)
        handler.close_connection = True
        closed.set()

    with serving({"/a": last}) as web:
        world = World(web.port)
        with closing(Client(world.guard(), limits=LIMITS, kept=4)) as client:
            client.send("http://feeds.example/a", b"")
            assert closed.wait(20)
            assert client.send("http://feeds.example/a", b"").status == 204
        assert len(world.dialled) == 2


def test_each_request_has_its_own_time_and_its_own_connection() -> None:
    """In many threads at once; one that is cut off by its deadline leaves the others alone."""
    together = threading.Barrier(4, timeout=20)

    def slow(handler: Handler) -> None:
        together.wait()
        threading.Event().wait(3)

    def quick(handler: Handler) -> None:
        together.wait()
        sent(b"", 204)(handler)

    with serving({"/slow": slow, "/quick": quick}) as web:
        world = World(web.port)
        client = Client(world.guard(), limits=Limits(seconds=1), kept=4)

        def ask(path: str) -> int:
            return client.send(f"http://feeds.example/{path}", b"").status

        with closing(client), ThreadPoolExecutor(4) as pool:
            slow_one, *others = [pool.submit(ask, path) for path in ("slow", *["quick"] * 3)]
            with pytest.raises(FetchFailed, match=r"feeds\.example/slow: no whole answer in 1 s"):
                slow_one.result()
            assert [one.result() for one in others] == [204] * 3
        assert len(world.dialled) == 4
