"""What is fetched: status, type, headers, codings."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate import __version__
from syndicate.errors import FetchError
from syndicate.outgoing import fetch, wire
from tests.outgoing.stand import PUBLIC, World, sent, serving


def test_a_feed_is_fetched_with_its_type_and_final_address() -> None:
    with serving({"/feed": sent(b"<rss/>", Content_Type="application/rss+xml; charset=x")}) as web:
        world = World(web.port)
        got = fetch("http://feeds.example/feed?key=1#x", guard=world.guard())
    assert (got.status, got.body) == (200, b"<rss/>")
    assert got.media_type == got.headers["content-type"] == "application/rss+xml; charset=x"
    assert got.url == "http://feeds.example/feed?key=1#x"
    assert world.dialled == [(PUBLIC, 80)]
    [asked] = web.asked
    assert (asked.method, asked.path, asked.body) == ("GET", "/feed?key=1", b"")
    assert asked.headers["host"] == "feeds.example"
    assert asked.headers["user-agent"] == f"syndicate/{__version__}"


def test_an_answer_of_any_status_is_returned() -> None:
    with serving({"/gone": sent(b"no more", 410), "/same": sent(b"", 304)}) as web:
        guard = World(web.port).guard()
        assert fetch("http://feeds.example/gone", guard=guard).status == 410
        assert fetch("http://feeds.example/same", guard=guard).status == 304


def test_our_headers_are_sent_and_those_of_the_connection_are_not_ours_to_set() -> None:
    ours = {"If-None-Match": '"x"', "User-Agent": "mirror", "Host": "other.example"}
    with serving({"/": sent(b"")}) as web:
        fetch("http://feeds.example/", guard=World(web.port).guard(), headers=ours)
    [asked] = web.asked
    assert asked.headers["if-none-match"] == '"x"'
    assert asked.headers["user-agent"] == "mirror"
    assert asked.headers["host"] == "feeds.example"


@pytest.mark.parametrize("value", ["a\r\nX-Other: b", "a\0b"])
def test_a_header_cannot_carry_another(value: str) -> None:
    with serving({"/": sent(b"")}) as web, pytest.raises(FetchError):
        fetch("http://feeds.example/", guard=World(web.port).guard(), headers={"X-Id": value})
    assert web.asked == []


@pytest.mark.parametrize(
    ("coding", "pack"),
    [
        ("gzip", gzip.compress),
        ("x-gzip", gzip.compress),
        ("deflate", zlib.compress),
        ("identity", bytes),
        ("gzip", lambda body: gzip.compress(body[:9], mtime=0) + gzip.compress(body[9:])),
    ],
)
def test_a_packed_answer_is_unpacked(coding: str, pack: Callable[[bytes], bytes]) -> None:
    body = b"".join(b"%d " % number for number in range(50_000))
    with serving({"/": sent(pack(body), Content_Encoding=coding)}) as web:
        assert fetch("http://feeds.example/", guard=World(web.port).guard()).body == body


@given(body=st.binary(max_size=5_000), cut=st.integers(1, 50), repeated=st.integers(1, 60))
def test_unpacking_gives_the_bytes_back_however_they_come(
    body: bytes, cut: int, repeated: int
) -> None:
    packed = gzip.compress(body * repeated, mtime=0)
    chunks = (packed[start : start + cut] for start in range(0, len(packed), cut))
    assert b"".join(wire._unpacked(chunks, "gzip")) == body * repeated
