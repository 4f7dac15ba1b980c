"""Puts the web together: the WSGI layer, the thread behind it, and Flask with its views."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from flask import Flask, request
from werkzeug.wrappers.response import Response

from syndicate.config import Settings
from syndicate.errors import Moved
from syndicate.web import files, headers, logs
from syndicate.web.errors import Errors
from syndicate.web.feeds import Feeds
from syndicate.web.generations import Generations
from syndicate.web.health import Health
from syndicate.web.hosts import is_loopback
from syndicate.web.pages import Pages
from syndicate.web.published import Published
from syndicate.web.site import Site
from syndicate.web.snapshot import Installation
from syndicate.wiring import wire

_LARGEST_BODY: Final = 64 * 1024


def make(settings: Settings, *, host: str | None, port: int | None) -> Published:
    """Return the application; see `create_app`."""
    logs.configure(settings.log_format)
    wired = wire(settings)
    installation = Installation(
        base_url=settings.base_url,
        port=port,
        loopback=host is not None and is_loopback(host),
        files=files.load(),
    )
    generations = Generations(wired, installation)
    flask = Flask("syndicate.web", static_folder=None)
    published = Published(generations, flask)
    _register(flask, Site(settings, generations), published, installation)
    generations.start()
    return published


def _register(flask: Flask, site: Site, published: Published, installation: Installation) -> None:
    flask.config["MAX_CONTENT_LENGTH"] = _LARGEST_BODY
    flask.jinja_env.trim_blocks = flask.jinja_env.lstrip_blocks = True
    flask.url_map.strict_slashes = False  # Werkzeug would redirect with 308; see _canonical
    flask.url_map.merge_slashes = False
    for views in (Feeds(site), Pages(site), Health(site, published.counts), Errors(site)):
        views.register(flask)
    flask.before_request(_canonical)

    @flask.after_request
    def secure(response: Response) -> Response:
        """Put on every answer what the layer puts on its own."""
        html = headers.HTML if response.mimetype == "text/html" else ()
        for name, value in (*site.snapshot.security, *html):
            response.headers.setdefault(name, value)
        return response

    stylesheet = files.address(installation.files, "site.css")

    @flask.context_processor
    def common() -> dict[str, object]:
        """Give every template what its frame shows."""
        definitions = site.snapshot.definitions
        return {
            "network": definitions and definitions.network,
            "root": site.snapshot.root,
            "stylesheet": stylesheet,
        }


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
