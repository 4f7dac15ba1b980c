"""Engines that run beside a test, and what spoils the triggers of one."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from sqlalchemy import text

from syndicate.deliver.distributed import DistributedEngine
from syndicate.deliver.engine import Duty, Engine, LocalEngine
from syndicate.store import deliveries, jobs, outbox
from syndicate.store import engine as store
from tests.readers import Network

EACH_SECOND = "* * * * * *"
SELDOM = "*/9 * * * *"
"""Once at the start, for Procrastinate makes up for ten minutes; then not while a test runs."""


def until(happened: Callable[[], Any]) -> None:
    """Wait for what must come some time."""
    deadline = time.monotonic() + 30
    while not happened():
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.02)


@dataclass
class Stand:
    """Starts engines of one kind, each in a thread of its own; `tick` is for the distributed."""

    kind: str
    store: store.Engine
    tick: str = EACH_SECOND
    stop: threading.Event = field(default_factory=threading.Event)
    threads: list[threading.Thread] = field(default_factory=list)

    def engine(self) -> Engine:
        if self.kind == "local":
            return LocalEngine(pause=0.05)
        return DistributedEngine(self.store, tick=self.tick)

    def start(self, duties: Mapping[str, Duty]) -> None:
        thread = threading.Thread(target=self.engine().run, args=(duties, self.stop), daemon=True)
        self.threads.append(thread)
        thread.start()

    def end(self) -> None:
        """Stop, as SIGTERM does; all that was begun must have ended then."""
        self.stop.set()
        for thread in self.threads:
            thread.join(30)
            assert not thread.is_alive()

    def ask(self, query: str, **values: Any) -> list[tuple[Any, ...]]:
        """Run a statement on the tables of jobs."""
        with store.recording(self.store) as connection:
            found = connection.execute(text(query), values)
            return [tuple(row) for row in found] if found.returns_rows else []


def is_done(network: Network) -> bool:
    """Tell whether nothing is to be planned or sent at this time, and nobody is at it."""
    with store.reading(network.site.engine) as connection:
        states = {state for _channel, state in deliveries.count_open(connection)}
        due = deliveries.find_oldest_due(connection, network.now)
        return not (due or "sending" in states or outbox.find_oldest(connection))


@dataclass
class Spoiler:
    """Drops, doubles and reorders the jobs that wait, and calls workers when nothing is to do."""

    stand: Stand
    rng: random.Random
    acts: dict[str, int] = field(default_factory=dict)

    def __enter__(self) -> Self:
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        if self.stand.kind == "distributed":
            self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        if self._thread.ident:
            self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(self.rng.random() / 50):
            name, act = self.rng.choice(
                [
                    ("drop", self._drop),
                    ("double", self._double),
                    ("reorder", self._reorder),
                    ("call", self._call),
                ]
            )
            act()
            self.acts[name] = self.acts.get(name, 0) + 1

    def _drop(self) -> None:
        self.stand.ask("DELETE FROM procrastinate_jobs WHERE status = 'todo' AND random() < 0.7")

    def _double(self) -> None:
        self.stand.ask(
            "INSERT INTO procrastinate_jobs (queue_name, task_name) SELECT task_name, task_name"
            " FROM procrastinate_periodic_defers, generate_series(1, 2) WHERE random() < 0.5"
        )

    def _reorder(self) -> None:
        self.stand.ask(
            "UPDATE procrastinate_jobs SET priority = random() * 100 WHERE status = 'todo'"
        )

    def _call(self) -> None:
        jobs.wake(self.stand.store)
