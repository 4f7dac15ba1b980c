"""Does many slow things side by side, and notes what became of them some at a time.

A commit takes longer than a quick exchange: noted one by one, they would wait for the store. At
most `WINDOW` have begun and are not noted; if the process is killed, they are done again.
"""

from __future__ import annotations

import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Final, Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")

AT_ONCE: Final = 16
"""Things under way at the same time, at the most."""
WINDOW: Final = 2 * AT_ONCE
_SLOW: Final = 0.02  # seconds: when each thread takes longer for one, another thread joins in
_WITHIN: Final = 0.2  # seconds after which what has ended is noted, however little it is


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
        self._ended: deque[R | Exception] = deque()
        self._news = threading.Event()  # enough have ended to be noted, or none is left

    def run(self, stop: threading.Event) -> list[T]:
        """Go on until there is no more; once `stop` is set, return what was not begun."""
        waiting = deque(self._claim())
        open_, noted_at = 0, time.monotonic()  # begun, and not noted yet
        with self._threads() as threads:
            while open_ or (waiting and not stop.is_set()):
                while waiting and open_ < WINDOW and not stop.is_set():
                    self._todo.put(waiting.popleft())
                    open_ += 1
                before = len(self._ended)
                if not self._news.wait(_SLOW) and not self._todo.empty():
                    self._join_in(threads, len(self._ended) - before)
                self._news.clear()
                if stop.is_set():
                    open_ -= self._take_back(waiting)
                ended = len(self._ended)
                late = time.monotonic() - noted_at > _WITHIN
                if ended and (ended >= AT_ONCE or ended == open_ or late):
                    self._note([self._raised(self._ended.popleft()) for _ in range(ended)])
                    open_, noted_at = open_ - ended, time.monotonic()
                    if len(waiting) < AT_ONCE and not stop.is_set():
                        waiting.extend(self._claim())
        return list(waiting)

    def _take_back(self, waiting: deque[T]) -> int:
        """Put what no thread has begun back to what waits; count it."""
        count = 0
        with suppress(queue.Empty):
            while (one := self._todo.get_nowait()) is not None:
                waiting.append(one)
                count += 1
        return count

    @staticmethod
    def _raised(ended: R | Exception) -> R:
        if isinstance(ended, Exception):
            raise ended
        return ended

    # Threads ---------------------------------------------------------------------------------

    @contextmanager
    def _threads(self) -> Iterator[list[threading.Thread]]:
        threads: list[threading.Thread] = []
        self._start(threads)  # where all is quick, more of them only get into each other's way
        try:
            yield threads
        finally:
            for _ in threads:
                self._todo.put(None)
            for thread in threads:
                thread.join()

    def _join_in(self, threads: list[threading.Thread], ended: int) -> None:
        """Start another thread where those that there are were slow: so few have ended."""
        if ended < len(threads) < AT_ONCE:
            self._start(threads)

    def _start(self, threads: list[threading.Thread]) -> None:
        threads.append(threading.Thread(target=self._work, name="fan-out"))
        threads[-1].start()

    def _work(self) -> None:
        while (one := self._todo.get()) is not None:
            try:
                self._ended.append(self._act(one))
            except Exception as error:  # noqa: BLE001 - the thread that waits raises it
                self._ended.append(error)
            if len(self._ended) >= AT_ONCE or self._todo.empty():
                self._news.set()
