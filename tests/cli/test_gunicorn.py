"""wsgi.py under gunicorn, as the guides say that any WSGI server may be used."""

from __future__ import annotations

import http.client
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.cli.conftest import Terminal
from tests.sites import REPOSITORY
from tests.web.served import until

COMMAND = (sys.executable, "-m", "gunicorn", "wsgi:application", "--no-control-socket")


@dataclass(frozen=True)
class Gunicorn:
    port: int
    process: subprocess.Popen[bytes]

    def ask(self, path: str, **sent: str) -> tuple[http.client.HTTPResponse, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.request("GET", path, headers={n.replace("_", "-"): v for n, v in sent.items()})
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return answer, body

    def says(self, path: str, text: bytes) -> bool:
        try:
            return text in self.ask(path)[1]
        except ConnectionRefusedError:  # it does not listen yet
            return False


@pytest.fixture(params=[(), ("--preload",)], ids=["loaded by each worker", "loaded once"])
def gunicorn(
    request: pytest.FixtureRequest, terminal: Terminal, free_port: int
) -> Iterator[Gunicorn]:
    """Return two workers that serve a site with one summary."""
    terminal.site.write("first")
    terminal.run("publish")
    process = subprocess.Popen(
        [*COMMAND, "--workers", "2", "--bind", f"127.0.0.1:{free_port}", *request.param],
        cwd=terminal.site.folder,
        env={**os.environ, **terminal.environ, "PYTHONPATH": str(REPOSITORY)},
    )
    yield Gunicorn(free_port, process)
    process.kill()  # its workers see that it is gone
    process.wait(10)


def test_gunicorn_serves_the_feeds_and_what_is_published_later(
    terminal: Terminal, gunicorn: Gunicorn
) -> None:
    until(lambda: gunicorn.says("/healthz", b"ok"), seconds=30)
    feed, body = gunicorn.ask("/feed.atom", Accept_Encoding="gzip")
    assert (feed.status, feed.headers["Content-Encoding"]) == (200, "gzip")
    assert len(body) == int(feed.headers["Content-Length"])
    known, nothing = gunicorn.ask("/feed.atom", If_None_Match=feed.headers["ETag"])
    assert (known.status, nothing) == (304, b"")
    terminal.site.write("second", number=1)
    terminal.run("publish")
    for _ in range(10):  # whichever worker answers
        until(lambda: gunicorn.says("/feed.atom", b"What is known of second"), seconds=30)
    gunicorn.process.terminate()
    assert gunicorn.process.wait(30) == 0
