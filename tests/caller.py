"""What calls others, as a process of its own on a clock that runs ahead: `python -m tests.caller`.

Tests kill it. What it had claimed may be claimed again once its lease has ended, minutes later by
the clock of whoever claims; the next one's clock is ahead by more, so that nobody waits.
"""

from __future__ import annotations

import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

from syndicate import config, wiring
from syndicate.deliver import engine as engines
from syndicate.deliver.engine import Duty

KINDS = ("webhooks", "hub")


def work(url: str, kind: str, ahead: timedelta) -> None:
    """Do all that is due; print how often there was something."""
    given = {"SYNDICATE_DATABASE_URL": url, "SYNDICATE_ALLOW_LOOPBACK": "1"}
    settings = config.load({**given, "SYNDICATE_SECRET_KEY": "k" * 32}, cwd=Path.cwd())
    wired = wiring.wire(settings)
    found = wiring.callers(settings, wired.engine, clock=lambda: datetime.now(UTC) + ahead)
    times = 0

    def counting(duty: Duty) -> Duty:
        def count(stop: threading.Event) -> bool:
            nonlocal times
            busy = duty(stop)
            times += busy
            return busy

        return count

    duties = {name: counting(duty) for name, duty in found[KINDS.index(kind)].items()}
    engines.run_once(duties, threading.Event())
    wired.close()
    print(times)


if __name__ == "__main__":
    url, kind, minutes = sys.argv[1:]
    work(url, kind, timedelta(minutes=int(minutes)))
