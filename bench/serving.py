"""Serving a feed: the shipped stack beside a bare WSGI callable and an ordinary Flask view.

Then pages beside the feed, by the same server in the same rounds.

All on granian with the settings of `syndicate serve`: one worker on a core, the client on another.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench import load
from bench.grounds import REPOSITORY, SYNDICATE, Ground, ground
from bench.measuring import BYTECODE, Case, Sample, Table, interleave
from bench.peers import PATH
from syndicate.store import documents
from syndicate.store import engine as store

SIZE: Final = 300
SECONDS: Final = 1
LEAST: Final = 25
"""Rounds: a second of requests is short, so its median needs more of them."""
KINDS: Final = {
    "bare": "bare WSGI, the same headers",
    "least": "bare WSGI, only the headers a feed needs",
    "view": "Flask view: make_response, ETag, make_conditional",
}
PAGES: Final = {
    "/": "home",
    "/topics/": "topics",
    "/topics/empathy/": "a topic",
    "/summaries/summary-000001/": "a summary",
    "/subscribe": "subscribe",
    "/fr/topics/empathy/": "a topic, in French",
}
_TICKS: Final = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Server:
    """A server that was started here."""

    process: subprocess.Popen[bytes]
    port: int

    def cpu(self) -> float:
        """Return the CPU seconds of the process and those it started."""
        return sum(map(_cpu, _tree(self.process.pid)))

    def peak(self) -> int:
        """Return the most resident bytes that one of its processes has had (proc(5), VmHWM)."""
        found = (Path(f"/proc/{pid}/status").read_text() for pid in _tree(self.process.pid))
        return max(int(text.partition("VmHWM:")[2].split()[0]) * 1024 for text in found)

    def get(
        self, headers: Mapping[str, str], path: str = PATH
    ) -> tuple[int, list[tuple[str, str]], bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        with contextlib.closing(connection):
            connection.request("GET", path, headers=dict(headers))
            answer = connection.getresponse()
            return answer.status, answer.getheaders(), answer.read()

    def sample(self, headers: Mapping[str, str], path: str = PATH) -> Sample:
        """Measure seconds a request."""
        before = self.cpu()
        done = load.ask(self.port, path, headers, seconds=SECONDS, cpu=(os.cpu_count() or 1) - 1)
        return Sample(wall=done.seconds / done.requests, cpu=(self.cpu() - before) / done.requests)


def measure(rounds: int, _size: int) -> Iterator[Table]:
    """Yield the tables of this group."""
    with contextlib.ExitStack() as stack:
        where = stack.enter_context(ground(SIZE))
        shipped = stack.enter_context(_shipped(where))
        status, headers, body = shipped.get({"Accept-Encoding": "gzip"})
        if status != 200:
            raise RuntimeError(f"{PATH} was answered by {status}")
        servers = {"shipped": shipped}
        for kind in KINDS:
            servers[kind] = stack.enter_context(_peer(kind, headers, body))
        tag = dict(headers)["etag"]
        asked = {
            "GET, 200 with gzip": {"Accept-Encoding": "gzip"},
            "GET, 304": {"Accept-Encoding": "gzip", "If-None-Match": tag},
        }
        for title, sent in asked.items():
            for server in servers.values():
                _require_same(server.get(sent), body if "304" not in title else b"")
            yield _table(title, servers, sent, max(rounds, LEAST), len(body))
        yield _pages(shipped, rounds)


def _require_same(answer: tuple[int, list[tuple[str, str]], bytes], body: bytes) -> None:
    if answer[0] != (200 if body else 304) or answer[2] != body:
        raise RuntimeError(f"a peer answered {answer[0]} with other bytes")


def _table(
    title: str, servers: Mapping[str, Server], sent: Mapping[str, str], rounds: int, length: int
) -> Table:
    def case(server: Server) -> Case:
        return lambda _: server.sample(sent)

    taken = interleave({name: case(server) for name, server in servers.items()}, rounds)
    table = Table(f"Feed of 50 entries, {length:,} bytes of gzip: {title} (a request's time)")
    table.add("syndicate serve", taken["shipped"])
    for kind, name in KINDS.items():
        goal = {"bare": ">= 0.95", "view": ">= 5"}.get(kind, "")
        table.add(name, taken[kind])
        table.add(
            "  syndicate serve beside it", taken["shipped"], taken[kind], goal=goal, inverse=True
        )
    rate = 1 / taken["shipped"].median("wall")
    table.notes = [
        f"syndicate serve: {rate:,.0f} requests a second; ratios are of requests a second"
    ]
    return table


def _pages(server: Server, rounds: int) -> Table:
    """Compare pages with the feed: both come from memory, pages once somebody has asked."""
    sent = {"Accept-Encoding": "gzip"}
    lengths = {}
    for path in (PATH, *PAGES):
        status, _, body = server.get(sent, path)
        if status != 200:
            raise RuntimeError(f"{path} was answered by {status}")
        lengths[path] = len(body)

    def case(path: str) -> Case:
        return lambda _: server.sample(sent, path)

    taken = interleave({path: case(path) for path in lengths}, rounds)
    table = Table("Pages beside the feed: GET, 200 with gzip (a request's time)")
    table.add(f"{PATH}, {lengths[PATH]:,} bytes", taken[PATH])
    for path, name in PAGES.items():
        table.add(
            f"{name}, {lengths[path]:,} bytes",
            taken[path],
            taken[PATH],
            goal=">= 0.5",
            inverse=True,
        )
    table.notes = ["ratios are of requests a second, to those of the feed"]
    return table


# Processes -------------------------------------------------------------------------------------


@contextlib.contextmanager
def _shipped(where: Ground) -> Iterator[Server]:
    port = free_port()
    command = [*SYNDICATE, "serve", "--port", str(port)]
    with started(command, port, where.environment) as server:
        _wait_for_codings(where)
        yield server


def _wait_for_codings(where: Ground) -> None:
    """Wait until the supervisor has made every br coding, so that it does not disturb."""
    limit = time.monotonic() + 120
    while time.monotonic() < limit:
        with store.reading(where.engine) as connection:
            if not documents.list_without_br(connection, 1):
                time.sleep(2)  # workers load the new generation
                return
        time.sleep(0.2)
    raise RuntimeError("the br codings were not made within two minutes")


@contextlib.contextmanager
def _peer(kind: str, headers: list[tuple[str, str]], body: bytes) -> Iterator[Server]:
    port = free_port()
    told = "\n".join(f"{name}: {value}" for name, value in headers if name.lower() not in _SERVERS)
    script = "from bench.peers import main; main()"
    command = [sys.executable, "-c", script, kind, str(port), told]
    with started(command, port, {"PYTHONPATH": str(REPOSITORY)}, body) as server:
        yield server


_SERVERS: Final = frozenset({"server", "date", "connection", "transfer-encoding"})


@contextlib.contextmanager
def started(
    command: list[str], port: int, environment: Mapping[str, str], sent: bytes = b""
) -> Iterator[Server]:
    """Start a server on the first core, wait until it answers, end it with all that it started."""
    process = subprocess.Popen(
        [*load.pinned(0), *command],
        env={**os.environ, **BYTECODE, **environment},
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
    )
    try:
        assert process.stdin is not None
        process.stdin.write(sent)
        process.stdin.close()
        _wait(process, port)
        yield Server(process, port)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            for pid in _tree(process.pid):
                os.kill(pid, signal.SIGKILL)
            process.wait()


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    limit = time.monotonic() + 60
    while time.monotonic() < limit:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        if process.poll() is not None:
            raise RuntimeError(f"a server ended with {process.returncode} before it answered")
        time.sleep(0.05)
    raise RuntimeError("a server did not answer within a minute")


def free_port() -> int:
    """Return a port of this machine's own address on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _tree(pid: int) -> list[int]:
    """Return a process and all that descend from it."""
    found = [pid]
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in path.read_text().split():
            found += _tree(int(child))
    return found


def _cpu(pid: int) -> float:
    """Return user and system time (proc(5), stat: fields 14 and 15)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS
