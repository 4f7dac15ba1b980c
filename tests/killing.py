"""Kills those who call others at random points, again and again, until everything is told."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field

from sqlalchemy import Engine

from tests.outgoing.stand import Reply
from tests.sites import REPOSITORY

WORKERS = 2
_LEASES_END = 11  # minutes


@dataclass
class Killer:
    """Starts workers side by side, and kills all of them some moments after the n-th call.

    Half of the kills come while the callback holds its answer: nobody can know then whether the
    call arrived. `kind` is `webhooks` or `hub`.
    """

    engine: Engine
    kind: str
    rng: random.Random
    kills: int = 0
    rounds: int = 0
    made: int = 0  # calls that arrived
    points: list[int] = field(default_factory=list)  # calls that had arrived at each kill
    left: int = 0  # calls until the kill; 0: none is planned
    processes: list[subprocess.Popen[str]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def counting(self, reply: Reply) -> Reply:
        """Return an answer at whose n-th time the workers are killed."""

        def answer(handler: object) -> None:
            with self.lock:
                self.made += 1
                self.left -= 1
                if self.left == 0:
                    self._kill()
            reply(handler)  # type: ignore[arg-type]

        return answer

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
        url = self.engine.url.render_as_string(hide_password=False)
        words = [url, self.kind, str(self.rounds * _LEASES_END)]
        command = [sys.executable, "-m", "tests.caller", *words]
        environ = {
            **{name: text for name, text in os.environ.items() if "SYNDICATE" not in name},
            "PYTHONPATH": str(REPOSITORY),
        }
        with self.lock:  # so that whoever calls at once is killed too
            self.processes = [
                subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True)
                for _ in range(WORKERS)
            ]

    def round(self, after: int, early: float | None = None) -> list[str]:
        """Let them work; kill them `after` calls from now (0: never). Return what they printed.

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
        printed = []
        for process in self.processes:
            printed.append(process.communicate(timeout=120)[0])
            assert process.returncode in (-signal.SIGKILL, 0)
            if process.returncode:
                self.kills += 1
                self.points.append(self.made)
        return printed

    def kill(self, times: int, *, most: int) -> None:
        """Kill so often, each time after `most` calls or fewer; then let them end."""
        wanted = self.kills + times
        while self.kills < wanted:
            before = self.kills
            early = self.rng.random() * 1.5 if self.rng.random() < 0.2 else None
            self.round(self.rng.randint(1, most), early)
            assert self.kills > before, "everything was told before the kills were over"
        self.round(0)
