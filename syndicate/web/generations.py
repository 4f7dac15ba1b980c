"""Follows the store: a thread for each process notices a new generation and swaps the snapshot.

The swap is one assignment. A store that is down changes nothing: what was loaded is served on.
"""

from __future__ import annotations

import contextlib
import logging
import os
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from syndicate.errors import StoreError
from syndicate.store import engine as store
from syndicate.store import journal
from syndicate.store.engine import Connection, Engine
from syndicate.store.upgrade import require_current
from syndicate.store.watch import Watch, watch
from syndicate.web.snapshot import Installation, Snapshot, load
from syndicate.wiring import Wired

_log = logging.getLogger(__name__)
_RETRY: Final = 0.5  # seconds between attempts to reach a store that is down
_ATTEMPTS: Final = 5


class Generations:
    """Holds the present snapshot as `current`; `trouble` says why it is not newer, or is None."""

    def __init__(self, wired: Wired, installation: Installation) -> None:
        self._wired = wired
        self._installation = installation
        self._loading = threading.Lock()
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None
        self.current: Snapshot = installation.empty()
        self.trouble: StoreError | None = None
        _follow_after_fork(self)

    @property
    def engine(self) -> Engine:
        return self._wired.engine

    def start(self) -> None:
        """Load what there is, then follow the store until `stop`."""
        watched = self._watch()
        self.look()
        self._start_thread(watched)

    def stop(self) -> None:
        self._stopped.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def close(self) -> None:
        self.stop()
        self._wired.close()

    def look(self) -> bool:
        """Bring `current` up to date; False when the store cannot be read, and `trouble` is set."""
        try:
            with self._reading():
                pass
        except StoreError as error:
            self._note(error)
            return False
        self._note(None)
        return True

    @contextmanager
    def reading(self) -> Iterator[tuple[Connection, Snapshot]]:
        """Open a reading transaction beside the snapshot of exactly its generation.

        So a page agrees with the feeds that this process serves at the same time. While the store
        is in trouble this fails at once: requests must not queue up behind a server that is away.
        """
        if self.trouble is not None:
            raise StoreError(self.trouble.message, self.trouble.remedy)
        with self._reading() as found:
            yield found

    @contextmanager
    def _reading(self) -> Iterator[tuple[Connection, Snapshot]]:
        if self.current.head is None or self.trouble is not None:
            require_current(self._wired.engine)  # looks for the file: opening would make one
        for _ in range(_ATTEMPTS):
            with store.reading(self._wired.engine) as connection:
                snapshot = self._load(connection)
                if snapshot is not None:
                    yield connection, snapshot
                    return
        raise StoreError("the store changes faster than it can be read", "try again")

    def _load(self, connection: Connection) -> Snapshot | None:
        """Return the snapshot of this transaction; None if the transaction is the older one."""
        head = journal.get_head(connection)
        with self._loading:
            current = self.current
            if current.head == head:
                return current
            same_history = current.head is not None and current.head.epoch == head.epoch
            if same_history and current.generation > head.generation:
                return None
            self.current = load(connection, head, current, self._installation)
            return self.current

    # The thread ------------------------------------------------------------------------------

    def _watch(self) -> Watch:
        """Begin to watch before the first look, so that nothing is missed between the two."""
        watched = watch(self._wired.engine)
        with contextlib.suppress(StoreError):
            watched.changed()
        return watched

    def _start_thread(self, watched: Watch) -> None:
        self._stopped.clear()
        self._thread = threading.Thread(
            target=self._follow, args=(watched,), name="generations", daemon=True
        )
        self._thread.start()

    def _follow(self, watched: Watch) -> None:
        behind = True
        while not self._stopped.wait(_RETRY if self.trouble else watched.interval):
            try:
                behind = (watched.changed() or behind) and not self.look()
            except StoreError as error:
                behind = True
                self._note(error)
        watched.close()

    def _note(self, error: StoreError | None) -> None:
        """Log a trouble once, and its end."""
        before, self.trouble = self.trouble, error
        if error and str(error) != str(before):
            _log.error("%s; serving generation %s", error, self.current.generation)
        elif before and not error:
            _log.warning("the store is back; serving generation %s", self.current.generation)

    def begin_again(self) -> None:
        """Take up the work in a process that was forked: threads and connections did not follow."""
        if self._thread is not None:
            self._loading = threading.Lock()
            self._wired.leave_to_parent()
            self._start_thread(self._watch())


def _follow_after_fork(generations: Generations) -> None:
    """Begin again in each child of a server that loads the application first and forks then."""
    if not hasattr(os, "register_at_fork"):
        return
    found = weakref.ref(generations)

    def begin_again() -> None:
        if (alive := found()) is not None:
            alive.begin_again()

    os.register_at_fork(after_in_child=begin_again)
