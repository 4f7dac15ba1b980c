"""A partner's first full pull: changes and snapshot beside a page endpoint as one writes it first.

The client reads whole bodies and follows links; it parses no entries, which would cost it the same
everywhere. A sample is the time of one full pull divided by the number of entries.
"""

from __future__ import annotations

import contextlib
import http.client
import re
import secrets
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from bench import naive
from bench.grounds import SYNDICATE, Ground, ground
from bench.measuring import Sample, Table, interleave
from bench.serving import Server, free_port, started
from syndicate import granting
from syndicate.granting import Terms
from syndicate.publish import sealing
from syndicate.store import engine as store
from syndicate.store import secret, segments, site

PAGE: Final = 500
_NEXT = re.compile(r'<[^>]*?(/v1/[^>]*)>; rel="next"')


@dataclass(slots=True)
class Pull:
    """One way to pull everything: what it takes of the wire, and of the server's memory."""

    server: Server
    walk: Callable[[http.client.HTTPConnection], int]
    entries: int
    wire: int = 0

    def sample(self, _number: int) -> Sample:
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60)
        cpu, wall = self.server.cpu(), time.perf_counter()
        with contextlib.closing(connection):
            self.wire = self.walk(connection)
        wall = time.perf_counter() - wall
        cpu = self.server.cpu() - cpu
        return Sample(wall=wall / self.entries, cpu=cpu / self.entries, peak=self.server.peak())


def measure(rounds: int, size: int) -> Iterator[Table]:
    """Yield the tables of this group."""
    with contextlib.ExitStack() as stack:
        where = stack.enter_context(ground(size))
        key = _key(where)
        ours = stack.enter_context(_shipped(where))
        other = stack.enter_context(_naive(where))
        pulls = {
            "naive": Pull(other, _walk_naive, size),
            "changes": Pull(ours, _walk(f"/v1/changes?limit={PAGE}", key), size),
            "snapshot": Pull(ours, _walk("/v1/snapshot", key), size),
        }
        taken = interleave({name: pull.sample for name, pull in pulls.items()}, rounds)
        table = Table(f"A full pull of {size:,} entries (time of one entry)")
        table.add("Flask, SQLite, json: pages of 500", taken["naive"])
        for name, goal in (("changes", ">= 2"), ("snapshot", ">= 5")):
            table.add(f"/v1/{name}", taken[name])
            beside = "  beside it, entries a second"
            table.add(beside, taken[name], taken["naive"], goal=goal, inverse=True)
        wire = {name: pulls[name].wire / pulls["naive"].wire for name in pulls}
        shares = ", ".join(f"{name} {wire[name]:.2f}" for name in ("changes", "snapshot"))
        table.notes = [
            f"bytes on the wire, beside it: {shares} (goal <= 0.25)",
            f"an idle pull again: {_idle(ours, key)}",
        ]
        yield table


def _walk(path: str, key: str) -> Callable[[http.client.HTTPConnection], int]:
    """Follow `next` from an address of ours to the end."""

    def walk(connection: http.client.HTTPConnection) -> int:
        wire, following = 0, path
        while following:
            answer, body = _get(connection, following, Authorization=key)
            wire += len(body)
            found = _NEXT.search(answer.headers["Link"])
            following = found[1] if found else ""
        return wire

    return walk


def _walk_naive(connection: http.client.HTTPConnection) -> int:
    wire, since = 0, b"0"
    while True:
        _, body = _get(connection, f"{naive.PATH}?since={since.decode()}&limit={PAGE}")
        wire += len(body)
        since = body[body.rindex(b":") + 1 : -1].strip()
        if since == b"null":
            return wire


def _get(
    connection: http.client.HTTPConnection, path: str, **headers: str
) -> tuple[http.client.HTTPResponse, bytes]:
    connection.request("GET", path, headers={"Accept-Encoding": "gzip", **headers})
    answer = connection.getresponse()
    body = answer.read()
    if answer.status not in (200, 304):
        raise RuntimeError(f"{path} was answered by {answer.status}: {body[:200]!r}")
    return answer, body


def _idle(ours: Server, key: str) -> str:
    """Say what a mirror that has everything costs when it asks again."""
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", ours.port)) as connection:
        answer, _ = _get(connection, "/v1/snapshot", Authorization=key)
        path = f"/v1/changes?limit={PAGE}&since={answer.headers['Cursor']}"
        full, body = _get(connection, path, Authorization=key)
        known = {"If-None-Match": full.headers["ETag"]}
        unmodified, none = _get(connection, path, Authorization=key, **known)
    return f"one {unmodified.status} of {len(none)} bytes (the 200 has {len(body)})"


def _key(where: Ground) -> str:
    """Return what a partner with a large quota sends: visitors would be told to wait."""
    with store.reading(where.engine) as connection:
        version = site.get_definitions(connection).network.licence.terms_version
    terms = Terms(terms_version=version, per_minute=10**6, per_day=10**8)
    made = granting.add(where.engine, secrets.token_hex(4), terms, now=datetime.now(UTC))
    return f"Bearer {made.text}"


# Servers ----------------------------------------------------------------------------------------


@contextlib.contextmanager
def _shipped(where: Ground) -> Iterator[Server]:
    secret.write(Path(f"{where.store_file}.key"), "k" * 64)
    while sealing.seal_one(where.engine):
        pass
    with store.reading(where.engine) as connection:
        sealed = sum(each.rows for each in segments.list_after(connection, 0, upto=2**60))
    if where.size - sealed >= sealing.ROWS:
        raise RuntimeError(f"only {sealed} of {where.size} records are sealed")
    port = free_port()
    environment = {**where.environment, "SYNDICATE_BASE_URL": f"http://127.0.0.1:{port}"}
    with started([*SYNDICATE, "serve", "--port", str(port)], port, environment) as server:
        time.sleep(2)  # a worker loads its generation
        yield server


@contextlib.contextmanager
def _naive(where: Ground) -> Iterator[Server]:
    path = where.store_file.with_suffix(".naive.sqlite")
    naive.fill(str(path), f"sqlite:///{where.store_file}")
    port = free_port()
    command = [sys.executable, "-c", "from bench.naive import main; main()", str(port), str(path)]
    try:
        with started(command, port, where.environment) as server:
            yield server
    finally:
        path.unlink()
