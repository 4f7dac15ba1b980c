"""The bench's addresses. All of them are for this machine, and none is for anybody else."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

from flask import Flask, Response, abort, render_template, request
from werkzeug.wrappers.response import Response as WerkzeugResponse

from syndicate import addresses
from syndicate.definitions import Definitions
from syndicate.editorial.file import Previewed
from syndicate.errors import ContentError, DefinitionError
from syndicate.model import FORMATS, Format, Summary
from syndicate.web import application, files, headers, offers
from syndicate.web.bench import Files, panes
from syndicate.web.headers import Headers
from syndicate.web.hosts import is_loopback, split
from syndicate.web.language import ENGLISH, FRENCH, Language
from syndicate.web.shell import Shell
from syndicate.web.snapshot import Installation

BENCH: Final = "/bench/"
_LISTED: Final = 200
_OWN: Final = {"bench.css": "text/css", "bench.js": "text/javascript"}
_FRAMED: Final = "frame-ancestors 'self'; base-uri 'none'; form-action 'none'"
_POLICIES: Final = {
    "bench": (
        "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; "
        "frame-src 'self'; img-src 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "page": f"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; {_FRAMED}",
    "feed": f"default-src 'none'; style-src 'self'; sandbox allow-popups; {_FRAMED}",
    # mail programs know no style sheet of ours: a mail brings its own
    "mail": f"default-src 'none'; style-src 'unsafe-inline'; sandbox allow-popups; {_FRAMED}",
}


def make(found: Files, *, host: str = "127.0.0.1") -> Flask:
    """Return the application. It answers requests for `host` and for this machine alone."""
    app = application.new_flask()
    views = _Views(found)
    app.before_request(partial(_refuse_others, host))
    for rule, view in (
        ("/", views.index),
        (f"{BENCH}<path:path>", views.bench),
        ("/stamp/", views.stamp),
        ("/stamp/<path:path>", views.stamp),
        ("/page/<path:path>", views.page),
        ("/feed/<format>/<path:path>", views.feed),
        ("/mail/<path:path>", views.mail),
        ("/own/<name>", views.own),
        ("/static/<name>", views.static),
        ("/favicon.ico", views.icon),
        (addresses.OFFER, offers.answer),
    ):
        app.add_url_rule(rule, rule, view)
    return app


def _refuse_others(host: str) -> None:
    """Refuse names that are not this machine's: a page elsewhere could make one lead here."""
    name = split(request.host)[0]
    if name != host and not is_loopback(name):
        abort(421)


class _Views:
    def __init__(self, found: Files) -> None:
        self._files = found
        self._static = files.load()
        self._shell = Shell(self._static)

    def index(self) -> WerkzeugResponse:
        """List the files, the one that was saved last first."""
        listed = self._files.listed()
        body = render_template(
            "bench/index.html", files=listed[:_LISTED], more=max(len(listed) - _LISTED, 0)
        )
        return _html("bench", body)

    def bench(self, path: str) -> WerkzeugResponse:
        """Show a file's page, entries and mail side by side, and what is wrong with it."""
        stamp = self._files.stamp(path)
        language, mail = _language(), None
        try:
            seen, definitions = self._files.read(path)
        except DefinitionError as error:
            seen = Previewed(path=path, summary=None, problems=error.problems)
        else:
            mail = panes.mail_of(seen.summary, definitions, language) if seen.summary else None
        body = render_template(
            "bench/bench.html",
            seen=seen,
            stamp=stamp,
            path=path,
            language=language,
            subject=mail.subject if mail else "",
        )
        return _html("bench", body)

    def stamp(self, path: str = "") -> WerkzeugResponse:
        """Answer what changes when the file is saved."""
        return Response(self._files.stamp(path), content_type="text/plain", headers=_FRESH)

    def page(self, path: str) -> WerkzeugResponse:
        """Show the page as it would be served."""
        summary, definitions = self._read(path)
        language = _language()
        installation = Installation(base_url=None, port=None, loopback=True, files=self._static)
        snapshot = replace(installation.empty(), definitions=definitions)
        made = panes.page_of(summary, definitions, language)
        return _html("page", self._shell.render(snapshot, language, made).decode())

    def feed(self, format: str, path: str) -> WerkzeugResponse:
        """Show what a feed carries, as a reader shows it and as it is sent."""
        wanted: Format = next((one for one in FORMATS if one == format), "atom")
        entries = list(panes.received(*self._read(path), wanted))
        return _html("feed", render_template("bench/feed.html", entries=entries, format=wanted))

    def mail(self, path: str) -> WerkzeugResponse:
        """Show the alert: its HTML, or with `?text` what those get who want plain text."""
        made = panes.mail_of(*self._read(path), _language())
        if made is None:
            told = "This network writes no alerts: feeds/network.toml has no section [alerts].\n"
            return Response(told, content_type="text/plain; charset=utf-8", headers=_FRESH)
        if "text" in request.args:
            text = f"Subject: {made.subject}\n\n{made.text}"
            return _sent("mail", text, "text/plain; charset=utf-8")
        return _html("mail", made.html or "")

    def own(self, name: str) -> WerkzeugResponse:
        """Answer the bench's own style sheet and script."""
        if name not in _OWN:
            abort(404)
        body = Path(__file__).with_name(name).read_bytes()
        return Response(body, content_type=f"{_OWN[name]}; charset=utf-8", headers=_FRESH)

    def static(self, name: str) -> WerkzeugResponse:
        """Answer the files that pages ask for."""
        return self._file(f"/static/{name}")

    def icon(self) -> WerkzeugResponse:
        return self._file("/favicon.ico")

    def _file(self, path: str) -> WerkzeugResponse:
        made = files.prepare(self._static, headers.SECURITY).get(path)
        if made is None:
            abort(404)
        found, body = made.full["identity"]
        return Response(body, headers=found)

    def _read(self, path: str) -> tuple[Summary, Definitions]:
        try:
            seen, definitions = self._files.read(path)
        except ContentError:
            abort(404)
        if seen.summary is None:
            abort(404)
        return seen.summary, definitions


_FRESH: Final[Headers] = (
    ("Cache-Control", headers.NO_CACHE),
    ("X-Content-Type-Options", "nosniff"),
)


def _language() -> Language:
    return FRENCH if request.args.get("language") == FRENCH.code else ENGLISH


def _html(policy: str, body: str) -> WerkzeugResponse:
    return _sent(policy, body, "text/html; charset=utf-8")


def _sent(policy: str, body: str, media_type: str) -> WerkzeugResponse:
    allowed = ("Content-Security-Policy", _POLICIES[policy])
    return Response(body, content_type=media_type, headers=[allowed, *_FRESH])
