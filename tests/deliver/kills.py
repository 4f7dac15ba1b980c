"""Kills senders at random points, again and again, until everything has gone out."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select

from syndicate.cli import here
from syndicate.deliver.audit import audit
from syndicate.store import alert_tables as tables
from syndicate.store import engine as store
from tests import readers
from tests.readers import SENDER, Network
from tests.sink import Answer
from tests.sites import REPOSITORY

WORKERS = 2
_LEASES_END = 11  # minutes
MOST = 60
"""Mails that go out between two rounds of kills, at most, and about a hundred more."""


@dataclass
class Killer:
    """Starts workers side by side, and kills each some moments after the sink took the n-th mail.

    Half of the kills come while the sink holds the answer to a mail that it has: the one point at
    which nobody can know whether it arrived.
    """

    network: Network
    rng: random.Random
    note_every: int
    kills: int = 0
    rounds: int = 0
    held: list[int] = field(default_factory=list)  # mails taken when each was killed
    left: int = 0  # mails until the kill; 0: none is planned
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def rule(self, stage: str, _address: str) -> Answer:
        """Kill whoever is to be killed, at the sink's n-th mail."""
        with self.lock:
            if stage != "data" or not self.left:
                return None
            self.left -= 1
            if self.left == 0:
                self._kill()
        return None

    def _kill(self) -> None:
        for process in self.processes:
            delay = self.rng.choice([0.0, 0.0, 0.001, 0.005, 0.02]) * self.rng.random()
            if delay:
                threading.Timer(delay, process.kill).start()
            else:
                process.kill()

    def start(self) -> None:
        """Start workers by whose clocks all leases of earlier ones have ended."""
        self.rounds += 1
        url = self.network.site.engine.url.render_as_string(hide_password=False)
        ahead = str(self.rounds * _LEASES_END)
        words = [url, self.network.sink.url, ahead, str(self.note_every)]
        command = [sys.executable, "-m", "tests.deliver.killed", *words]
        environ = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
        self.processes = [subprocess.Popen(command, env=environ) for _ in range(WORKERS)]

    def round(self, after: int, early: float | None = None) -> None:
        """Let them work; kill both `after` mails from now.

        With `early`, so many seconds after they were started if that comes first: while they start,
        plan or claim.
        """
        with self.lock:
            self.left = after
        self.start()
        if early is not None:
            time.sleep(early)
            for process in self.processes:
                process.kill()
        for process in self.processes:
            status = process.wait(timeout=120)
            assert status in (-signal.SIGKILL, 0)
            if status:
                self.kills += 1
                self.held.append(len(self.network.sink.mails))


@contextmanager
def killer(
    folder: Path, url: str, *, readers_: int, note_every: int, seed: int
) -> Iterator[Killer]:
    """Set up a network with something to tell everybody."""
    with readers.running(folder, url, clock=here.now) as network:
        network.fill(readers_)
        network.site.write("one")
        network.site.publish()
        made = Killer(network, random.Random(seed), note_every)
        network.sink.rule = made.rule
        yield made


def kill_and_count(
    folder: Path, url: str, *, kills: int, note_every: int, seed: int
) -> tuple[int, list[int]]:
    """Kill so often, then let them end. Return how many mails went twice, and the points."""
    with killer(folder, url, readers_=kills * MOST, note_every=note_every, seed=seed) as made:
        while made.kills < kills:
            early = made.rng.random() * 1.5 if made.rng.random() < 0.2 else None
            made.round(made.rng.randint(1, MOST), early)
        made.round(0)
        made.round(0)  # nothing is left
        sent = Counter(mail.message["Message-ID"] for mail in made.network.sink.mails)
        assert set(sent) == expected(made.network)  # lost 0, and nothing that nobody knows of
        found = audit(made.network.site.engine)
        assert (found.faults, found.pending, found.sent) == ([], 0, kills * MOST)
        return sent.total() - len(sent), made.held


def expected(network: Network) -> set[str]:
    """Return the Message-ID of each alert in the ledger, made anew from what it is made of."""
    query = select(tables.subscription.c.key, tables.delivery.c.issue).join(
        tables.delivery, tables.delivery.c.recipient == tables.subscription.c.id
    )
    with store.reading(network.site.engine) as connection:
        rows = connection.execute(query.where(tables.delivery.c.channel == "alert")).all()
    host = SENDER.rpartition("@")[2]
    return {
        f"<alert.{issue}.{network.keyring.short('message', f'{key} {issue}')}@{host}>"
        for key, issue in rows
    }
