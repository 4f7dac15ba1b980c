"""What the service is for, walked through over HTTP as a subscriber and an editor would.

Per-topic and full Atom and RSS feeds from sanitised summaries: subscribed, polled, corrected,
withdrawn; with the program's own commands, against the server that it ships.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import feedparser
import pytest

from tests.sites import REPOSITORY

SLUG = "alliance-predicts-outcome"
FEEDS = ("/feed.atom", "/feed.rss", "/topics/adherence/feed.atom", "/topics/adherence/feed.rss")


@dataclass
class Network:
    """A site folder, the program's environment, and a server that runs."""

    folder: Path
    environment: dict[str, str]
    port: int

    def run(self, *arguments: str, status: int = 0) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "syndicate", *arguments],
            env=self.environment,
            cwd=REPOSITORY,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == status, done.stderr
        return done.stdout + done.stderr

    def get(self, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request("GET", path, headers=named)
        response = connection.getresponse()
        body = response.read()
        connection.close()
        return response.status, {k.lower(): v for k, v in response.getheaders()}, body

    def poll(self, path: str, etag: str = "") -> tuple[int, str, list[feedparser.FeedParserDict]]:
        """Ask as a reader does; return the status, the new entity-tag and the entries."""
        status, headers, body = self.get(path, **({"If_None_Match": etag} if etag else {}))
        parsed = feedparser.parse(
            body, response_headers={"content-type": headers.get("content-type", "")}
        )
        assert status == 304 or parsed.bozo == 0
        return status, headers["etag"], parsed.entries

    def until_changed(self, path: str, etag: str) -> tuple[str, list[feedparser.FeedParserDict]]:
        """Poll until the feed has changed: at most a second after a publish."""
        for _ in range(100):
            status, new, entries = self.poll(path, etag)
            if status == 200:
                return new, entries
            time.sleep(0.02)
        raise AssertionError(f"{path} did not change")


@pytest.fixture
def network(tmp_path: Path, free_port: int) -> Iterator[Network]:
    folder = tmp_path / "site"
    environment = {
        **{k: v for k, v in os.environ.items() if not k.startswith("SYNDICATE_")},
        "SYNDICATE_SITE": str(folder),
        "SYNDICATE_BASE_URL": f"http://127.0.0.1:{free_port}",
        "SYNDICATE_DATABASE_URL": f"sqlite:///{tmp_path}/store.sqlite",
    }
    made = Network(folder, environment, free_port)
    for name in ("content", "feeds"):
        shutil.copytree(REPOSITORY / name, folder / name)
    made.run("db", "upgrade")
    made.run("publish")
    server = subprocess.Popen(
        [sys.executable, "-m", "syndicate", "serve", "--port", str(free_port)],
        env=environment,
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert server.stdout is not None
    assert "Home:" in server.stdout.readline()
    yield made
    server.send_signal(signal.SIGTERM)
    assert server.wait(20) == 0
    server.stdout.close()


def test_the_card(network: Network) -> None:
    # Subscribed: the page of a topic leads a reader to the topic's own feed, first.
    _status, _headers, page = network.get("/topics/adherence/")
    links = re.findall(rb'<link rel="alternate"[^>]*href="([^"]+)"', page)
    assert links[0].endswith(b"/topics/adherence/feed.atom")

    # Polled: everybody has the entry, once, and the second poll is a 304.
    tags = {}
    for path in FEEDS:
        status, tags[path], entries = network.poll(path)
        assert status == 200
        assert [e.link.split("/")[-2] for e in entries].count(SLUG) == 1
        assert network.poll(path, tags[path])[0] == 304
    identities = {e.id for path in FEEDS for e in network.poll(path)[2] if SLUG in e.link}
    assert len(identities) == 1

    # Sanitised: what an editor may not write is an error with a line, and readers see none of it.
    evil = network.folder / "content/summaries/2021/04/evil.md"
    good = (network.folder / f"content/summaries/2021/04/{SLUG}.md").read_text()
    evil.write_text(good.replace("## Practice", "<script>alert(1)</script>\n\n## Practice"))
    told = network.run("publish", status=1)
    assert re.search(r"evil\.md:\d+: ", told)
    assert all(network.poll(path, tags[path])[0] == 304 for path in FEEDS)
    evil.unlink()

    # Corrected: the same entry, newer; nobody has it twice.
    source = network.folder / f"content/summaries/2021/04/{SLUG}.md"
    source.write_text(
        good.replace(
            "\nlang:",
            '\ncorrections: [{date: 2021-06-01T09:00:00Z, note: "A figure was mended."}]\nlang:',
            1,
        )
    )
    network.run("publish")
    for path in FEEDS:
        tags[path], entries = network.until_changed(path, tags[path])
        assert len({e.id for e in entries}) == len(entries)
        mine = [e for e in entries if e.id in identities]
        assert len(mine) == 1
        if path.endswith("atom"):
            assert mine[0].updated == "2021-06-01T09:00:00Z"
            assert mine[0].published.startswith("2021-04-01T")

    # Withdrawn: gone from every feed, told of in every feed, 410 with the reason at its address.
    network.run("withdraw", SLUG, "--reason", "error", "--note", "The table was wrong.")
    for path in FEEDS:
        tags[path], entries = network.until_changed(path, tags[path])
        assert [e.title for e in entries if e.title.startswith("Withdrawn:")]
        assert not [e for e in entries if e.id in identities]
    status, _headers, page = network.get(f"/summaries/{SLUG}/")
    assert status == 410
    assert b"The table was wrong." in page
    (identity,) = identities
    assert f'ref="{identity}"'.encode() in network.get("/topics/adherence/feed.atom")[2]
    items = json.loads(network.get("/feed.json")[2])["items"]
    assert identity not in {one["id"] for one in items}

    # Restored: it is back, under the same id.
    network.run("restore", SLUG)
    for path in FEEDS:
        tags[path], entries = network.until_changed(path, tags[path])
        assert [e.id for e in entries if e.id in identities] == [identity]
        assert not [e for e in entries if e.title.startswith("Withdrawn:")]
