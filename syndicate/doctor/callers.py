"""Whether those who are to be told are: by partners' webhooks, by the hub, and caches in front."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from syndicate.config import Settings
from syndicate.doctor.diagnosis import Diagnosis
from syndicate.doctor.mails import LATE
from syndicate.store import callbacks, calls, hub_standing, purges, site
from syndicate.store.engine import Connection

_CACHE: Final = "cache in front"
_RUN: Final = "keep `syndicate worker` or `syndicate serve` running"


def examine(connection: Connection, *, now: datetime) -> Iterator[Diagnosis]:
    """Yield what is found, where there is a webhook or a hub."""
    if site.BASE_URL not in site.get_values(connection):
        return
    definitions = site.get_definitions(connection)
    if callbacks.list_all(connection):
        if definitions.network.webhooks:
            yield from _webhooks(connection, now)
        else:
            yield Diagnosis(place="webhooks", message="switched off in network.toml")
    if definitions.is_hub:
        yield from _hub(connection, now)


def examine_cache(
    connection: Connection, settings: Settings, *, now: datetime
) -> Iterator[Diagnosis]:
    """Yield how purges go, where the settings ask for them."""
    if settings.is_purging:
        yield _cache(connection, now)


def _webhooks(connection: Connection, now: datetime) -> Iterator[Diagnosis]:
    found = calls.look(connection, now)
    yield _state(
        "webhooks",
        f"partners called: {found.live:,}; calls that wait: {found.waiting:,}",
        found.oldest,
        now,
    )
    for one in callbacks.list_all(connection):
        if one.ended_at:
            yield Diagnosis(
                place="webhooks",
                verdict="warning",
                message=f"{one.name} answered 410 at {one.ended_at:%Y-%m-%dT%H:%M:%SZ}: it ended",
                remedy="ask the partner; then `syndicate webhook replay` or `webhook remove`",
            )
    if found.failed:
        yield Diagnosis(
            place="webhooks",
            verdict="warning",
            message=f"calls that failed for good: {found.failed:,}",
            remedy="`syndicate webhook list` says whose; `syndicate webhook replay` calls again",
        )


def _hub(connection: Connection, now: datetime) -> Iterator[Diagnosis]:
    found = hub_standing.look(connection, now)
    told = (
        f"{found.verified:,} subscriptions, {found.expiring:,} of them end within a day, "
        f"{found.behind:,} lack the newest bytes; {found.requests:,} requests to verify"
    )
    yield _state("hub", told, found.oldest, now)


def _cache(connection: Connection, now: datetime) -> Diagnosis:
    found = purges.find(connection)
    if found is None:
        return _state(_CACHE, "no worker has begun to purge it", None, now)
    if found.reply is None:
        return _state(_CACHE, f"purged up to change {found.seq}", found.oldest, now)
    return Diagnosis(
        place=_CACHE,
        verdict="error",
        message=f"it may show what was withdrawn; purging it failed: {found.reply}",
        remedy="it is tried again by itself; see SYNDICATE_PURGE_URL or SYNDICATE_PURGE_COMMAND",
    )


def _state(place: str, told: str, oldest: datetime | None, now: datetime) -> Diagnosis:
    if oldest is None or oldest >= now - LATE:
        return Diagnosis(place=place, message=told)
    due = f"{told}; one has been due since {oldest:%Y-%m-%dT%H:%M:%SZ}"
    return Diagnosis(place=place, verdict="error", message=due, remedy=_RUN)
