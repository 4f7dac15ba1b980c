"""`serve`: a process of its own that serves, publishes what is due and what is saved, and ends."""

from __future__ import annotations

import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from tests.cli.conftest import Terminal


def _get(port: int, path: str) -> bytes:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
        body: bytes = answer.read()
        return body


def _wait_for(port: int, path: str, text: bytes) -> None:
    deadline = time.monotonic() + 30
    seen = b""
    while text not in seen:
        assert time.monotonic() < deadline, seen[-500:]
        time.sleep(0.1)
        try:
            seen = _get(port, path)
        except (urllib.error.URLError, ConnectionError):
            continue


@pytest.fixture
def serving(terminal: Terminal, free_port: int) -> Iterator[tuple[int, subprocess.Popen[str]]]:
    due = datetime.now(UTC) + timedelta(seconds=4)
    terminal.site.write("now")
    terminal.site.write("later", number=1, published=due)
    terminal.run("publish")
    process = terminal.start("serve", "--port", str(free_port), "--watch")
    yield free_port, process
    process.kill()
    process.communicate()


def test_serving(terminal: Terminal, serving: tuple[int, subprocess.Popen[str]]) -> None:
    port, process = serving
    assert process.stdout is not None
    _wait_for(port, "/feed.atom", b"What is known of now")
    while not (line := process.stdout.readline()).startswith("Feed: "):
        assert line
    assert line.endswith(f" http://127.0.0.1:{port}/feed.atom\n")
    _wait_for(port, "/feed.atom", b"What is known of later")  # its date has come
    terminal.site.write("saved", number=2)
    _wait_for(port, "/feed.atom", b"What is known of saved")
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)
    assert process.returncode == 0


def test_a_port_that_is_taken(terminal: Terminal) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        process = terminal.start("serve", "--port", str(port))
        shown, told = process.communicate(timeout=60)
    assert (process.returncode, shown) == (1, "")
    assert told.startswith(f"port {port} of 127.0.0.1 is taken; ")


def test_a_port_that_is_none(terminal: Terminal) -> None:
    assert "0 is not in the range" in terminal.run("serve", "--port", "0", status=2).stderr
