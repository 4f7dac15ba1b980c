"""`syndicate worker`: the duties of one process, put together."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from syndicate.alerts.tokens import Keyring
from syndicate.deliver import planner, tidying
from syndicate.deliver.composing import Composer
from syndicate.deliver.engine import Duty
from syndicate.deliver.knowledge import Knowledge
from syndicate.deliver.sender import NOTE_EVERY, Sender
from syndicate.deliver.signing import Signer
from syndicate.deliver.smtp import Relay
from syndicate.store import engine as store
from syndicate.store import highwater, owners
from syndicate.store.engine import Engine
from syndicate.store.watch import watch

log = logging.getLogger(__name__)
Clock = Callable[[], datetime]


class Worker:
    """What one thread of one process does of the common work."""

    def __init__(
        self,
        engine: Engine,
        keyring: Keyring,
        relay: Relay,
        *,
        clock: Clock,
        note_every: int = NOTE_EVERY,
        signer: Signer | None = None,
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._knowledge = Knowledge()
        self._watch = watch(engine)
        self._file: int | None = None
        self._tidied_at: datetime | None = None
        owner = owners.new()
        self._sender = Sender(
            engine,
            Composer(keyring, self._knowledge, signer),
            relay,
            owner=owner,
            clock=clock,
            note_every=note_every,
        )

    @property
    def duties(self) -> Mapping[str, Duty]:
        """Return what is to be done again and again, by name, in this order."""
        return {
            "guard": self._guard,
            "plan": self._plan,
            "send": self._sender.send,
            "tidy": self._tidy,
        }

    def close(self) -> None:
        self._sender.close()
        self._watch.close()

    def _guard(self, _stop: threading.Event) -> bool:
        """Notice that another file was put in the place of the store, and whether it is older."""
        self._watch.changed()  # closes connections to a file that is the store no longer
        database = self._engine.url.database
        is_file = self._engine.dialect.name == "sqlite" and database
        file = Path(database).stat().st_ino if is_file and database else 0
        if file != self._file:
            self._file = file
            with store.recording(self._engine) as connection:
                held = highwater.check_sent(connection)
            if held:
                log.error("the store is an older copy: alerts are held; `syndicate alerts release`")
        return False

    def _plan(self, _stop: threading.Event) -> bool:
        return planner.plan(self._engine, self._knowledge, now=self._clock())

    def _tidy(self, _stop: threading.Event) -> bool:
        now = self._clock()
        if self._tidied_at is None or now - self._tidied_at >= tidying.EVERY:
            self._tidied_at = now
            tidying.tidy(self._engine, now=now)
        return False
