"""`syndicate serve` as it is shipped, in processes of its own."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tests.sites import REPOSITORY
from tests.web.stand import TOKEN


def until(happened: Callable[[], bool], seconds: float = 10) -> None:
    limit = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < limit, "it did not happen in time"
        time.sleep(0.02)


class Server:
    """`syndicate serve` for the demo's store; it has printed its addresses once this is made."""

    def __init__(self, folder: Path, port: int, *options: str, **settings: str) -> None:
        self.port = port
        self.folder = folder
        environ = {n: v for n, v in os.environ.items() if not n.startswith("SYNDICATE_")}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "syndicate", "serve", "--port", str(port), *options],
            env=environ
            | {
                "SYNDICATE_SITE": str(folder),
                "SYNDICATE_DATABASE_URL": f"sqlite:///{folder / 'store.sqlite'}",
                "SYNDICATE_METRICS_TOKEN": TOKEN,
            }
            | settings,
            cwd=REPOSITORY,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        assert self.process.stdout
        self.printed = [self.process.stdout.readline() for _ in range(4)]

    def workers(self) -> list[int]:
        """Return the processes that serve: of the supervisor's children, those that spawn made."""
        found = []
        for entry in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                if parent == self.process.pid and b"spawn_main" in (entry / "cmdline").read_bytes():
                    found.append(int(entry.name))
        return found

    def ask(self, path: str, method: str = "GET", **sent: str) -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.request(method, path, headers={n.replace("_", "-"): v for n, v in sent.items()})
        answer = connection.getresponse()
        answer.body = answer.read()  # type: ignore[attr-defined]
        connection.close()
        return answer

    def figure(self, name: str) -> float:
        """Return one line of /metrics, of whichever worker answers."""
        text = self.ask("/metrics", Authorization=f"Bearer {TOKEN}").body.decode()  # type: ignore[attr-defined]
        return float(text.partition(f"\n{name} ")[2].partition("\n")[0])

    def send(self, raw: bytes) -> bytes:
        """Send bytes as they are; return everything that comes back."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as connection:
            connection.sendall(raw)
            received = b""
            while part := connection.recv(65536):
                received += part
        return received

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        self.process.wait(20)
        for stream in (self.process.stdout, self.process.stderr):
            assert stream
            stream.close()
