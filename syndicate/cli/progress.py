"""A line that counts, on a terminal, once something has taken longer than a second."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Final

PATIENCE: Final = 1.0  # seconds
_Show = Callable[[int, int | None], None]


class Count:
    """How many are done. Shown only where a person waits for it; rich is imported only then."""

    def __init__(self, what: str, stack: ExitStack) -> None:
        self._what = what
        self._stack = stack
        self._began = time.monotonic()
        self._done = 0
        self._show: _Show | None = None

    def add(self, more: int) -> None:
        """So many more are done."""
        self.reach(self._done + more)

    def reach(self, done: int, total: int | None = None) -> None:
        """So many are done now, of `total` if that is known."""
        self._done = done
        waited = time.monotonic() - self._began
        if self._show is None and waited > PATIENCE and sys.stderr.isatty():
            self._show = self._stack.enter_context(_shown(self._what))
        if self._show is not None:
            self._show(done, total)


@contextmanager
def counting(what: str) -> Iterator[Count]:
    """Yield a count to be told; what is shown of it is gone at the end."""
    with ExitStack() as stack:
        yield Count(what, stack)


@contextmanager
def _shown(what: str) -> Iterator[_Show]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:,.0f}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(what, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)
