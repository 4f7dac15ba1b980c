"""`serve --watch`: a saved file to the first 200 with it, beside Hugo making the same feeds."""

from __future__ import annotations

import http.client
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from bench import hugo
from bench.grounds import SYNDICATE, Ground, ground
from bench.measuring import Case, Sample, Table, interleave
from bench.serving import free_port, started

PATIENCE = 30.0  # seconds in which a saved summary must be served


def measure(rounds: int, size: int) -> Iterator[Table]:
    """Yield the table of this group."""
    with ground(size) as where:
        posts = hugo.make_site(where) if hugo.is_installed() else None
        port = free_port()
        command = [*SYNDICATE, "serve", "--watch", "--port", str(port)]
        with started(command, port, where.environment):
            _until(port, where.add())  # the watch stands, and everything before it is published
            yield _table(where, port, posts, rounds)


def _table(where: Ground, port: int, posts: Path | None, rounds: int) -> Table:
    added: list[Path] = []
    cases: dict[str, Case] = {"watch": lambda _: _until(port, where.add())}
    if posts is not None:
        cases["hugo"] = lambda _: _hugo(where, posts, added)
    try:
        taken = interleave(cases, rounds)
    finally:
        for path in added:
            path.unlink(missing_ok=True)
    table = Table(f"A saved file to the first 200 with it, N = {where.size:,}")
    if posts is None:
        table.add("serve --watch", taken["watch"])
        table.notes.append("left out: Hugo is not installed")
        return table
    table.add("hugo", taken["hugo"])
    goal = ">= 100 at 100,000"
    table.add("serve --watch, times faster", taken["watch"], taken["hugo"], goal=goal, inverse=True)
    return table


def _until(port: int, path: str) -> Sample:
    """Measure, for a client, from the closed file to the first answer that has the summary."""
    slug = Path(path).stem.encode()
    began, cpu = time.perf_counter(), time.process_time()
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        tag = ""
        while time.perf_counter() - began < PATIENCE:
            connection.request("GET", "/feed.atom", headers={"If-None-Match": tag})
            answer = connection.getresponse()
            body, tag = answer.read(), answer.headers["ETag"]
            if answer.status == 200 and slug in body:
                return Sample(wall=time.perf_counter() - began, cpu=time.process_time() - cpu)
            time.sleep(0.002)
    raise RuntimeError(f"{path} was not served within {PATIENCE:.0f} seconds")


def _hugo(where: Ground, posts: Path, added: list[Path]) -> Sample:
    added.append(hugo.copy(where, posts, where.added[-1]))
    return hugo.run(posts)
