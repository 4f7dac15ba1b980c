"""Is the process alive, is it ready, what has it done: /healthz, /readyz, /metrics."""

from __future__ import annotations

import hmac
from collections.abc import Iterator

import orjson
from flask import Flask, Response, request
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector

from syndicate.errors import NotFound
from syndicate.web import headers
from syndicate.web.published import Counts
from syndicate.web.site import Site


class Health:
    """The views of operations."""

    def __init__(self, site: Site, counts: Counts) -> None:
        self._site = site
        self._registry = CollectorRegistry()
        self._registry.register(_Figures(site, counts))

    def register(self, app: Flask) -> None:
        app.add_url_rule("/healthz", "healthz", self.alive)
        app.add_url_rule("/readyz", "readyz", self.ready)
        app.add_url_rule("/metrics", "metrics", self.metrics)

    def alive(self) -> Response:
        return _unkept("ok\n", 200, "text/plain; charset=utf-8")

    def ready(self) -> Response:
        """Say what a balancer must know: whether this process can serve the newest state."""
        reachable = self._site.generations.look()
        snapshot, trouble = self._site.snapshot, self._site.generations.trouble
        checks = {
            "store": reachable or "nothing has been published" in str(trouble),
            "published": snapshot.head is not None and snapshot.head.published_at is not None,
            "documents": snapshot.definitions is not None,
        }
        report: dict[str, object] = {"ready": reachable and all(checks.values()), "checks": checks}
        if trouble is not None:
            # anyone may read this: where the store is stands in the log only
            named = "/" not in trouble.message
            report["cause"] = trouble.message if named else "the store cannot be read: see the log"
            report["remedy"] = trouble.remedy
        report["generation"] = snapshot.generation
        return _unkept(orjson.dumps(report), 200 if report["ready"] else 503, "application/json")

    def metrics(self) -> Response:
        """Answer Prometheus with the token; to everybody else there is nothing here."""
        token = self._site.settings.metrics_token
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        right = hmac.compare_digest(given.encode(), (token or "").encode())
        if not (token and right and scheme.lower() == "bearer"):
            raise NotFound("there is nothing at this address")
        return _unkept(generate_latest(self._registry), 200, CONTENT_TYPE_LATEST)


def _unkept(body: str | bytes, status: int, content_type: str) -> Response:
    kept = {"Cache-Control": headers.NO_CACHE}
    return Response(body, status, content_type=content_type, headers=kept)


class _Figures(Collector):
    """What one process knows; each worker has its own figures and answers with its own."""

    def __init__(self, site: Site, counts: Counts) -> None:
        self._site = site
        self._counts = counts

    def collect(self) -> Iterator[Metric]:
        snapshot = self._site.snapshot
        yield _gauge("generation", "Generation of the store that is served", snapshot.generation)
        yield _gauge("documents", "Documents held in memory", len(snapshot.documents))
        yield _gauge("kept_bytes", "Bytes of what was made on demand", snapshot.kept.size)
        trouble = self._site.generations.trouble
        yield _gauge("store_reachable", "1 while the store can be read", int(trouble is None))
        if snapshot.head and snapshot.head.published_at:
            at = snapshot.head.published_at.timestamp()
            yield _gauge("published_seconds", "When was last published (Unix time)", at)
        requests = CounterMetricFamily(
            "syndicate_requests", "Requests by how they were answered", labels=["answer"]
        )
        for name in Counts.__slots__:
            requests.add_metric([name], getattr(self._counts, name))
        yield requests


def _gauge(name: str, text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"syndicate_{name}", text, value=value)
