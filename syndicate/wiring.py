"""The one place where the program is put together: settings in, working parts out."""

from __future__ import annotations

import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from syndicate.config import Settings
from syndicate.errors import DeliveryError, SettingsError
from syndicate.store import engine as store
from syndicate.store import owners, secret
from syndicate.store.engine import Engine

if TYPE_CHECKING:
    from syndicate.alerts.tokens import Keyring
    from syndicate.deliver.engine import Duty
    from syndicate.deliver.engine import Engine as DutyEngine
    from syndicate.deliver.worker import Worker


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


def wire(settings: Settings, *, patience: float = 60.0) -> Wired:
    """Put the parts together. Nothing is opened yet: the store may be down, or not there.

    `patience` is for how many seconds a database server may be silent on one question.
    """
    engine = store.connect(settings.database_url, patience=patience)
    return Wired(settings=settings, engine=engine)


def keyring(settings: Settings) -> Keyring:
    """Return what makes and reads links. StoreError where there is no secret key."""
    from syndicate.alerts.tokens import Keyring  # noqa: PLC0415 - most commands need no links

    return Keyring([secret.get(settings), *settings.secret_key_fallbacks])


def _own_name() -> str:
    """Return how this machine greets a relay; no name server is asked (RFC 5321, 4.1.4)."""
    name = socket.gethostname()
    return name if "." in name else "[127.0.0.1]"


def duty_engine(settings: Settings, engine: Engine) -> DutyEngine:
    """Return what runs the duties. SettingsError where what that takes is not installed."""
    if settings.engine == "local":
        from syndicate.deliver.engine import LocalEngine  # noqa: PLC0415 - only who works needs it

        return LocalEngine()
    try:
        from syndicate.deliver.distributed import DistributedEngine  # noqa: PLC0415 - an extra
    except ModuleNotFoundError as error:
        raise SettingsError(
            f"SYNDICATE_ENGINE: distributed needs {error.name}, which is not installed",
            "pip install 'syndicate-service[distributed]'",
        ) from error
    return DistributedEngine(engine)


def worker(
    settings: Settings, engine: Engine, *, clock: Callable[[], datetime], note_every: int = 10
) -> Worker:
    """Return what delivers. DeliveryError, with the remedy, where no relay is named."""
    from syndicate.deliver import signing  # noqa: PLC0415 - only who delivers needs it
    from syndicate.deliver.smtp import SmtpRelay  # noqa: PLC0415 - only who delivers needs it
    from syndicate.deliver.worker import Worker  # noqa: PLC0415 - the same

    if settings.smtp_url is None:
        raise DeliveryError(
            "no mail relay is named", "set SYNDICATE_SMTP_URL, as smtp://127.0.0.1:25"
        )
    relay = SmtpRelay(settings.smtp_url, name=_own_name())
    return Worker(
        engine,
        keyring(settings),
        relay,
        clock=clock,
        note_every=note_every,
        signer=signing.load(settings.dkim_key_file) if settings.dkim_key_file else None,
    )


def callers(
    settings: Settings, engine: Engine, *, clock: Callable[[], datetime]
) -> list[Mapping[str, Duty]]:
    """Return the duties of webhooks, the hub and purges; each is slow by itself, with no relay."""
    from syndicate.deliver import purging  # noqa: PLC0415 - only who calls needs it
    from syndicate.deliver.hub import Hub  # noqa: PLC0415 - the same
    from syndicate.outgoing import Guard  # noqa: PLC0415 - the same
    from syndicate.webhooks.calling import Caller  # noqa: PLC0415 - the same

    guard = Guard(allow_loopback=settings.allow_loopback)
    hub = Hub(engine, guard, owner=owners.new(), clock=clock)
    found = [Caller(engine, guard, clock=clock).duties, hub.duties]
    if settings.is_purging:
        send = (
            purging.by_url(settings.purge_url, settings.purge_token, guard)
            if settings.purge_url
            else purging.by_command(settings.purge_command, settings.purge_token)
        )
        found.append(purging.Purger(engine, send, clock=clock).duties)
    return found
