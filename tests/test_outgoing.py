"""The guarded client against servers on loopback: names and connections are injected, so that
nothing else is ever asked for, not even to see it refused."""

from __future__ import annotations

import gzip
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate import outgoing
from syndicate.errors import FetchError
from syndicate.outgoing import Guard, Limits, fetch, is_loopback, is_public

PUBLIC = "93.184.215.14"
CERTIFICATE = Path(__file__).parent / "corpus" / "tls" / "feeds.example.pem"

Answer = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    """Answers by the path, from the server's table; keeps what was asked."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        server: Server = self.server  # type: ignore[assignment]
        server.asked.append((self.path, dict(self.headers)))
        server.answers[self.path.partition("?")[0]](self)

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, answers: dict[str, Answer]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers = answers
        self.asked: list[tuple[str, dict[str, str]]] = []

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def handle_error(self, *_: object) -> None:
        """A client that hangs up is what these tests are about."""


@contextmanager
def serving(answers: dict[str, Answer], tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    with Server(answers) as server:
        if tls is not None:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def sent(body: bytes, status: int = 200, **headers: str) -> Answer:
    def answer(handler: Handler) -> None:
        handler.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return answer


@dataclass
class World:
    """Where names lead and what was dialled; every connection really goes to one loopback port."""

    port: int
    names: dict[str, Sequence[str]] = field(default_factory=lambda: {"feeds.example": [PUBLIC]})
    resolved: list[str] = field(default_factory=list)
    dialled: list[tuple[str, int]] = field(default_factory=list)

    def resolve(self, name: str, _port: int) -> Sequence[str]:
        self.resolved.append(name)
        if name not in self.names:
            raise socket.gaierror(-2, "Name or service not known")
        return self.names[name]

    def connect(self, address: str, port: int, seconds: float) -> object:
        self.dialled.append((address, port))
        return outgoing.connect("127.0.0.1", self.port, seconds)

    def guard(self, **changes: object) -> Guard:
        settings = {"resolve": self.resolve, "connect": self.connect, **changes}
        return Guard(**settings)  # type: ignore[arg-type]


# What is fetched -------------------------------------------------------------------------------


def test_a_feed_is_fetched_with_its_type_and_final_address() -> None:
    with serving({"/feed": sent(b"<rss/>", Content_Type="application/rss+xml; charset=x")}) as web:
        world = World(web.port)
        got = fetch("http://feeds.example/feed?key=1#x", guard=world.guard())
    assert (got.status, got.body) == (200, b"<rss/>")
    assert got.media_type == got.headers["content-type"] == "application/rss+xml; charset=x"
    assert got.url == "http://feeds.example/feed?key=1#x"
    assert world.dialled == [(PUBLIC, 80)]
    [(path, headers)] = web.asked
    assert path == "/feed?key=1"
    assert headers["Host"] == "feeds.example"
    assert headers["User-Agent"] == "syndicate"


def test_an_answer_of_any_status_is_returned() -> None:
    with serving({"/gone": sent(b"no more", 410), "/same": sent(b"", 304)}) as web:
        guard = World(web.port).guard()
        assert fetch("http://feeds.example/gone", guard=guard).status == 410
        assert fetch("http://feeds.example/same", guard=guard).status == 304


def test_our_headers_are_sent() -> None:
    with serving({"/": sent(b"")}) as web:
        fetch(
            "http://feeds.example/", guard=World(web.port).guard(), headers={"If-None-Match": '"x"'}
        )
    assert {k.lower(): v for k, v in web.asked[0][1].items()}["if-none-match"] == '"x"'


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
    assert b"".join(outgoing._unpacked(chunks, "gzip")) == body * repeated


# Addresses -------------------------------------------------------------------------------------

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


def test_the_next_address_is_tried_when_one_does_not_answer() -> None:
    with serving({"/": sent(b"here")}) as web:
        world = World(web.port, {"feeds.example": ["1.1.1.1", PUBLIC]})

        def connect(address: str, port: int, seconds: float) -> object:
            if address == "1.1.1.1":
                world.port, good = 1, world.port
                try:
                    return world.connect(address, port, seconds)
                finally:
                    world.port = good
            return world.connect(address, port, seconds)

        assert fetch("http://feeds.example/", guard=world.guard(connect=connect)).body == b"here"
    assert world.dialled == [("1.1.1.1", 80), (PUBLIC, 80)]


def test_a_name_is_resolved_once_and_what_was_judged_is_dialled() -> None:
    """A second answer of a hostile name server (rebinding) would come too late."""
    answers = iter([[PUBLIC], ["127.0.0.1"]])
    with serving({"/": sent(b"here")}) as web:
        world = World(web.port)
        guard = world.guard(resolve=lambda _name, _port: next(answers))
        fetch("http://feeds.example/", guard=guard)
    assert world.dialled == [(PUBLIC, 80)]
    assert list(answers) == [["127.0.0.1"]]


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


# Redirects -------------------------------------------------------------------------------------


def moved(location: str) -> Answer:
    return sent(b"", 302, Location=location)


def test_redirects_are_followed_and_each_is_judged() -> None:
    with serving({"/a": moved("/b"), "/b": moved("http://inside.example/")}) as web:
        world = World(web.port, {"feeds.example": [PUBLIC], "inside.example": ["10.0.0.1"]})
        with pytest.raises(FetchError, match=r"inside.example/ is at 10\.0\.0\.1"):
            fetch("http://feeds.example/a", guard=world.guard())
    assert [address for address, _ in world.dialled] == [PUBLIC, PUBLIC]


@pytest.mark.parametrize(
    "location",
    ["file:///etc/passwd", "http://me@feeds.example/", "http://feeds.example:22/", "gopher://x/"],
)
def test_a_redirect_leads_to_nothing_that_could_not_be_asked_for(location: str) -> None:
    with serving({"/": moved(location)}) as web, pytest.raises(FetchError):
        fetch("http://feeds.example/", guard=World(web.port).guard())
    assert len(web.asked) == 1


def test_redirects_have_an_end() -> None:
    with serving({f"/{n}": moved(f"/{n + 1}") for n in range(9)} | {"/3": sent(b"3")}) as web:
        guard = World(web.port).guard()
        assert fetch("http://feeds.example/0", guard=guard).url == "http://feeds.example/3"
        web.answers["/3"] = moved("/4")
        with pytest.raises(FetchError, match="after 3 redirects"):
            fetch("http://feeds.example/0", guard=guard)
    assert len(web.asked) == 8


def test_credentials_do_not_follow_a_redirect_to_another_origin() -> None:
    with serving(
        {"/a": moved("/b"), "/b": moved("http://other.example/c"), "/c": sent(b"")}
    ) as web:
        world = World(web.port, {"feeds.example": [PUBLIC], "other.example": ["1.1.1.1"]})
        fetch(
            "http://feeds.example/a", guard=world.guard(), headers={"Authorization": "Bearer key"}
        )
    assert ["authorization" in {name.lower() for name in headers} for _, headers in web.asked] == [
        True,
        True,
        False,
    ]


# Limits ----------------------------------------------------------------------------------------


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


def dripping(data: bytes) -> Answer:
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


# TLS -------------------------------------------------------------------------------------------


def trusting() -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(CERTIFICATE))


def secure(names: list[str | None]) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)

    def note(_socket: object, name: str | None, _context: object) -> None:
        names.append(name)

    context.sni_callback = note
    return context


def test_tls_keeps_the_name_though_an_address_is_dialled() -> None:
    names: list[str | None] = []
    with serving({"/": sent(b"secret")}, secure(names)) as web:
        world = World(web.port)
        got = fetch("https://feeds.example/", guard=world.guard(tls=trusting))
    assert got.body == b"secret"
    assert names == ["feeds.example"]
    assert world.dialled == [(PUBLIC, 443)]


@pytest.mark.parametrize("name", ["other.example", "93.184.215.14"])
def test_a_certificate_for_another_name_is_refused(name: str) -> None:
    with serving({"/": sent(b"secret")}, secure([])) as web:
        world = World(web.port, {name: [PUBLIC]})
        with pytest.raises(FetchError, match="certificate"):
            fetch(f"https://{name}/", guard=world.guard(tls=trusting))
    assert web.asked == []


def test_a_certificate_that_nobody_vouches_for_is_refused() -> None:
    with serving({"/": sent(b"secret")}, secure([])) as web, pytest.raises(FetchError):
        fetch("https://feeds.example/", guard=World(web.port).guard())


def test_a_redirect_from_https_to_http_is_refused() -> None:
    with serving({"/": moved("http://feeds.example/")}, secure([])) as web:
        guard = World(web.port).guard(tls=trusting)
        with pytest.raises(FetchError, match="from https to http"):
            fetch("https://feeds.example/", guard=guard)
