"""`POST /hub`: WebSub requests are checked and kept (5.1); the worker asks the callbacks."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final
from urllib.parse import unquote, urlsplit

from flask import Flask, request
from werkzeug.wrappers.response import Response

from syndicate import addresses
from syndicate.definitions import Definitions
from syndicate.store import documents, hub, jobs
from syndicate.store import engine as store
from syndicate.store.engine import Connection
from syndicate.store.hub import Asked
from syndicate.web import old_addresses
from syndicate.web.site import Site
from syndicate.web.snapshot import require

SHORTEST: Final = 300  # seconds of a lease
USUAL: Final = 10 * 86400
LONGEST: Final = 30 * 86400
MOST: Final = 20_000  # subscriptions and requests, of all callbacks
MOST_OF_HOST: Final = 500
_SECRET: Final = 200  # bytes; a secret is shorter (5.1)
_CALLBACK: Final = 2000  # characters


class _Refused(Exception):
    """Says why a request is not kept, and by which status."""

    def __init__(self, reason: str, status: int = 400) -> None:
        super().__init__(reason)
        self.status = status


class Hub:
    """The view of `/hub`."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def register(self, flask: Flask) -> None:
        flask.add_url_rule(addresses.HUB, "hub", self.accept, methods=["POST"])

    def accept(self) -> Response:
        """Keep the request: 202; or say what is wrong with it, as plain text (5.2)."""
        try:
            self._keep()
        except _Refused as refused:
            return _text(str(refused), refused.status)
        return _text("accepted; your callback will be asked", 202)

    def _keep(self) -> None:
        definitions = require(self._site.snapshot)
        if not definitions.is_hub:
            raise _Refused("this site is no hub; its feeds name the one they use", 404)
        mode = request.form.get("hub.mode", "")
        if mode not in ("subscribe", "unsubscribe"):
            raise _Refused("hub.mode: give subscribe or unsubscribe")
        callback = request.form.get("hub.callback", "")
        asked_topic = request.form.get("hub.topic", "")
        topic = _topic(definitions, asked_topic)
        asked = Asked(
            mode="subscribe" if mode == "subscribe" else "unsubscribe",
            topic=topic,
            asked=asked_topic,
            callback=callback,
            host=_host(callback),
            secret=_secret(),
            seconds=_lease(),
        )
        with store.recording(self._site.engine) as connection:
            found = documents.find(connection, topic)
            is_feed = found is not None and definitions.find_feed(found.feed)
            if mode == "subscribe" and not is_feed:
                raise _Refused("hub.topic: give the address of a feed of this site", 404)
            if not hub.has(connection, topic, callback):
                _check_room(connection, asked.host)
            hub.ask(connection, asked, now=datetime.now(UTC))
        jobs.wake(self._site.engine)


def _check_room(connection: Connection, host: str) -> None:
    """Bound what strangers can make us keep, and the callbacks that they can make us ask."""
    everybody, of_host = hub.count(connection, host)
    if of_host >= MOST_OF_HOST:
        raise _Refused("this host has too many subscriptions; end some", 429)
    if everybody >= MOST:
        raise _Refused("this hub is full; try again tomorrow", 503)


def _topic(definitions: Definitions, address: str) -> str:
    """Return the path of one of our documents; a former address leads to the present one."""
    base = definitions.network.base_url
    if not address.startswith(f"{base}/"):
        raise _Refused(f"hub.topic: this hub serves {base} only", 404)
    path = unquote(address.removeprefix(base))
    return old_addresses.table(definitions).get(path, path)


def _host(callback: str) -> str:
    try:
        parts = urlsplit(callback)
        host = parts.hostname or ""
    except ValueError:
        host = ""
    plain = callback.isascii() and callback.isprintable() and " " not in callback
    if not host or parts.scheme not in ("http", "https") or not plain or parts.username:
        raise _Refused("hub.callback: give an http or https address, without a user name")
    if len(callback) > _CALLBACK or parts.fragment:
        raise _Refused(f"hub.callback: at most {_CALLBACK} characters, without a fragment")
    return host


def _secret() -> str | None:
    secret = request.form.get("hub.secret") or None
    if secret and (len(secret.encode()) >= _SECRET or "\0" in secret):
        raise _Refused(f"hub.secret: fewer than {_SECRET} bytes")
    return secret


def _lease() -> int:
    """Return the lease asked for, within bounds."""
    text = request.form.get("hub.lease_seconds", "")
    if not text:
        return USUAL
    if not (text.isascii() and text.isdecimal() and len(text) < 12):
        raise _Refused("hub.lease_seconds: give a whole number of seconds")
    return min(max(int(text), SHORTEST), LONGEST)


def _text(text: str, status: int) -> Response:
    headers = {"Cache-Control": "no-store"}
    return Response(f"{text}\n", status, headers, content_type="text/plain; charset=utf-8")
