"""Figures of alerts for Prometheus, out of the store: they are the same whichever worker answers.

None names a domain or an address, and none counts so few that it would.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from syndicate.store import deliveries, holding, lanes, people, subscriptions, tallies
from syndicate.store.engine import Connection


def collect(connection: Connection, now: datetime) -> Iterator[Metric]:
    """Yield the figures of alerts as they stand in the store."""
    queue = GaugeMetricFamily(
        "syndicate_deliveries_open", "Deliveries that have not ended", labels=["channel", "state"]
    )
    for (channel, state), number in sorted(deliveries.count_open(connection).items()):
        queue.add_metric([channel, state], number)
    yield queue
    oldest = deliveries.find_oldest_due(connection, now)
    age = (now - oldest).total_seconds() if oldest else 0
    yield GaugeMetricFamily(
        "syndicate_deliveries_oldest_seconds", "Age of the oldest that is due", value=age
    )
    held = int(holding.find(connection) is not None)
    yield GaugeMetricFamily("syndicate_alerts_held", "1 while alerts are held", value=held)
    resting = len(lanes.list_resting(connection, now))
    yield GaugeMetricFamily("syndicate_lanes_resting", "Domains, or the relay", value=resting)
    standing = GaugeMetricFamily(
        "syndicate_subscriptions", "Subscriptions by standing", labels=["standing"]
    )
    for name, number in sorted(subscriptions.count_standings(connection).items()):
        standing.add_metric([name], number)
    yield standing
    suppressed = people.count_suppressed(connection)
    yield GaugeMetricFamily("syndicate_suppressed", "Addresses kept out", value=suppressed)
    mails = CounterMetricFamily(
        "syndicate_mails", "What became of mails and requests", labels=["what"]
    )
    for what, number in sorted(tallies.sums(connection, "mail:").items()):
        mails.add_metric([what], number)
    yield mails
