"""What is given to a callback: once, to where it was asked for, within the same limits."""

from __future__ import annotations

import pytest

from syndicate.errors import FetchError
from syndicate.outgoing import Limits, send
from tests.outgoing.stand import PUBLIC, World, moved, sent, serving

BODY = b'{"seq": 1}' * 1000


def test_a_body_arrives_whole_with_its_headers() -> None:
    with serving({"/hook": sent(b"thanks", 202)}) as web:
        world = World(web.port)
        got = send(
            "http://feeds.example/hook?id=1",
            BODY,
            guard=world.guard(),
            headers={"Content-Type": "application/json", "Content-Length": "3"},
        )
    assert (got.status, got.body) == (202, b"thanks")
    [asked] = web.asked
    assert (asked.method, asked.path, asked.body) == ("POST", "/hook?id=1", BODY)
    assert asked.headers["content-type"] == "application/json"
    assert world.dialled == [(PUBLIC, 80)]


def test_an_empty_body_is_a_body() -> None:
    with serving({"/": sent(b"")}) as web:
        send("http://feeds.example/", b"", guard=World(web.port).guard())
    assert web.asked[0].headers["content-length"] == "0"


@pytest.mark.parametrize("method", ["POST", "GET"])
def test_a_redirect_is_an_answer_and_is_not_followed(method: str) -> None:
    with serving({"/": moved("http://10.0.0.1/")}) as web:
        body = BODY if method == "POST" else None
        world = World(web.port)
        got = send("http://feeds.example/", body, method=method, guard=world.guard())
    assert (got.status, got.headers["location"]) == (302, "http://10.0.0.1/")
    assert [asked.method for asked in web.asked] == [method]
    assert len(world.dialled) == 1


def test_the_answer_is_bounded() -> None:
    with serving({"/": sent(b"x" * 5_000)}) as web, pytest.raises(FetchError, match="larger than"):
        send(
            "http://feeds.example/",
            BODY,
            guard=World(web.port).guard(),
            limits=Limits(raw_bytes=1_000),
        )


def test_what_may_not_be_reached_gets_nothing() -> None:
    world = World(1, {"feeds.example": [PUBLIC, "192.168.0.1"]})
    with pytest.raises(FetchError, match="not a public address"):
        send("http://feeds.example/", BODY, guard=world.guard())
    assert world.dialled == []
