"""`syndicate worker`: the duties of one process, put together."""

from __future__ import annotations

import os
import secrets
import socket
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from syndicate.alerts.tokens import Keyring
from syndicate.deliver import planner
from syndicate.deliver.composing import Composer
from syndicate.deliver.engine import Duty
from syndicate.deliver.knowledge import Knowledge
from syndicate.deliver.sender import NOTE_EVERY, Sender
from syndicate.deliver.smtp import Relay
from syndicate.store.engine import Engine

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """What this process does of the common work."""

    duties: Mapping[str, Duty]
    close: Callable[[], None]


def make(
    engine: Engine,
    keyring: Keyring,
    relay: Relay,
    *,
    clock: Clock,
    note_every: int = NOTE_EVERY,
) -> Worker:
    """Return a worker for one thread of one process."""
    knowledge = Knowledge()
    sender = Sender(
        engine,
        Composer(keyring, knowledge),
        relay,
        owner=f"{socket.gethostname()[:20]}-{os.getpid()}-{secrets.token_hex(4)}"[:40],
        clock=clock,
        note_every=note_every,
    )

    def plan(_stop: threading.Event) -> bool:
        return planner.plan(engine, knowledge, now=clock())

    return Worker(duties={"plan": plan, "send": sender.send}, close=sender.close)
