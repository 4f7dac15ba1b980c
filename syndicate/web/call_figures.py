"""Figures of webhooks, hub and purges for Prometheus, out of the store; none names anybody."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from prometheus_client.core import GaugeMetricFamily, Metric

from syndicate.store import calls, hub_standing, purges
from syndicate.store.engine import Connection


def collect(connection: Connection, now: datetime) -> Iterator[Metric]:
    """Yield the figures of webhooks and the hub as they stand in the store."""
    ours, hub = calls.look(connection, now), hub_standing.look(connection, now)
    yield _gauge(
        "webhooks", "Partners' webhooks by standing", {"live": ours.live, "ended": ours.ended}
    )
    yield _gauge(
        "webhook_calls",
        "Calls that wait, and calls that failed for good",
        {"waiting": ours.waiting, "failed": ours.failed},
    )
    yield _gauge(
        "hub_subscriptions",
        "All subscriptions, those that end within a day, those without the newest bytes",
        {"verified": hub.verified, "expiring": hub.expiring, "behind": hub.behind},
    )
    yield GaugeMetricFamily(
        "syndicate_hub_requests", "Requests whose callback is to be asked", value=hub.requests
    )
    for name, oldest in (("webhook_calls", ours.oldest), ("hub", hub.oldest)):
        age = (now - oldest).total_seconds() if oldest else 0
        text = "For how long the oldest has been due"
        yield GaugeMetricFamily(f"syndicate_{name}_oldest_seconds", text, value=age)


def collect_purges(connection: Connection, now: datetime) -> Iterator[Metric]:
    """Yield how purging the cache in front goes."""
    found = purges.find(connection)
    age = (now - found.oldest).total_seconds() if found and found.oldest else 0
    failures = found.attempts if found and found.reply else 0
    for name, text, value in (
        ("oldest_seconds", "Age of the oldest change for which no cache was purged yet", age),
        ("failures", "Attempts to purge that failed in a row", failures),
    ):
        yield GaugeMetricFamily(f"syndicate_purge_{name}", text, value=value)


def _gauge(name: str, text: str, values: dict[str, int]) -> GaugeMetricFamily:
    made = GaugeMetricFamily(f"syndicate_{name}", text, labels=["standing"])
    for standing, number in values.items():
        made.add_metric([standing], number)
    return made
