"""Servers on loopback under names and addresses of the public internet, which nobody ever asks."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from syndicate.outgoing import Guard, network

PUBLIC = "93.184.215.14"
CERTIFICATE = Path(__file__).parents[1] / "corpus" / "tls" / "feeds.example.pem"

Reply = Callable[["Handler"], None]


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as the server read it; header names in lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def is_whole(self) -> bool:
        """Tell whether the body came to its end; a client that is killed may cut it off."""
        return len(self.body) == int(self.headers.get("content-length", 0))


class Handler(BaseHTTPRequestHandler):
    """Replies by the path, from the server's table; keeps what was asked."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        server: Server = self.server  # type: ignore[assignment]
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(int(headers.get("content-length", 0)))
        server.asked.append(Asked(self.command, self.path, headers, body))
        server.answers[self.path.partition("?")[0]](self)

    def do_POST(self) -> None:
        self.do_GET()

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128  # the usual 5 let connections wait for seconds where many come at once

    def __init__(self, answers: dict[str, Reply]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers = answers
        self.asked: list[Asked] = []

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def handle_error(self, *_: object) -> None:
        """A client that hangs up is what these tests are about."""


@contextmanager
def serving(answers: dict[str, Reply], tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    with Server(answers) as server:
        if tls is not None:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:  # else the thread would go on without its socket
            server.shutdown()
            thread.join()


def sent(body: bytes, status: int = 200, **headers: str) -> Reply:
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
        return network.connect("127.0.0.1", self.port, seconds)

    def guard(self, **changes: object) -> Guard:
        settings = {"resolve": self.resolve, "connect": self.connect, **changes}
        return Guard(**settings)  # type: ignore[arg-type]


def moved(location: str) -> Reply:
    return sent(b"", 302, Location=location)
