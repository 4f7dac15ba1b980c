"""Gathers in memory what partners take, and writes it about once a second in one transaction.

A process in which no partner asks writes nothing and has no thread for it. One that ends writes
what is left; one that is killed loses the last second of the ledger, and what it had leased.
"""

from __future__ import annotations

import atexit
import logging
import threading
from collections import Counter
from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final, NamedTuple

from syndicate.errors import StoreError
from syndicate.model import Quota
from syndicate.quotas import Owed, Taken, Windows, windows
from syndicate.store import engine as store
from syndicate.store import usage
from syndicate.store.engine import Engine
from syndicate.store.usage import Answered, Gathered, Place
from syndicate.web.pull.metering import Clock, Meter

_log = logging.getLogger(__name__)
EVERY: Final = 1.0  # seconds
PATIENCE: Final = 0.25  # seconds for which a request may be held up by whoever writes


class _Row(NamedTuple):
    """What stands at the beginning of a row of the ledger."""

    partner: str
    date: str
    endpoint: str


class Books:
    """What one process knows of partners' usage and the store does not know yet."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock
        self._lock = threading.Lock()
        self._flushing = threading.Lock()
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None
        self._requests: Counter[_Row] = Counter()
        self._bytes: Counter[_Row] = Counter()
        self._places: dict[tuple[str, str], Place] = {}
        self._is_behind = False
        self.meter = Meter(self._take, clock)

    def note_answer(self, partner: str, endpoint: str, size: int) -> None:
        """Count an answer with a body of so many bytes."""
        date = datetime.fromtimestamp(self._clock(), UTC).date().isoformat()
        row = _Row(partner, date, endpoint)
        with self._lock:
            self._requests[row] += 1
            self._bytes[row] += size
            self._wake()

    def note_place(self, place: Place) -> None:
        """Remember how far a copy has come. That one begins says nothing new of a known one."""
        key = (place.partner, place.scope)
        with self._lock:
            before = self._places.get(key)
            if before is None:
                self._places[key] = place
            elif place.seq:
                self._places[key] = replace(place, begun_at=before.begun_at)
            self._wake()

    def close(self) -> None:
        """Write what there is, once; forget it if that cannot be done."""
        atexit.unregister(self.close)
        self._stopped.set()
        if self._thread is not None:
            self._thread.join()
        self.flush()
        self.flush()  # gives back what the first has kept of leases

    def flush(self) -> bool:
        """Write what was gathered; keep it where the store is busy or away. False: it was kept."""
        with self._flushing:
            gathered = self._collect()
            if not (gathered.owed or gathered.places or gathered.answered):
                return True
            try:
                with store.recording(self._engine, patience=PATIENCE) as connection:
                    usage.write(connection, gathered, windows(self._clock()))
            except StoreError as error:
                self._keep(gathered)
                self._tell(error)
                return False
            self._tell(None)
            return True

    def _collect(self) -> Gathered:
        owed = self.meter.collect()
        with self._lock:
            rows = [
                Answered(**row._asdict(), requests=count, bytes=self._bytes[row])
                for row, count in self._requests.items()
            ]
            places = list(self._places.values())
            self._requests.clear()
            self._bytes.clear()
            self._places.clear()
        return Gathered(owed=owed, places=places, answered=rows)

    def _keep(self, gathered: Gathered) -> None:
        """Put back what was not written, under what has come since."""
        self.meter.owe({partner: list(owed) for partner, owed in gathered.owed.items()})
        with self._lock:
            for one in gathered.answered:
                row = _Row(one.partner, one.date, one.endpoint)
                self._requests[row] += one.requests
                self._bytes[row] += one.bytes
            for place in gathered.places:
                self._places.setdefault((place.partner, place.scope), place)

    def _tell(self, error: StoreError | None) -> None:
        """Log once that the books are behind, and once that they are not."""
        was, self._is_behind = self._is_behind, error is not None
        if error is not None and not was:
            _log.warning("partners' usage cannot be written, and is kept: %s", error)
        elif was and error is None:
            _log.warning("partners' usage is written again")

    def _take(
        self, partner: str, owed: Collection[Owed], quota: Quota, present: Windows
    ) -> tuple[Taken, int] | None:
        try:
            with store.recording(self._engine, patience=PATIENCE) as connection:
                return usage.take(connection, partner, owed, quota, present)
        except StoreError:
            return None

    # The thread ------------------------------------------------------------------------------

    def _wake(self) -> None:
        """Start the thread, unless it is there. After a fork it is not: threads do not follow."""
        if self._stopped.is_set() or (self._thread is not None and self._thread.is_alive()):
            return
        atexit.unregister(self.close)
        atexit.register(self.close)  # a worker that is told to end writes its last second too
        self._thread = threading.Thread(target=self._run, name="books", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._stopped.wait(EVERY):
            self.flush()
            with self._lock:
                if not self._requests and not self._places and self.meter.is_settled():
                    self._thread = None
                    return
