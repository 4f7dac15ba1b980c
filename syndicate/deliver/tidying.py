"""Forgets what has had its time: addresses that ended or were never confirmed, old counts."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from syndicate.store import bounces, letters, subscriptions, tallies
from syndicate.store import engine as store
from syndicate.store.engine import Engine

EVERY: Final = timedelta(minutes=10)
ENDED_FOR: Final = timedelta(days=7)
_LETTERS: Final = timedelta(days=31)  # limits look back a month
_COUNTS: Final = timedelta(days=2)
_BOUNCES: Final = timedelta(days=90)


def tidy(engine: Engine, *, now: datetime) -> None:
    """Forget, and let pauses end whose date has come."""
    with store.recording(engine) as connection:
        letters.forget_expired(connection, now, wholly=now - _LETTERS)
        subscriptions.forget_ended(connection, now - ENDED_FOR)
        subscriptions.end_pauses(connection, now)
        bounces.forget(connection, now - _BOUNCES)
        for prefix in ("asked:", "lane:"):
            tallies.forget(connection, f"{now - _COUNTS:%Y-%m-%d}", prefix)
