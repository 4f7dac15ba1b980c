"""A worker as a process of its own, on a clock that runs ahead: `python -m tests.deliver.killed`.

Tests kill it. What it had claimed may be claimed again once its lease has ended, ten minutes later
by the clock of whoever claims; the next worker's clock is ahead by more, so that nobody waits.
"""

from __future__ import annotations

import signal
import sys
import threading
from datetime import UTC, datetime, timedelta

from syndicate.alerts.tokens import Keyring
from syndicate.deliver import engine as engines
from syndicate.deliver.smtp import SmtpRelay
from syndicate.deliver.worker import Worker
from syndicate.store import engine as store
from tests.readers import KEY


def work(url: str, relay: str, ahead: timedelta, note_every: int) -> None:
    """Do all that is due, as `syndicate worker --once` does; end at SIGTERM."""
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    engine = store.connect(url)
    made = Worker(
        engine,
        Keyring([KEY]),
        SmtpRelay(relay, name="localhost"),
        clock=lambda: datetime.now(UTC) + ahead,
        note_every=note_every,
    )
    try:
        engines.run_once(made.duties, stop)
    finally:
        made.close()
        engine.dispose()


if __name__ == "__main__":
    url, relay, minutes, note_every = sys.argv[1:]
    work(url, relay, timedelta(minutes=int(minutes)), int(note_every))
