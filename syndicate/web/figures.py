"""What the workers of one service do, together: whoever is asked for the figures adds them up.

Each worker copies its own, once a second, to the board that all of them share.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from typing import Final

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from syndicate.web.board import STATES, SUMS, Board, Counts, is_alive
from syndicate.web.generations import Generations

_EACH: Final = 1.0  # seconds
_HELP: Final = {
    "generation": "Generation of the store that is served; of several workers the oldest",
    "documents": "Documents that a worker holds in memory; of several the fewest",
    "kept_bytes": "Bytes of what was made on demand, in all workers",
    "store_reachable": "1 while every worker can read the store",
    "published_seconds": "When was last published (Unix time); of several workers the oldest",
}


class Figures(Collector):
    """Collects for Prometheus. Without a `board` the figures are those of this process alone."""

    def __init__(
        self, generations: Generations, counts: Counts, board: Board | None = None
    ) -> None:
        self._generations = generations
        self._counts = counts
        self._board = board
        self._before = [0] * len(SUMS)
        if board is not None:
            self._row = board.claim()
            self._before = [*board.rows()[self._row][1 : 1 + len(SUMS)]]
            threading.Thread(target=self._copy, args=(board,), name="figures", daemon=True).start()

    def _copy(self, board: Board) -> None:
        while True:
            board.put(self._row, self._mine())
            time.sleep(_EACH)

    def _mine(self) -> list[int]:
        snapshot = self._generations.current
        published = snapshot.head.published_at if snapshot.head else None
        sums = zip(self._before, SUMS, strict=True)
        return [
            os.getpid(),
            *(before + getattr(self._counts, name) for before, name in sums),
            snapshot.generation,
            len(snapshot.documents),
            snapshot.kept.size,
            int(self._generations.trouble is None),
            int(published.timestamp()) if published else 0,
        ]

    def collect(self) -> Iterator[Metric]:
        rows = [self._mine()]
        if self._board is not None:
            self._board.put(self._row, rows[0])
            rows = self._board.rows()
        scope = "process" if self._board is None else "service"
        live = [row for row in rows if is_alive(row[0])]
        workers = GaugeMetricFamily(
            "syndicate_workers",
            "Workers whose figures these are: of the service, or the one process that answered",
            labels=["scope"],
        )
        workers.add_metric([scope], len(live))
        yield workers
        for number, name in enumerate(STATES, start=1 + len(SUMS)):
            values = [row[number] for row in live]
            value = sum(values) if name == "kept_bytes" else min(values)
            if value or name != "published_seconds":
                yield GaugeMetricFamily(f"syndicate_{name}", _HELP[name], value=value)
        requests = CounterMetricFamily(
            "syndicate_requests", "Requests by how they were answered", labels=["answer"]
        )
        for number, name in enumerate(SUMS, start=1):
            requests.add_metric([name], sum(row[number] for row in rows))
        yield requests
