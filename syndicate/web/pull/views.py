"""The addresses of `/v1`, and what happens to every request before its view and after it."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Final

from flask import Flask, request
from werkzeug.wrappers.response import Response

from syndicate.store import secret
from syndicate.sync import Seal
from syndicate.web.frame import Frame
from syndicate.web.pull import (
    changes,
    entries,
    language,
    me,
    news,
    parameters,
    resource,
    service,
    snapshot,
)
from syndicate.web.pull.access import Access, Caller
from syndicate.web.pull.asking import Asking
from syndicate.web.pull.news import News
from syndicate.web.pull.resource import Resource
from syndicate.web.pull.state import State
from syndicate.web.site import Site
from syndicate.web.snapshot import require

View = Callable[..., Resource]
_SCOPE: Final = parameters.SCOPE


class Pull:
    """The views of `/v1`, each a function of an `Asking` that returns a `Resource`."""

    def __init__(self, site: Site, frame: Frame, access: Access) -> None:
        self._site = site
        self._access = access
        self._frame = frame
        self._news = News(site)
        self._made: Seal | None = None

    def register(self, app: Flask) -> None:
        browsing = (*_SCOPE, "author", "q", "month", "limit", "page", "parts")
        for rule, view, known in (
            ("/v1/", service.document, ()),
            ("/v1/topics", service.topics, ()),
            ("/v1/kinds", service.kinds, ()),
            ("/v1/archive", service.archive, ()),
            ("/v1/openapi.json", service.openapi, ()),
            ("/v1/problems/", service.all_problems, ()),
            ("/v1/problems/<code>", service.problem, ()),
            ("/v1/items", entries.browse, browsing),
            ("/v1/items/<path:id>", entries.by_id, ("parts",)),
            ("/v1/items/by-doi/<path:doi>", entries.by_doi, ("parts",)),
            ("/v1/embed/<path:what>", entries.embed, ()),
            ("/v1/changes", changes.since, (*_SCOPE, "since", "limit", "wait")),
            ("/v1/changes.atom", changes.as_atom, (*_SCOPE, "since", "limit")),
            ("/v1/snapshot", snapshot.snapshot, (*_SCOPE, "page")),
            ("/v1/state", State().state, (*_SCOPE, "buckets")),
            ("/v1/me", me.me, ()),
            ("/v1/me/ledger", me.ledger, ("month",)),
            ("/v1/me/ledger.csv", me.ledger_csv, ("month",)),
        ):
            app.add_url_rule(rule, f"v1 {rule}", self._answering(_endpoint(rule), view, known))
        app.after_request(self._access.finish)

    def _answering(
        self, endpoint: str, view: View, known: Collection[str]
    ) -> Callable[..., Response]:
        """Return the function that answers a rule by this view, which takes these parameters."""

        def answer(**path: Any) -> Response:  # noqa: ANN401 - Werkzeug's
            caller = self._access.admit(endpoint)
            values = parameters.read(request.args.items(multi=True), (*known, "lang"))
            language.require_english(
                values.get("lang"), request.headers.get("Accept-Language"), self._address()
            )
            wait = parameters.integer(values, "wait", least=0, most=news.LONGEST, otherwise=0)
            deadline = time.monotonic() + wait
            while True:
                with self._asking(values, caller) as asking:
                    found = view(asking, **path)
                    if not (wait and found.idle):
                        return resource.send(asking, found, self._frame)
                if not self._news.wait(asking.head.seq, deadline, request.environ):
                    wait = 0

        return answer

    @contextmanager
    def _asking(self, values: Mapping[str, str], caller: Caller) -> Iterator[Asking]:
        with self._site.reading() as (connection, present):
            definitions = require(present)
            assert present.head is not None
            yield Asking(
                connection=connection,
                snapshot=present,
                definitions=definitions,
                head=present.head,
                values=values,
                caller=caller,
                seal=self._seal(),
                now=datetime.now(UTC),
            )

    def _seal(self) -> Seal:
        """Return what signs; StoreError where there is no secret key. It is read once."""
        if self._made is None:
            settings = self._site.settings
            self._made = Seal((secret.get(settings), *settings.secret_key_fallbacks))
        return self._made

    def _address(self) -> str:
        """Return the address of the same resource in English."""
        definitions = self._site.snapshot.definitions
        return (definitions.network.base_url if definitions else "") + request.path


def _endpoint(rule: str) -> str:
    """Return what the ledger calls a rule: `changes` for /v1/changes.atom, `service` for /v1/."""
    return rule.removeprefix("/v1/").partition("/")[0].partition(".")[0] or "service"
