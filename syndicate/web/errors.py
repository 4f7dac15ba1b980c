"""The one table from exceptions to answers; what is unforeseen is a plain 500 and in the log."""

from __future__ import annotations

import logging
import secrets
from http import HTTPStatus
from typing import Final

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.wrappers.response import Response as WerkzeugResponse

from syndicate import addresses
from syndicate.errors import (
    CursorExpired,
    CursorInvalid,
    Gone,
    Moved,
    NotFound,
    StoreError,
    SyndicateError,
)
from syndicate.web import faults, headers, language, proxies
from syndicate.web.frame import Frame, Page
from syndicate.web.language import Language
from syndicate.web.pages import embeds
from syndicate.web.pull import problems
from syndicate.web.pull.problems import Refused
from syndicate.web.site import Site

_log = logging.getLogger(__name__)
_RETRY_AFTER: Final = "30"  # seconds
_MACHINES: Final = (
    ".atom",
    ".rss",
    ".json",
    ".xml",
    ".xsd",
    ".opml",
    ".ris",
    ".bib",
    addresses.OAI,
    addresses.OEMBED,
)  # read by programs: plain text

KNOWN: Final[dict[type[SyndicateError], HTTPStatus]] = {
    Moved: HTTPStatus.MOVED_PERMANENTLY,
    NotFound: HTTPStatus.NOT_FOUND,
    Gone: HTTPStatus.GONE,
    StoreError: HTTPStatus.SERVICE_UNAVAILABLE,
}


class Errors:
    """Turns exceptions into answers."""

    def __init__(self, site: Site, frame: Frame) -> None:
        self._site = site
        self._frame = frame

    def register(self, app: Flask) -> None:
        for kind in (*KNOWN, CursorExpired, CursorInvalid, Refused):
            app.register_error_handler(kind, self.foreseen)
        app.register_error_handler(HTTPException, self.http)
        app.register_error_handler(Exception, self.unforeseen)

    def foreseen(self, error: SyndicateError) -> WerkzeugResponse:
        if isinstance(error, Moved):
            location = self._site.snapshot.root + error.location
            response = _text(f"This is now at {location}", 301)
            response.headers["Location"] = location
            response.headers["Cache-Control"] = headers.MOVED_CACHE
            return response
        # a store in trouble is in the log already, once
        if isinstance(error, StoreError) and self._site.generations.trouble is None:
            _log.error("%s %s: %s", request.method, request.path, error)
        if problems.is_ours(request.path):
            return problems.of_error(error, self._base_url())
        if isinstance(error, StoreError):
            # the message names the place of the store; what to do about it does not
            response = _text(f"Nothing can be served here yet. Operator: {error.remedy}", 503)
            response.headers["Retry-After"] = _RETRY_AFTER
            response.headers["Cache-Control"] = headers.NO_CACHE
            return response
        return self._told(KNOWN[type(error)], error.message, error.remedy)

    def http(self, error: HTTPException) -> WerkzeugResponse:
        """Answer what Werkzeug refuses: no such route, a wrong method, a body too large."""
        status = HTTPStatus(error.code or 500)
        message = "there is nothing at this address" if status == 404 else status.phrase
        if problems.is_ours(request.path):
            response: WerkzeugResponse = problems.of_status(status, message, self._base_url())
        else:
            response = self._told(status, message, "")
        if isinstance(error, MethodNotAllowed) and error.valid_methods:
            response.headers["Allow"] = ", ".join(sorted(error.valid_methods))
        return response

    def unforeseen(self, error: Exception) -> WerkzeugResponse:
        name = secrets.token_hex(6)
        _log.error(
            "request %s failed: %s %s from %s",
            name,
            request.method,
            request.path,
            proxies.client_address(request.environ, self._site.settings.trusted_proxies),
            exc_info=error,
        )
        told = f"Something went wrong here; it is in the log as {name}."
        if problems.is_ours(request.path):
            return problems.of_status(500, told, self._base_url())
        response = _text(told, 500)
        response.headers["Cache-Control"] = headers.NO_CACHE
        return response

    def _base_url(self) -> str:
        definitions = self._site.snapshot.definitions
        return definitions.network.base_url if definitions else ""

    def _told(self, status: HTTPStatus, message: str, remedy: str) -> WerkzeugResponse:
        """Answer in plain text to programs, with a page to people."""
        snapshot = self._site.snapshot
        if snapshot.definitions is None or request.path.endswith(_MACHINES):
            response = _text(". ".join(filter(None, (message, remedy))), status)
            response.headers["Cache-Control"] = headers.ERROR_CACHE
            return response
        shell = language.of_path(request.path)
        inner = request.path.removeprefix(shell.prefix)
        embedded = inner.startswith(addresses.embedded(addresses.HOME))
        page = Page(
            template="embed-error.html" if embedded else "error.html",
            path=addresses.HOME,
            title=self._title(shell, status),
            key="errors",
            status=status,
            context={
                "message": faults.say(shell, message),
                "remedy": faults.say(shell, remedy) if remedy else None,
            },
            **(embeds.TERMS if embedded else {}),
        )
        return self._frame.send(snapshot, shell, page)

    def _title(self, shell: Language, status: HTTPStatus) -> str:
        titles = {
            HTTPStatus.NOT_FOUND: shell.say("Not found"),
            HTTPStatus.GONE: shell.say("Withdrawn"),
            HTTPStatus.METHOD_NOT_ALLOWED: shell.say("This is not possible here"),
        }
        return titles.get(status, status.phrase)


def _text(text: str, status: int) -> WerkzeugResponse:
    plain = "text/plain; charset=utf-8"
    return Response(f"{text}\n", status, content_type=plain, headers=headers.PUBLIC)
