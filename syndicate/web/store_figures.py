"""Figures for Prometheus out of the store: they are the same whichever worker answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from prometheus_client.core import Metric
from prometheus_client.registry import Collector

from syndicate.errors import StoreError
from syndicate.store.engine import Connection
from syndicate.web.site import Site


class StoreFigures(Collector):
    """Collects when asked; a store that cannot be read has no figures."""

    def __init__(
        self, site: Site, read: Callable[[Connection, datetime], Iterator[Metric]]
    ) -> None:
        self._site = site
        self._read = read

    def collect(self) -> Iterator[Metric]:
        try:
            with self._site.reading() as (connection, _snapshot):
                yield from list(self._read(connection, datetime.now(UTC)))
        except StoreError:
            return
