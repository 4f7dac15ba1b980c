"""`import feed` and `import wxr`: from a file, from an address, for a person and for a program."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Terminal

CORPUS = Path(__file__).parents[1] / "corpus"
FEED = CORPUS / "foreign" / "atom10.xml"


class _Server(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        found = self.path == "/feed.atom"
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", "application/atom+xml")
        self.end_headers()
        self.wfile.write(FEED.read_bytes() if found else b"")

    def log_message(self, *_args: object) -> None:
        """Say nothing."""


@pytest.fixture
def address() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Server)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def _files(terminal: Terminal) -> list[Path]:
    return sorted((terminal.site.folder / "content/summaries").rglob("*.md"))


def test_a_feed_becomes_files_once(bare: Terminal) -> None:
    shown = bare.run("import", "feed", str(FEED)).stdout
    assert shown.startswith("file://")
    files = _files(bare)
    assert files
    assert all("backfill: true" in path.read_text() for path in files)
    assert "already here" in bare.run("import", "feed", str(FEED)).stdout
    assert _files(bare) == files


def test_a_trial_run_writes_nothing(bare: Terminal) -> None:
    assert "nothing was written" in bare.run("import", "feed", str(FEED), "--dry-run").stdout
    assert _files(bare) == []


def test_json(bare: Terminal) -> None:
    told = json.loads(bare.run("import", "feed", str(FEED), "--json", "--dry-run").stdout)
    assert told["dry_run"] is True
    assert len(told["entries"]) == sum(told["counts"].values())


def test_a_feed_from_the_web(bare: Terminal, address: str) -> None:
    bare.environ["SYNDICATE_ALLOW_LOOPBACK"] = "1"
    assert bare.run("import", "feed", f"{address}/feed.atom").stdout.startswith(address)
    assert _files(bare)
    told = bare.run("import", "feed", f"{address}/nothing", status=1).stderr
    assert told == f"{address}/nothing answers 404; look at it in a browser\n"


def test_an_address_of_our_own_network_is_refused(bare: Terminal, address: str) -> None:
    told = bare.run("import", "feed", f"{address}/feed.atom", status=1).stderr
    assert "is not a public address" in told


def test_a_file_that_is_not_there(bare: Terminal) -> None:
    told = bare.run("import", "feed", "nothing.xml", status=1).stderr
    assert told == "nothing.xml: No such file or directory\n"


def test_an_export_of_wordpress(bare: Terminal) -> None:
    export = next(iter(sorted((CORPUS / "wxr").glob("*.xml"))))
    assert "entries" in bare.run("import", "wxr", str(export)).stdout
    assert _files(bare)
    told = json.loads(bare.run("import", "wxr", str(export), "--json").stdout)
    assert told["counts"]["written"] == 0


def test_a_page_becomes_files_once(bare: Terminal) -> None:
    page = str(CORPUS / "page" / "articles.html")
    assert "2 entries" in bare.run("import", "page", page, "--dry-run").stdout
    assert _files(bare) == []
    told = json.loads(bare.run("import", "page", page, "--month", "2020-01", "--json").stdout)
    assert told["counts"]["written"] + told["counts"]["draft"] == 2
    assert {path.parent.as_posix()[-7:] for path in _files(bare)} == {"2020/01", "2021/04"}
    assert "already here" in bare.run("import", "page", page).stdout


def test_a_page_that_shows_nothing_is_told_of(bare: Terminal, tmp_path: Path) -> None:
    (tmp_path / "empty.html").write_text("<p>Nothing.</p>")
    told = bare.run("import", "page", str(tmp_path / "empty.html"), status=1).stderr
    assert told.startswith("empty.html: no entries are to be seen in it; save the page of a month")
    for wrong in (("--month", "2020-13"), ("--address", "blog.example")):
        bare.run("import", "page", str(tmp_path / "empty.html"), *wrong, status=2)
