"""Who runs the duties, and when: here in one process; distributed.py on many machines.

The duties find their work in the tables: a call that is lost, doubled or out of turn changes
nothing but the time.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from typing import Final, Protocol

from syndicate.errors import SyndicateError

log = logging.getLogger(__name__)
Duty = Callable[[threading.Event], bool]
"""Does a part of its work and tells whether there may be more. Ends soon after the event is set."""

PAUSE: Final = 1.0  # seconds between looks at tables that had nothing to do


class Engine(Protocol):
    """Runs duties by name until told to stop."""

    def run(self, duties: Mapping[str, Duty], stop: threading.Event) -> None: ...


class LocalEngine:
    """Runs every duty in turn, in this thread. For one machine, on either store."""

    def __init__(self, pause: float = PAUSE) -> None:
        self._pause = pause

    def run(self, duties: Mapping[str, Duty], stop: threading.Event) -> None:
        """Work until `stop` is set. A duty that fails is tried again after a pause."""
        while not stop.is_set():
            busy = [attempt(name, duty, stop) for name, duty in duties.items()]
            if not any(busy):
                stop.wait(self._pause)


def run_once(duties: Mapping[str, Duty], stop: threading.Event) -> None:
    """Run the duties until none has anything to do. What fails ends it."""
    busy = True
    while busy and not stop.is_set():
        busy = sum(duty(stop) for duty in duties.values()) > 0


def attempt(name: str, duty: Duty, stop: threading.Event) -> bool | None:
    """Run a duty once; None where it failed, which is told in the log."""
    try:
        return duty(stop)
    except SyndicateError as error:
        log.warning("%s: %s", name, error)
    except Exception:  # what nobody foresaw must not end what the others wait for
        log.exception("%s failed; it goes on", name)
    return None
