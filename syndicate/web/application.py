"""Puts the web together: the WSGI layer, the thread behind it, and Flask with its views."""

from __future__ import annotations

import time
from typing import Final
from urllib.parse import quote

from flask import Flask, request
from jinja2 import StrictUndefined
from werkzeug.wrappers.response import Response

from syndicate.config import Settings
from syndicate.errors import Moved
from syndicate.web import alerts, files, headers, logs, offers, pages
from syndicate.web.board import Board
from syndicate.web.citations import Citations
from syndicate.web.discovery import Discovery
from syndicate.web.errors import Errors
from syndicate.web.feeds import Feeds
from syndicate.web.figures import Figures
from syndicate.web.frame import Frame
from syndicate.web.generations import Generations
from syndicate.web.health import Health
from syndicate.web.hosts import is_loopback
from syndicate.web.hub import Hub
from syndicate.web.oai.views import Oai
from syndicate.web.oembed import Oembed
from syndicate.web.published import Published
from syndicate.web.pull.access import Access
from syndicate.web.pull.bookkeeping import Books
from syndicate.web.pull.views import Pull
from syndicate.web.shell import Shell
from syndicate.web.site import Site
from syndicate.web.snapshot import Installation
from syndicate.wiring import wire

_LARGEST_BODY: Final = 64 * 1024
PATIENCE: Final = 5.0
"""Seconds that the database server may take for one answer, before it is taken for down."""


def make(
    settings: Settings,
    *,
    host: str | None = None,
    port: int | None = None,
    board: Board | None = None,
    is_live: bool = True,
) -> Published:
    """Return the application; see `create_app`.

    One that is not live is asked for what files hold: its pages offer no search, form or alert.
    """
    logs.configure(settings.log_format)
    wired = wire(settings, patience=PATIENCE)
    installation = Installation(
        base_url=settings.base_url,
        port=port,
        loopback=host is not None and is_loopback(host),
        files=files.load(),
    )
    generations = Generations(wired, installation)
    flask = new_flask()
    books = Books(wired.engine, time.time)
    published = Published(generations, flask, at_end=books.close)
    site = Site(settings, generations)
    frame = Frame(site, Shell(installation.files, is_live=is_live))
    _register(flask, site, frame, published, board=board, books=books)
    if is_live:
        alerts.register(flask, site, frame)
    generations.start()
    return published


def new_flask() -> Flask:
    """Return a Flask with the templates of this package, and without views."""
    flask = Flask("syndicate.web", static_folder=None)
    flask.jinja_env.trim_blocks = flask.jinja_env.lstrip_blocks = True
    flask.jinja_env.undefined = StrictUndefined
    return flask


def _register(
    flask: Flask,
    site: Site,
    frame: Frame,
    published: Published,
    *,
    board: Board | None,
    books: Books,
) -> None:
    flask.config["MAX_CONTENT_LENGTH"] = _LARGEST_BODY
    flask.url_map.strict_slashes = False  # Werkzeug would redirect with 308; see _canonical
    flask.url_map.merge_slashes = False
    access = Access(site, books, time.time)
    for views in (
        Feeds(site),
        Citations(site),
        Discovery(site),
        Health(site, Figures(site.generations, published.counts, board)),
        Pull(site, frame, access),
        Oai(site, access),
        Oembed(site),
        Hub(site),
        Errors(site, frame),
    ):
        views.register(flask)
    pages.register(flask, frame)
    offers.register(flask)
    flask.before_request(_canonical)

    @flask.after_request
    def secure(response: Response) -> Response:
        """Put on every answer what the layer puts on its own."""
        policy = response.headers.get("Content-Security-Policy")
        own = (("Content-Security-Policy", policy),) if policy else ()
        for name, value in headers.governed(own, site.snapshot.security):
            response.headers.setdefault(name, value)
        return response


def _canonical() -> Response | None:
    """Answer OPTIONS, and lead to the one spelling of a page's address, which ends in a slash."""
    rule = request.url_rule
    if rule is None:
        return None
    if request.method == "OPTIONS":
        allow = ("Allow", ", ".join(sorted(rule.methods or ())))
        page = rule.rule.endswith("/")
        public = () if page else (*headers.PUBLIC, *headers.PREFLIGHT)
        return Response(status=204, headers=[allow, *public])
    if rule.rule.endswith("/") and not request.path.endswith("/"):
        raise Moved(quote(f"{request.path}/", safe="/+~:"))
    return None
