"""Which addresses and ports are dialled."""

from __future__ import annotations

import httpcore2
import pytest

from syndicate.errors import FetchError
from syndicate.outgoing import Guard, Limits, fetch
from syndicate.outgoing.public import is_loopback, is_public
from tests.outgoing.stand import PUBLIC, World, sent, serving

CLOSED = """
    0.0.0.0 0.1.2.3 10.0.0.1 100.64.0.1 100.127.255.255 127.0.0.1 127.8.8.8 169.254.169.254
    172.16.0.1 172.31.255.255 192.0.0.8 192.0.0.170 192.0.2.1 192.88.99.1 192.168.1.1 198.18.0.1
    198.19.255.255 198.51.100.1 203.0.113.1 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255
    :: ::1 ::127.0.0.1 ::ffff:127.0.0.1 ::ffff:93.184.215.14 ::ffff:0:127.0.0.1 64:ff9b::7f00:1
    64:ff9b:1::1 100::1 2001::1 2001:10::1 2001:20::1 2001:db8::1 2002:7f00:1::1 3fff::1 5f00::1
    fc00::1 fd12::1 fe80::1 fe80::1%eth0 fec0::1 ff02::1 2606:4700::1111%1
    2130706433 0x7f000001 0177.0.0.1 127.1 localhost feeds.example
"""
OPEN = "1.1.1.1 8.8.8.8 93.184.215.14 100.63.255.255 100.128.0.1 172.32.0.1 2606:4700::1111 2a00::1"


@pytest.mark.parametrize("address", CLOSED.split())
def test_an_address_that_is_not_public_is_never_dialled(address: str) -> None:
    assert not is_public(address)
    world = World(1, {"feeds.example": [PUBLIC, address]})
    with pytest.raises(FetchError, match="not a public address") as refused:
        fetch("http://feeds.example/x?key=secret", guard=world.guard())
    assert world.dialled == []
    assert address in str(refused.value)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("address", OPEN.split())
def test_a_public_address_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "10.1.2.3", "2130706433", "0x7f.1"])
def test_a_number_for_a_host_is_judged_like_any_name(host: str) -> None:
    with pytest.raises(FetchError):
        fetch(f"http://{host}/", guard=Guard(connect=World(1).connect))


def test_loopback_may_be_allowed_at_any_port_and_nothing_else_is() -> None:
    with serving({"/": sent(b"here")}) as web:
        guard = Guard(allow_loopback=True)
        assert fetch(f"http://127.0.0.1:{web.port}/", guard=guard).body == b"here"
        mixed = World(web.port, {"feeds.example": ["127.0.0.1", "10.0.0.1"]})
        with pytest.raises(FetchError, match="not a public address"):
            fetch("http://feeds.example/", guard=mixed.guard(allow_loopback=True))
    assert mixed.dialled == []


@pytest.mark.parametrize("address", ["::ffff:127.0.0.1", "0.0.0.0", "localhost", "128.0.0.1"])
def test_loopback_has_two_spellings_only(address: str) -> None:
    assert not is_loopback(address)


@pytest.mark.parametrize("first", ["1.1.1.1", "2606:4700::1111"])
@pytest.mark.parametrize("failure", [httpcore2.ConnectError, httpcore2.ConnectTimeout])
def test_the_next_address_is_tried_when_one_does_not_answer(
    first: str, failure: type[Exception]
) -> None:
    granted = []
    with serving({"/": sent(b"here")}) as web:
        world = World(web.port, {"feeds.example": [first, PUBLIC]})

        def connect(address: str, port: int, seconds: float) -> object:
            granted.append(seconds)
            stream = world.connect(address, port, seconds)
            if address == first:
                stream.close()
                raise failure
            return stream

        limits = Limits(seconds=10)
        got = fetch("http://feeds.example/", guard=world.guard(connect=connect), limits=limits)
    assert got.body == b"here"
    assert world.dialled == [(first, 80), (PUBLIC, 80)]
    assert granted[0] <= 5, "the first address leaves the second its share of the time"


def test_an_ipv6_address_is_judged_and_dialled_as_it_is_written() -> None:
    with serving({"/": sent(b"here")}) as web:
        world = World(web.port, {"2606:4700::1111": ["2606:4700::1111"]})
        got = fetch("http://[2606:4700::1111]:8080/", guard=world.guard())
    assert got.body == b"here"
    assert world.dialled == [("2606:4700::1111", 8080)]
    assert web.asked[0].headers["host"] == "[2606:4700::1111]:8080"


def test_a_name_is_resolved_once_and_what_was_judged_is_dialled() -> None:
    """A second answer of a hostile name server (rebinding) would come too late."""
    answers = iter([[PUBLIC], ["127.0.0.1"]])
    with serving({"/": sent(b"here")}) as web:
        world = World(web.port)
        guard = world.guard(resolve=lambda _name, _port: next(answers))
        fetch("http://feeds.example/", guard=guard)
    assert world.dialled == [(PUBLIC, 80)]
    assert list(answers) == [["127.0.0.1"]]


def test_a_guard_may_be_narrower() -> None:
    world = World(1)
    with pytest.raises(FetchError, match="port 80"):
        fetch("http://feeds.example/", guard=world.guard(ports=frozenset({443})))
    assert world.dialled == []


@pytest.mark.parametrize("port", [22, 25, 81, 6379, 65535])
def test_odd_ports_are_refused(port: int) -> None:
    world = World(1)
    with pytest.raises(FetchError, match=f"port {port}"):
        fetch(f"http://feeds.example:{port}/", guard=world.guard())
    assert world.dialled == []


@pytest.mark.parametrize(
    "url",
    [
        "",
        "feeds.example/feed",
        "//feeds.example/feed",
        "file:///etc/passwd",
        "ftp://feeds.example/",
        "gopher://feeds.example/",
        "http://",
        "http:///feed",
        "http://user:pw@feeds.example/",
        "http://user@feeds.example/",
        "http://feeds.example:99999/",
        "http://feeds.example/\r\nX: y",
        "http://feeds .example/",
        "http://feeds.example/" + "x" * 3_000,
    ],
)
def test_what_is_no_plain_web_address_is_refused(url: str) -> None:
    world = World(1)
    with pytest.raises(FetchError) as refused:
        fetch(url, guard=world.guard())
    assert world.resolved == []
    assert "pw" not in str(refused.value)


def test_a_name_without_an_address_is_said() -> None:
    with pytest.raises(FetchError, match="its name has no address"):
        fetch("http://nowhere.example/", guard=World(1).guard())
