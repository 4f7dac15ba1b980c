"""What programs look for at fixed addresses: sitemaps, robots.txt, security.txt, favicon.ico."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from functools import partial
from typing import Final
from xml.sax.saxutils import escape

from flask import Flask
from werkzeug.wrappers.response import Response

from syndicate import addresses
from syndicate.definitions import Definitions
from syndicate.documents.identity import digest, rfc3339
from syndicate.errors import NotFound
from syndicate.store import lists
from syndicate.store.engine import Connection
from syndicate.web import headers, listing, prepared
from syndicate.web.language import LANGUAGES
from syndicate.web.site import Site
from syndicate.web.snapshot import Snapshot, require

_XML: Final = "application/xml; charset=utf-8"
_TEXT: Final = "text/plain; charset=utf-8"
_SITEMAP: Final = "http://www.sitemaps.org/schemas/sitemap/0.9"
_VALID: Final = timedelta(days=365)
_MOST: Final = 25_000  # summaries in a sitemap, which may have 50,000 addresses

Made = Callable[[Connection, Snapshot, Definitions], str]


class Discovery:
    """The views of these files."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def register(self, app: Flask) -> None:
        for path, media_type, made in (
            ("/robots.txt", _TEXT, _robots),
            ("/.well-known/security.txt", _TEXT, _security),
            ("/sitemap.xml", _XML, _sitemaps),
            ("/sitemaps/pages.xml", _XML, _pages),
        ):
            app.add_url_rule(
                path, path, self._answer, defaults={"media_type": media_type, "made": made}
            )
        app.add_url_rule("/sitemaps/<month>.xml", "sitemap", self.sitemap)

    def sitemap(self, month: str) -> Response:
        """Answer the sitemap of what was published in a month."""
        return self._answer(_XML, partial(_month, month))

    def _answer(self, media_type: str, made: Made) -> Response:
        with self._site.reading() as (connection, snapshot):
            body = made(connection, snapshot, require(snapshot)).encode()
            answer = prepared.of_body(
                body,
                tag=digest(body),
                media_type=media_type,
                cache_control=headers.PAGE_CACHE,
                always=snapshot.security,
                content=(("Surrogate-Key", "lists"),),
            )
            return self._site.send(snapshot, answer)


def _robots(_connection: Connection, snapshot: Snapshot, definitions: Definitions) -> str:
    root = snapshot.root
    closed = [f"{root}{one.prefix}{path}" for one in LANGUAGES for path in _CLOSED]
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in closed)]
    return "\n".join([*lines, "", f"Sitemap: {definitions.absolute('/sitemap.xml')}", ""])


_CLOSED: Final = (addresses.CHOOSE, addresses.SEARCH)  # the same lists under other addresses


def _security(_connection: Connection, snapshot: Snapshot, definitions: Definitions) -> str:
    """RFC 9116. It runs out a year after the last publish: an abandoned site promises nothing."""
    contact = definitions.network.contact
    assert snapshot.head is not None
    if not contact or snapshot.head.published_at is None:
        raise NotFound("this site names no contact")
    fields = {
        "Contact": contact if ":" in contact else f"mailto:{contact}",
        "Expires": rfc3339(snapshot.head.published_at + _VALID),
        "Preferred-Languages": "en, fr",
        "Canonical": definitions.absolute("/.well-known/security.txt"),
    }
    return "".join(f"{name}: {value}\n" for name, value in fields.items())


# Sitemaps (sitemaps.org): one for each month, so that few change ---------------------------------


def _sitemaps(connection: Connection, _snapshot: Snapshot, definitions: Definitions) -> str:
    found = [("/sitemaps/pages.xml", "")]
    found += [(f"/sitemaps/{m}.xml", at) for m, at in lists.list_months_changed(connection)]
    entries = [
        f"<sitemap><loc>{escape(definitions.absolute(path))}</loc>{_lastmod(at)}</sitemap>"
        for path, at in found
    ]
    return _document("sitemapindex", entries)


def _pages(connection: Connection, _snapshot: Snapshot, definitions: Definitions) -> str:
    months = [addresses.month(listing.read_month(m)) for m, _n in lists.list_months(connection)]
    listed = [feed.page for feed in definitions.feeds if feed.page != addresses.HOME]
    paths = [
        *(addresses.HOME, addresses.TOPICS, addresses.KINDS, addresses.ARCHIVE),
        *(addresses.FEEDS, addresses.SUBSCRIBE, addresses.PARTNERS),
        *listed,
        *months,
    ]
    return _urlset(definitions, ((path, "") for path in paths))


def _month(
    month: str, connection: Connection, _snapshot: Snapshot, definitions: Definitions
) -> str:
    first = listing.read_month(month)
    found = lists.list_changed(connection, first, listing.next_month(first), limit=_MOST)
    if not found:
        raise NotFound(f"nothing was published in {month}", "begin at /sitemap.xml")
    return _urlset(definitions, ((addresses.summary(slug), at) for slug, at in found))


def _urlset(definitions: Definitions, pages: Iterable[tuple[str, str]]) -> str:
    return _document("urlset", (url for page in pages for url in _urls(definitions, *page)))


def _urls(definitions: Definitions, path: str, at: str) -> Iterator[str]:
    """Yield an address in each language; each names all of them."""
    found = {one.code: escape(definitions.absolute(one.prefix + path)) for one in LANGUAGES}
    twins = "".join(
        f'<xhtml:link rel="alternate" hreflang="{code}" href="{address}"/>'
        for code, address in found.items()
    )
    for address in found.values():
        yield f"<url><loc>{address}</loc>{_lastmod(at)}{twins}</url>"


def _lastmod(at: str) -> str:
    return f"<lastmod>{at}</lastmod>" if at else ""


def _document(element: str, entries: Iterable[str]) -> str:
    xhtml = ' xmlns:xhtml="http://www.w3.org/1999/xhtml"' if element == "urlset" else ""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<{element} xmlns="{_SITEMAP}"{xhtml}>',
        *entries,
        f"</{element}>",
    ]
    return "\n".join([*lines, ""])
