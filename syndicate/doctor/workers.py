"""Whether the workers of several machines are there, and get on with their jobs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from syndicate.config import Settings
from syndicate.doctor.diagnosis import Diagnosis
from syndicate.store import jobs
from syndicate.store.engine import Connection

LATE: Final = timedelta(minutes=5)
_PLACE: Final = "workers"
_START: Final = "start `syndicate worker` on some machine, with SYNDICATE_ENGINE=distributed"


def examine(connection: Connection, settings: Settings) -> Iterator[Diagnosis]:
    """Yield what is found, where the settings ask for the distributed engine."""
    if settings.engine != "distributed":
        return
    health = jobs.find_health(connection)
    if health is None or not health.workers:
        yield Diagnosis(place=_PLACE, verdict="error", message="none is at work", remedy=_START)
        return
    yield Diagnosis(place=_PLACE, message=f"{health.workers} threads are at work")
    for duty, failures in sorted(health.failing.items()):
        yield Diagnosis(
            place=_PLACE,
            verdict="warning",
            message=f"`{duty}` has failed {failures} times in a row",
            remedy="it is tried again by itself; the workers' logs say why",
        )
    if health.stalled:
        yield Diagnosis(
            place=_PLACE,
            verdict="warning",
            message=f"{health.stalled} jobs are left of workers that died",
            remedy="they are begun anew within two minutes",
        )
    if health.waiting > LATE:
        yield Diagnosis(
            place=_PLACE,
            verdict="error",
            message=f"a job has waited for {health.waiting.total_seconds() / 60:.0f} minutes",
            remedy="start more workers; mails need one with SYNDICATE_SMTP_URL",
        )
