"""Asks a server for one address over several connections, as fast as it answers: wrk, or ours."""

from __future__ import annotations

import re
import selectors
import shutil
import socket
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

CONNECTIONS: Final = 16
_CHUNK: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Load:
    """How many requests were answered in how many seconds."""

    requests: int
    seconds: float


def ask(port: int, path: str, headers: Mapping[str, str], *, seconds: float, cpu: int) -> Load:
    """Load the server for some seconds from the core `cpu`. RuntimeError when answers fail."""
    client = _wrk if shutil.which("wrk") else _ours
    return client(port, path, headers, seconds, cpu)


def pinned(cpu: int) -> list[str]:
    """Return what stands before a command to keep it on one core; nothing where that cannot be."""
    return ["taskset", "-c", str(cpu)] if shutil.which("taskset") else []


def _wrk(port: int, path: str, headers: Mapping[str, str], seconds: float, cpu: int) -> Load:
    sent = [part for name, value in headers.items() for part in ("-H", f"{name}: {value}")]
    done = subprocess.run(
        [
            *(*pinned(cpu), "wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds:.0f}s"),
            *(*sent, f"http://127.0.0.1:{port}{path}"),
        ],
        capture_output=True,
        text=True,
        check=True,
        timeout=seconds + 30,
    )
    found = re.search(r"(\d+) requests in ([\d.]+)(ms|s|m)", done.stdout)
    if found is None or "Non-2xx" in done.stdout or "Socket errors" in done.stdout:
        raise RuntimeError(f"wrk was not answered well:\n{done.stdout}{done.stderr}")
    unit = {"ms": 0.001, "s": 1.0, "m": 60.0}[found[3]]
    return Load(int(found[1]), float(found[2]) * unit)


def _ours(port: int, path: str, headers: Mapping[str, str], seconds: float, _cpu: int) -> Load:
    """Ask without pipelining; answers are counted by their lengths."""
    lines = [f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{port}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    request = "\r\n".join([*lines, "", ""]).encode()
    selector = selectors.DefaultSelector()
    connections = [socket.create_connection(("127.0.0.1", port)) for _ in range(CONNECTIONS)]
    answered, began = 0, time.perf_counter()
    try:
        for connection in connections:
            selector.register(connection, selectors.EVENT_READ, (connection, bytearray()))
            connection.sendall(request)
        while (passed := time.perf_counter() - began) < seconds:
            for key, _ in selector.select(timeout=1):
                connection, held = key.data
                held += connection.recv(_CHUNK)
                if _is_whole(bytes(held)):
                    held.clear()
                    answered += 1
                    connection.sendall(request)
    finally:
        selector.close()
        for connection in connections:
            connection.close()
    return Load(answered, passed)


def _is_whole(answer: bytes) -> bool:
    head, end, body = answer.partition(b"\r\n\r\n")
    if not end:
        return False
    status = head[9:12]
    if status not in (b"200", b"304"):
        raise RuntimeError(f"the server answered {head[:60]!r}")
    length = re.search(rb"content-length: *(\d+)", head, re.IGNORECASE)
    return status == b"304" or (length is not None and len(body) == int(length[1]))
