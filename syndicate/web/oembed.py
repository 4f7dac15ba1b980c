"""oEmbed (oembed.com, version 1.0): a program asks for an address of ours and gets a frame to show.

What it gets is an iframe without script. The frame's own headers sandbox it and let any site
show it; no other address of ours can be shown in a frame.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import unquote, urlsplit
from xml.sax.saxutils import escape as escape_xml

import orjson
from flask import Flask, Response, request
from markupsafe import Markup

from syndicate import addresses
from syndicate.definitions import FULL, Definitions
from syndicate.errors import NotFound
from syndicate.model import Feed, Summary
from syndicate.store import summaries
from syndicate.store.engine import Connection
from syndicate.web import headers, language
from syndicate.web.feeds import find_feed
from syndicate.web.language import Language
from syndicate.web.site import Site
from syndicate.web.snapshot import require

WIDTH: Final = 600
HEIGHT: Final = 450
_LEAST: Final = 100  # pixels; nothing can be read in less
_KEEPS: Final = 3_600  # seconds that an answer may be kept: the frame itself is always asked for
_MEDIA_TYPES: Final = {"json": "application/json", "xml": "text/xml; charset=utf-8"}
_GROUPS: Final = ("topics", "kinds", "feeds")


@dataclass(frozen=True, slots=True, kw_only=True)
class Embed:
    """A page as other sites may show it: the frame's path below `base`, its size in pixels."""

    title: str
    base: str
    path: str
    width: int = WIDTH
    height: int = HEIGHT

    @property
    def html(self) -> Markup:
        """Return the element to put into a page. Its links open in pages of their own."""
        return Markup(
            '<iframe src="{}" title="{}" width="{}" height="{}" loading="lazy" '
            'sandbox="allow-popups allow-popups-to-escape-sandbox"></iframe>'
        ).format(self.base + self.path, self.title, self.width, self.height)


def embed_of_summary(definitions: Definitions, shell: Language, text: Summary) -> Embed:
    path = shell.prefix + addresses.embedded(addresses.summary(text.slug))
    return Embed(title=text.title, base=definitions.network.base_url, path=path)


def embed_of_feed(definitions: Definitions, shell: Language, feed: Feed) -> Embed:
    path = shell.prefix + addresses.embedded(feed.page)
    return Embed(title=feed.title, base=definitions.network.base_url, path=path)


class Oembed:
    """The view."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def register(self, app: Flask) -> None:
        app.add_url_rule(addresses.OEMBED, "oembed", self.answer)

    def answer(self) -> Response:
        """Answer in JSON or XML; 501 for another format, 404 where there is nothing to show."""
        format = request.args.get("format", "json")
        if format not in _MEDIA_TYPES:
            return _refuse(501, "Formats: json, xml.")
        if not request.args.get("url"):
            return _refuse(400, "Which page? Give its address as `url`.")
        with self._site.reading() as (connection, snapshot):
            definitions = require(snapshot)
            found = _find(connection, definitions, request.args["url"])
        rich = _describe(definitions, found)
        body = orjson.dumps(rich) if format == "json" else _xml(rich)
        cached = ("Cache-Control", f"public, max-age={_KEEPS}")
        return Response(body, content_type=_MEDIA_TYPES[format], headers=[cached, *headers.PUBLIC])


def _refuse(status: int, text: str) -> Response:
    plain = "text/plain; charset=utf-8"
    return Response(f"{text}\n", status, content_type=plain, headers=headers.PUBLIC)


def _find(connection: Connection, definitions: Definitions, address: str) -> Embed:
    """Return the frame of a page. NotFound where the address is not ours, or cannot be shown."""
    path = _path(definitions, address)
    shell = language.of_path(path)
    parts = path.removeprefix(shell.prefix).strip("/").split("/")
    if parts == [""]:
        return embed_of_feed(definitions, shell, find_feed(connection, definitions, FULL, ""))
    if len(parts) == 2 and parts[0] in _GROUPS:
        return embed_of_feed(definitions, shell, find_feed(connection, definitions, *parts))
    if len(parts) == 2 and parts[0] == "summaries":
        return embed_of_summary(definitions, shell, _published(connection, parts[1]))
    raise NotFound("this page cannot be shown in a frame", "summaries, topics, kinds and feeds can")


def _path(definitions: Definitions, address: str) -> str:
    ours = urlsplit(definitions.network.base_url)
    try:
        asked = urlsplit(address)
    except ValueError:  # brackets without an address between them
        asked = urlsplit("")
    path = unquote(asked.path)
    if asked.netloc.lower() != ours.netloc.lower() or not path.startswith(f"{ours.path}/"):
        raise NotFound("this is not an address of this site", f"ours begin with {ours.geturl()}")
    return path.removeprefix(ours.path)


def _published(connection: Connection, slug: str) -> Summary:
    stored = summaries.find(connection, slug=slug) or summaries.find_by_former_slug(
        connection, slug
    )
    text = summaries.get(connection, stored) if stored else None
    if text is None or text.withdrawn:
        raise NotFound(f"there is no summary {slug!r}")
    return text


def _describe(definitions: Definitions, found: Embed) -> dict[str, Any]:
    """Return the answer's fields; sizes are no larger than was asked for."""
    found = replace(
        found,
        width=min(WIDTH, _most("maxwidth", WIDTH)),
        height=min(HEIGHT, _most("maxheight", HEIGHT)),
    )
    network = definitions.network
    return {
        "version": "1.0",
        "type": "rich",
        "title": found.title,
        "provider_name": network.title,
        "provider_url": definitions.absolute(addresses.HOME),
        "cache_age": _KEEPS,
        "html": str(found.html),
        "width": found.width,
        "height": found.height,
    }


def _most(name: str, default: int) -> int:
    """Return a largest size in pixels; what is no number, or too little to read in, is not one."""
    text = request.args.get(name, "")
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else default
    return number if number >= _LEAST else default


def _xml(fields: dict[str, Any]) -> bytes:
    inner = "".join(f"<{name}>{escape_xml(str(value))}</{name}>" for name, value in fields.items())
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    return f"{head}<oembed>{inner}</oembed>\n".encode()
