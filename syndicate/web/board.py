"""Memory that the workers of one service share: a row of figures for each. Light to import.

A worker that takes the place of another goes on from that one's sums: what counts up never falls.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final


@dataclass(slots=True)
class Counts:
    """What this process has answered. Plain numbers: a few may be lost between threads."""

    full: int = 0
    unmodified: int = 0
    redirected: int = 0
    refused: int = 0
    passed: int = 0  # on to Flask


SUMS: Final = Counts.__slots__
STATES: Final = ("generation", "documents", "kept_bytes", "store_reachable", "published_seconds")
_ROW: Final = 1 + len(SUMS) + len(STATES)  # the process id stands first


class Board:
    """The shared memory: a row for each worker. Made by the supervisor, handed to the workers."""

    def __init__(self, workers: int) -> None:
        self._count = 2 * workers  # one that ends may still be there when the next begins
        self._cells = multiprocessing.get_context("spawn").Array("q", self._count * _ROW)

    def rows(self) -> list[list[int]]:
        cells = [int(cell) for cell in self._cells.get_obj()]
        return [cells[start : start + _ROW] for start in range(0, len(cells), _ROW)]

    def put(self, row: int, values: Sequence[int]) -> None:
        cells = self._cells.get_obj()
        for number, value in enumerate(values, start=row * _ROW):
            cells[number] = value

    def claim(self) -> int:
        """Return a row that is nobody's, or was that of a worker which is no more."""
        lock = self._cells.get_lock()
        held = lock.acquire(timeout=5)  # a worker that was killed in here would hold it for ever
        try:
            rows = self.rows()
            free = [number for number, (pid, *_) in enumerate(rows) if not is_alive(pid)]
            row = min(free or range(self._count), key=lambda number: rows[number][0])
            self.put(row, [os.getpid(), *rows[row][1:]])
            return row
        finally:
            if held:
                lock.release()


def is_alive(pid: int) -> bool:
    with suppress(OSError):
        os.kill(pid, 0)
        return pid > 0
    return False
