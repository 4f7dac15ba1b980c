"""Does many slow things side by side, and notes what became of them some at a time.

A commit takes longer than a quick exchange: noted one by one, they would wait for the store. At
most `WINDOW` have begun and are not noted; if the process is killed, they are done again.
"""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")

AT_ONCE: Final = 16
"""Things under way at the same time, at the most."""
WINDOW: Final = 2 * AT_ONCE
_FIRST: Final = 2  # threads: where all is quick, more of them only get into each other's way
_SLOW: Final = 0.02  # seconds in which nothing ends; then another thread goes on with what waits


class FanOut(Generic[T, R]):
    """Claims, does and notes again and again; only `act` runs in other threads.

    `claim` returns what is next, nothing where there is no more; `act` returns what became of one
    of them, whatever can be foreseen; `note` gets that of some.
    """

    def __init__(
        self, claim: Callable[[], list[T]], act: Callable[[T], R], note: Callable[[list[R]], None]
    ) -> None:
        self._claim = claim
        self._act = act
        self._note = note
        self._todo: queue.SimpleQueue[T | None] = queue.SimpleQueue()
        self._ended: queue.SimpleQueue[R | Exception] = queue.SimpleQueue()

    def run(self, stop: threading.Event) -> list[T]:
        """Go on until there is no more; once `stop` is set, return what was not begun."""
        waiting = deque(self._claim())
        under_way, done = 0, list[R]()
        with self._threads() as threads:
            while under_way or (waiting and not stop.is_set()):
                while waiting and under_way + len(done) < WINDOW and not stop.is_set():
                    self._todo.put(waiting.popleft())
                    under_way += 1
                ended = self._wait()
                under_way -= len(ended)
                done += ended
                if not ended and not self._todo.empty() and len(threads) < AT_ONCE:
                    self._start(threads)
                elif done and (len(done) >= AT_ONCE or not ended or not under_way):
                    self._note(done)
                    done = []
                    if len(waiting) < AT_ONCE and not stop.is_set():
                        waiting.extend(self._claim())
        return list(waiting)

    def _wait(self) -> list[R]:
        """Return what has ended; nothing where nothing does for a while."""
        found = list[R]()
        try:
            found.append(self._raised(self._ended.get(timeout=_SLOW)))
            while True:
                found.append(self._raised(self._ended.get_nowait()))
        except queue.Empty:
            return found

    @staticmethod
    def _raised(ended: R | Exception) -> R:
        if isinstance(ended, Exception):
            raise ended
        return ended

    # Threads ---------------------------------------------------------------------------------

    @contextmanager
    def _threads(self) -> Iterator[list[threading.Thread]]:
        threads: list[threading.Thread] = []
        for _ in range(_FIRST):
            self._start(threads)
        try:
            yield threads
        finally:
            for _ in threads:
                self._todo.put(None)
            for thread in threads:
                thread.join()

    def _start(self, threads: list[threading.Thread]) -> None:
        threads.append(threading.Thread(target=self._work, name="fan-out"))
        threads[-1].start()

    def _work(self) -> None:
        while (one := self._todo.get()) is not None:
            try:
                self._ended.put(self._act(one))
            except Exception as error:  # noqa: BLE001 - the thread that waits raises it
                self._ended.put(error)
