"""One function for many files, in several processes where that pays."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sized
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import islice
from typing import Any, Final, Protocol, TypeVar

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
R = TypeVar("R")

MANY: Final = 200
"""From so many files on, starting further processes costs less than it saves."""

_BATCH: Final = 32
_AHEAD: Final = 3  # batches for each process that are under way: it never waits, and they are few


class Files(Sized, Iterable[T_co], Protocol[T_co]):
    """Of known number, each seen once and in order."""


def each(work: Callable[[T], R], files: Files[T], *, processes: int | None = None) -> Iterator[R]:
    """Yield what `work` makes of each file, in order; by default on all cores.

    Memory does not grow with their number: few are under way at a time.
    """
    count = min(processes or os.cpu_count() or 1, len(files) // _BATCH)
    if len(files) < MANY or count < 2:
        yield from map(work, files)
        return
    # spawned, not forked: a publisher that watches runs threads
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(count, context, _begin, (work,))
    rest = iter(files)
    running: deque[Future[list[R]]] = deque()
    try:
        while True:
            while len(running) < count * _AHEAD and (batch := list(islice(rest, _BATCH))):
                running.append(pool.submit(_work, batch))
            if not running:
                return
            yield from running.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


# In a process that was started ------------------------------------------------------------------

_given: Callable[[Any], Any]


def _begin(work: Callable[[Any], Any]) -> None:
    global _given  # noqa: PLW0603 - set once as a process starts
    _given = work
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """End this process when the one that started it is gone, which tells nobody when killed."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


def _work(batch: list[Any]) -> list[Any]:
    return [_given(file) for file in batch]
