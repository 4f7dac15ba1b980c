"""`partner-check`: over HTTP, with the mirror of docs/partners.md and with a bad one."""

from __future__ import annotations

import json
import shlex
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.cli.conftest import Terminal
from tests.mirror.test_partners_document import block

SHOW = """
import sqlite3, sys
for line in sqlite3.connect(sys.argv[1]).execute("SELECT id || char(9) || hash FROM entry"):
    print(line[0])
"""


def test_the_mirror_in_40_lines_passes(bare: Terminal) -> None:
    Path("mirror.py").write_text(block("python", "A mirror in 40 lines"))
    Path("show.py").write_text(SHOW)
    python = shlex.quote(sys.executable)
    Path("run.sh").write_text(
        f"{python} -I mirror.py $1 copy.sqlite\nstatus=$?\n"
        f"{python} -I show.py copy.sqlite > held.txt\nexit $status\n"
    )
    ended = bare.run("partner-check", "held.txt", "--run", "sh run.sh {origin}", "--json")
    report = json.loads(ended.stdout)
    assert report["passed"]
    assert len(report["scenes"]) == 13
    assert report["markup_judged"] is False
    assert [text.partition(":")[0] for text in report["advice"]] == [
        "it never sent If-None-Match",
        "it never took the snapshot",
        "it did not always accept gzip",
    ]


@pytest.fixture
def page() -> Iterator[str]:
    """Return an address that shows one entry that never was."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/held" else 404)
            self.end_headers()
            self.wfile.write(b"tag:x\tsha-256:0\n")

        def log_message(self, *_args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_a_bad_mirror_fails_with_reasons(bare: Terminal, page: str) -> None:
    pull = shlex.join(
        ["sh", "-c", f"{shlex.quote(sys.executable)} -c {shlex.quote(PULL)} {{origin}}"]
    )
    ended = bare.run("partner-check", f"{page}/held", "--run", pull, status=1)
    shown = ended.stdout
    assert shown.startswith(
        "FAILED  first copy: what changes between two pages of the first pull\n"
    )
    assert "        a01 is missing: published before your mirror came\n" in shown
    assert "        tag:x is still held: it is not in the history, or no longer\n" in shown
    assert shown.endswith("0 of 13 scenes passed\n")


PULL = """
import socket, sys
host, _, port = sys.argv[1].removeprefix("http://").partition(":")
with socket.create_connection((host, int(port))) as connection:
    connection.sendall(b"GET /v1/state HTTP/1.0" + bytes((13, 10, 13, 10)))
    connection.recv(1)
"""


def test_what_cannot_be_looked_at(bare: Terminal, page: str) -> None:
    told = bare.run("partner-check", f"{page}/other", "--run", "true", status=1).stderr
    assert f"{page}/other answers 404; let it show what your mirror holds" in told
    Path("held.txt").write_text("nonsense")
    told = bare.run("partner-check", "held.txt", "--run", "true", status=1).stderr
    assert "line 1 of what your mirror shows is 'nonsense'" in told
