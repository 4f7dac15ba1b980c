"""Is the process alive, is it ready, what has it done: /healthz, /readyz, /metrics."""

from __future__ import annotations

import hmac

import orjson
from flask import Flask, Response, request
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from syndicate.errors import NotFound
from syndicate.web import alert_figures, call_figures, headers
from syndicate.web.figures import Figures
from syndicate.web.site import Site
from syndicate.web.store_figures import StoreFigures


class Health:
    """The views of operations."""

    def __init__(self, site: Site, figures: Figures) -> None:
        self._site = site
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(figures)
        kinds = [alert_figures.collect, call_figures.collect]
        if site.settings.is_purging:
            kinds.append(call_figures.collect_purges)
        for collect in kinds:
            self._registry.register(StoreFigures(site, collect))

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
