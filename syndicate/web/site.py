"""What every view works with: the store beside its snapshot, and how a finished body is sent."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

from flask import Response, request
from werkzeug.wrappers.response import Response as WerkzeugResponse

from syndicate.config import Settings
from syndicate.store.engine import Connection, Engine
from syndicate.web.generations import Generations
from syndicate.web.prepared import Prepared
from syndicate.web.snapshot import Snapshot


class Finished(Response):
    """A response whose headers are complete: Werkzeug would drop some of a 304 and add others."""

    default_mimetype = None
    automatically_set_content_length = False

    def get_wsgi_headers(self, environ: Any) -> Any:  # noqa: ANN401, ARG002 - Werkzeug's signature
        return self.headers


class Site:
    """One for each application; views get it when they are made."""

    def __init__(self, settings: Settings, generations: Generations) -> None:
        self.settings = settings
        self.generations = generations

    @property
    def engine(self) -> Engine:
        """The store itself, for what changes it."""
        return self.generations.engine

    def reading(self) -> AbstractContextManager[tuple[Connection, Snapshot]]:
        return self.generations.reading()

    @property
    def snapshot(self) -> Snapshot:
        return self.generations.current

    def send(self, snapshot: Snapshot, body: Prepared, *, keep: bool = True) -> WerkzeugResponse:
        """Send a body that was just made, and keep it for the next who ask for its path."""
        if keep:
            snapshot.kept.put(request.path, body)
        answer = body.answer(request.environ)
        return Finished(body.body(answer), answer.status, list(answer.headers))
