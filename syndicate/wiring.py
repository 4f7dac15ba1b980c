"""The one place where the program is put together: settings in, working parts out."""

from __future__ import annotations

from dataclasses import dataclass

from syndicate.config import Settings
from syndicate.store import engine as store
from syndicate.store.engine import Engine


@dataclass(frozen=True, slots=True, kw_only=True)
class Wired:
    """What a process of this installation works with."""

    settings: Settings
    engine: Engine

    def close(self) -> None:
        """Close every connection to the store."""
        self.engine.dispose()

    def leave_to_parent(self) -> None:
        """Forget, after a fork, the connections that are the parent's; new ones are opened."""
        self.engine.dispose(close=False)


def wire(settings: Settings) -> Wired:
    """Put the parts together. Nothing is opened yet: the store may be down, or not there."""
    return Wired(settings=settings, engine=store.connect(settings.database_url))
