"""docs/partners.md: what it shows is run as it stands there, against a real server."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest
from werkzeug.serving import make_server

from syndicate.store import engine as store
from syndicate.store import journal
from tests.mirror.network import Network, new_site
from tests.sites import REPOSITORY, Site, written

TEXT: Final = (REPOSITORY / "docs" / "partners.md").read_text("utf-8")


def block(language: str, under: str) -> str:
    """Return the first fenced block of a language under a heading."""
    section = TEXT.partition(f"\n## {under}\n")[2].partition("\n## ")[0]
    found = re.search(rf"^```{language}\n(.*?)^```", section, re.MULTILINE | re.DOTALL)
    assert found, under
    return found[1]


@dataclass
class Served:
    site: Site
    url: str
    network: Network
    refusals: list[str]

    def begin_epoch(self) -> None:
        with store.writing(self.site.engine) as connection:
            journal.begin_epoch(connection)


@pytest.fixture
def served(tmp_path: Path, sqlite_url: str) -> Iterator[Served]:
    site = new_site(tmp_path / "site", sqlite_url)
    for number in range(6):
        topics = ["training"] if number % 2 else ["empathy"]
        site.write(f"p-{number}", number=number, topics=topics)
    site.publish()
    network = Network(site)
    refusals: list[str] = []

    def application(environ: Any, start_response: Any) -> Any:
        if refusals:
            start_response(refusals.pop(), [("Retry-After", "0")])
            return [b""]
        return network.app(environ, start_response)

    server = make_server("127.0.0.1", 0, application, threaded=True)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield Served(site, f"http://127.0.0.1:{server.port}", network, refusals)
    server.shutdown()
    server.server_close()
    network.close()


def test_the_mirror_in_40_lines(served: Served, tmp_path: Path) -> None:
    code = block("python", "A mirror in 40 lines")
    assert sum(1 for line in code.splitlines() if line.strip()) <= 40
    script = tmp_path / "mirror.py"
    script.write_text(code)

    def run() -> str:
        ended = subprocess.run(
            [sys.executable, "-I", script, served.url, tmp_path / "copy.sqlite"],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        return ended.stdout + ended.stderr

    assert run() == "exact\n"
    assert run() == "exact\n"
    site = served.site
    site.write("p-1", number=1, withdrawn={"date": written(site.now), "reason": "error"})
    site.write("p-2", number=2, description="Another description of it, for a change.")
    site.write("q", number=9)
    site.publish()
    served.refusals += ["429 Too Many Requests", "503 Service Unavailable"]
    assert run() == "exact\n"
    served.begin_epoch()
    site.write("p-3", number=3, withdrawn={"date": written(site.now), "reason": "legal"})
    site.publish()
    assert run() == "exact\n"


@pytest.mark.prove
def test_what_curl_is_shown_to_do(served: Served, tmp_path: Path) -> None:
    ended = subprocess.run(
        ["sh", "-eu", "-c", block("sh", "With curl")],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "SITE": served.url},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert ended.returncode == 0, ended.stderr
    shown = ended.stdout
    assert '"live_count":6' in shown
    assert "}6\n" in shown
    assert '{"changes":[],"cursor":"' in shown
    assert "400\n" in shown
    assert shown.count('"op":"put"') == 2
