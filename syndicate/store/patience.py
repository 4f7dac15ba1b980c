"""Connections to PostgreSQL that do not wait for ever.

A server that is gone is noticed by TCP. One that is there but says nothing (stopped, or behind a
proxy that swallows) keeps its connections alive, and whoever has asked it something waiting.
"""

from __future__ import annotations

from typing import Any

import psycopg
from sqlalchemy import Engine, event
from sqlalchemy.engine.interfaces import Dialect


class Patient(psycopg.Connection[Any]):
    """A connection that gives up on an answer which takes longer than `patience` seconds."""

    patience: float

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:  # noqa: ANN401 - the driver's
        try:
            return super().wait(gen, interval, timeout or self.patience)
        except psycopg.OperationalError as error:
            if error.sqlstate or self.closed:  # the server said so, or is gone
                raise
            self.pgconn.finish()  # an answer that comes later must not be taken for the next one's
            told = f"the connection has been silent for {self.patience:g} s"
            raise psycopg.OperationalError(told) from error


def limit(engine: Engine, seconds: float) -> None:
    """Let the engine's connections be patient for so long, unless a transaction says otherwise."""

    def connect(_dialect: Dialect, _record: object, args: Any, options: Any) -> Patient:  # noqa: ANN401 - the driver's
        made = Patient.connect(*args, **options)
        made.patience = seconds
        return made

    event.listen(engine, "do_connect", connect)
