"""Kills a mirror at random points, again and again, while its origin is published to."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from werkzeug.serving import make_server

from syndicate.errors import CopyError
from syndicate.mirror.target import find_copy
from syndicate.store import engine as store
from syndicate.store import pull
from tests.mirror.editor import Editor
from tests.mirror.network import Network, new_site, small_parts
from tests.sites import REPOSITORY

ENTRIES = 40


@dataclass
class Killer:
    """Serves a site, and kills whoever mirrors it some moments after the n-th request."""

    editor: Editor
    network: Network
    rng: random.Random
    url: str = ""
    left: int = 0  # requests until the kill; 0: none is planned
    process: subprocess.Popen[str] | None = None
    changes: bool = False  # something is published at each request
    lock: threading.Lock = field(default_factory=threading.Lock)

    def application(self, environ: Any, start_response: Any) -> Any:
        with self.lock:
            self.left -= 1
            if self.left == 0 and self.process:
                delay = self.rng.choice([0.0, 0.001, 0.01, 0.05, 0.2, 0.4]) * self.rng.random()
                threading.Timer(delay, self.process.kill).start()
            if self.changes:
                self.edit()
            return self.network.app(environ, start_response)

    def edit(self) -> None:
        """Publish something: between any two answers the origin is another one."""
        slug = f"p-{self.rng.randrange(ENTRIES)}"
        acts = [self.editor.correct, self.editor.polish, self.editor.rename, self.editor.withdraw]
        self.rng.choice(acts if self.editor.is_live(slug) else [self.editor.restore])(slug)

    def run(self, target: str, *words: str, after: int = 0) -> tuple[int, str]:
        """Run the mirror; with `after` kill it so many requests later. Return status and output."""
        environ = {**os.environ, "SYNDICATE_ALLOW_LOOPBACK": "1", "PYTHONPATH": str(REPOSITORY)}
        command = [sys.executable, "-m", "syndicate", "mirror", f"{self.url}/v1/", "--to", target]
        with self.lock:
            self.left = after
            self.process = subprocess.Popen(
                [*command, *words],
                env=environ,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
        shown, _ = self.process.communicate(timeout=120)
        return self.process.returncode, shown

    def has(self) -> dict[str, str]:
        with store.reading(self.editor.site.engine) as connection:
            return dict(pull.iterate_hashes(connection))


@contextmanager
def killer(folder: Path, url: str, seed: int) -> Iterator[Killer]:
    """Serve a new site with its store at `url`."""
    editor = Editor(new_site(folder / "site", url))
    for number in range(ENTRIES):
        slug = f"p-{number}"
        published = editor.site.now + timedelta(minutes=number)
        topics = ["empathy"] if number % 2 else ["training"]
        editor.fronts[slug] = {"published": published, "title": f"Of {slug}", "topics": topics}
        editor.write(slug)
    assert editor.site.publish(later=timedelta(days=1)).problems == ()
    network = Network(editor.site)
    made = Killer(editor, network, random.Random(seed))
    server = make_server("127.0.0.1", 0, made.application, threaded=True)
    made.url = f"http://127.0.0.1:{server.port}"
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        with small_parts(8):
            yield made
    finally:
        server.shutdown()
        server.server_close()
        network.close()


def kill_and_compare(folder: Path, url: str, target: str, *, kills: int, seed: int) -> list[int]:
    """Kill a mirror so often, then let it end. Return how many entries it held after each kill."""
    held = []
    with killer(folder, url, seed) as origin:
        for _ in range(kills):
            origin.changes = True
            status, shown = origin.run(target, after=origin.rng.randint(1, 14))
            assert status == -signal.SIGKILL, shown
            held.append(look(target))
        origin.changes = False
        status, shown = origin.run(target)
        assert status == 0, shown
        status, shown = origin.run(target, "--check")
        assert (status, "exact" in shown) == (0, True), shown
        _, lines = origin.run(target, "--list")
        copied = [line.partition("\t") for line in lines.splitlines()]
        assert len(copied) == len({id for id, _, _ in copied})  # nothing doubled
        assert {id: content_hash for id, _, content_hash in copied} == origin.has()
    return held


def look(target: str) -> int:
    """Look at what a killed mirror left: whole entries only. Return how many."""
    with suppress(CopyError), closing(find_copy(target)) as copy:
        if copy.files:
            for path in (Path(target) / "entries").rglob("*.json"):
                json.loads(path.read_bytes())
        return sum(1 for held in copy.iterate() if json.loads(held.record)["id"] == held.id)
    return 0
