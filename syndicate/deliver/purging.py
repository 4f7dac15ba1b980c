"""Purges a cache in front of what was withdrawn, corrected or moved, by surrogate keys."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from syndicate.deliver.outward import Send
from syndicate.errors import FetchError
from syndicate.outgoing import Client, Guard, Limits
from syndicate.store import journal, purges
from syndicate.store.batches import batches
from syndicate.store.engine import Connection
from syndicate.store.progress import Name

LIMITS: Final = Limits(seconds=10, raw_bytes=64_000, inflated_bytes=64_000)
_KEYS: Final = 50  # in one header, which servers take up to 8 KB of


@dataclass(frozen=True, slots=True)
class Purging:
    """What is told to the cache, by `send`."""

    send: Send
    name: Name = "purge"

    def head(self, connection: Connection) -> int | None:
        return journal.get_head(connection).seq

    def first(self, connection: Connection, now: datetime) -> int:
        return purges.find_first(connection, now)

    def due(self, connection: Connection, reached: int) -> tuple[int, Sequence[str]]:
        return purges.list_due(connection, reached)


def by_url(url: str, token: str | None, guard: Guard) -> Send:
    """Return what POSTs to this address, with `Surrogate-Key` and, given a token, as bearer."""
    bearer = {"Authorization": f"Bearer {token}"} if token else {}

    def send(keys: Sequence[str]) -> str | None:
        with closing(Client(guard, limits=LIMITS, kept=1)) as client:
            for part in batches(keys, _KEYS):
                headers = {"Surrogate-Key": " ".join(part), **bearer}
                try:
                    answer = client.send(url, b"", headers=headers)
                except FetchError as error:
                    return str(error)
                if not 200 <= answer.status < 300:
                    return f"the cache answered {answer.status}"
        return None

    return send


def by_command(words: Sequence[str], token: str | None, *, seconds: float = LIMITS.seconds) -> Send:
    """Return what runs this program with the keys as further arguments; no shell reads them.

    Of our settings it gets the token alone; what it says goes where our log goes.
    """
    environ = {name: text for name, text in os.environ.items() if "SYNDICATE_" not in name}
    if token:
        environ["SYNDICATE_PURGE_TOKEN"] = token

    def send(keys: Sequence[str]) -> str | None:
        try:
            child = subprocess.Popen(
                [*words, *keys],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                env=environ,
                start_new_session=True,
            )
        except OSError as error:
            return f"{words[0]}: {error.strerror}"
        try:
            status = child.wait(seconds)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)  # whatever it started too
            child.wait()
            return f"{words[0]} did not end in {seconds:g} s"
        return f"{words[0]} ended with status {status}" if status else None

    return send
