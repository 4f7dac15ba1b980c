"""Feeds that are not stored: selections that nobody defined, and archives. Made when asked for."""

from __future__ import annotations

from typing import NoReturn
from urllib.parse import quote

from flask import Flask, request
from werkzeug.wrappers.response import Response

from syndicate import addresses, selection
from syndicate.definitions import FULL, Definitions, near_misses
from syndicate.documents.identity import digest
from syndicate.errors import Gone, Moved, NotFound
from syndicate.model import FORMATS, Feed, Format
from syndicate.query import parse as parse_query
from syndicate.store import feeds
from syndicate.store.engine import Connection
from syndicate.web import headers, prepared
from syndicate.web.site import Site
from syndicate.web.snapshot import require

_FORMATS = ", ".join(FORMATS)


class Feeds:
    """The views of feed documents. Those that are stored were answered before Flask."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def register(self, app: Flask) -> None:
        for stem in ("/", "/topics/<slug>/", "/kinds/<slug>/", "/feeds/<slug>/"):
            group = stem.split("/")[1] or FULL
            defaults = {"group": group, **({"slug": ""} if group == FULL else {})}
            app.add_url_rule(
                f"{stem}feed.<format>", f"{group}_feed", self.current, defaults=defaults
            )
            app.add_url_rule(
                f"{stem}feed/archive/<number>.<format>",
                f"{group}_archive",
                self.archive,
                defaults=defaults,
            )
        app.add_url_rule("/topics/<slug>/opml", "opml", self.chosen)
        app.add_url_rule("/search/<path:query>/feed.<format>", "search_feed", self.found)
        for base in ("category", "tag"):
            app.add_url_rule(f"/{base}/<slug>/feed/", f"{base}_feed", self.of_wordpress)
        for path in (addresses.OPML, addresses.WELL_KNOWN_FEEDS, addresses.FEED_MENU):
            app.add_url_rule(path, path, self.unpublished)

    def current(self, group: str, slug: str, format: str) -> Response:
        """Answer the subscription document of a selection."""
        from syndicate.publish import ondemand  # noqa: PLC0415 - what renders: few ask for it

        with self._site.reading() as (connection, snapshot):
            definitions = require(snapshot)
            feed = find_feed(connection, definitions, group, slug)
            wanted = read_format(format)
            path = addresses.document(feed.stem, wanted)
            if path != request.path:
                raise Moved(path)
            made = ondemand.selected(connection, definitions, feed, wanted)
            document = prepared.of_document(made, feed.surrogate_key, definitions)
            return self._site.send(snapshot, document)

    def found(self, query: str, format: str) -> Response:
        """Answer the feed of what a search finds."""
        from syndicate.publish import ondemand  # noqa: PLC0415 - what renders: few ask for it

        with self._site.reading() as (connection, snapshot):
            definitions = require(snapshot)
            wanted = definitions.resolve_search(parse_query(query))
            feed = definitions.searched_feed(wanted)
            path = addresses.document(feed.stem, read_format(format))
            if path != quote(request.path, safe="+-:/"):
                raise Moved(path)
            made = ondemand.selected(
                connection, definitions, feed, read_format(format), query=wanted
            )
            document = prepared.of_document(made, feed.surrogate_key, definitions)
            return self._site.send(snapshot, document)

    def archive(self, group: str, slug: str, number: str, format: str) -> Response:
        """Answer an archive of a stored feed (RFC 5005, section 4)."""
        from syndicate.publish import ondemand  # noqa: PLC0415 - what renders: few ask for it

        with self._site.reading() as (connection, snapshot):
            definitions = require(snapshot)
            feed = find_feed(connection, definitions, group, slug)
            wanted = read_format(format)
            if not number.isascii() or not number.isdecimal() or len(number) > 6:
                raise NotFound(f"{number!r} is not the number of an archive")
            path = addresses.archived(feed.stem, int(number), wanted)
            if path != request.path:
                raise Moved(path)
            made = ondemand.archive(connection, definitions, feed, int(number), wanted)
            document = prepared.of_document(made, feed.surrogate_key, definitions)
            return self._site.send(snapshot, document)

    def chosen(self, slug: str) -> Response:
        """Answer the OPML of the feeds that a selection names, each as a feed of its own."""
        from syndicate.publish import ondemand  # noqa: PLC0415 - what renders: few ask for it

        with self._site.reading() as (connection, snapshot):
            definitions = require(snapshot)
            wanted = definitions.resolve(selection.parse(slug))
            if str(wanted) != slug:
                raise Moved(f"/topics/{wanted}/opml")
            listed = [
                feed
                for group in ("topic", "kind")
                for term in sorted(wanted.named(group))
                if (feed := definitions.find_feed(f"{group}s/{term}"))
            ]
            body = ondemand.lists(connection, definitions, listed)
            made = prepared.of_body(
                body,
                tag=digest(body),
                media_type=addresses.OPML_TYPE,
                cache_control=headers.FEED_CACHE,
                always=(*headers.ANY_ORIGIN, *snapshot.security),
                content=(("Surrogate-Key", "lists"),),
            )
            return self._site.send(snapshot, made)

    def of_wordpress(self, slug: str) -> Response:
        """Say which topics are near: the addresses of those that exist were answered before."""
        topic = require(self._site.snapshot).topic(slug)
        raise Moved(f"/topics/{topic.slug}/feed.rss")

    def unpublished(self) -> NoReturn:
        """Say that nothing is published: what is, was answered before Flask."""
        with self._site.reading() as (_connection, snapshot):
            require(snapshot)
        raise NotFound("this list of feeds is not there yet", "try again")


def find_feed(connection: Connection, definitions: Definitions, group: str, slug: str) -> Feed:
    """Return the feed of an address: Gone if it was taken back, NotFound with near misses."""
    key = FULL if group == FULL else f"{group}/{slug}"
    stored = feeds.list_feeds(connection).get(key)
    if stored and stored.removed:
        raise Gone("this feed has been withdrawn for good", f"all feeds: {addresses.FEEDS}")
    found = definitions.find_feed(key)
    if found:
        return found
    if group == "topics":
        return definitions.selected_feed(selection.parse(slug))
    if group == "kinds":
        definitions.kind(slug)
    known = [feed.key.removeprefix("feeds/") for feed in definitions.feeds]
    raise NotFound(f"unknown feed {slug!r}", near_misses(slug, known))


def read_format(word: str) -> Format:
    for format in FORMATS:
        if word == format:
            return format
    raise NotFound(f"feeds come as {_FORMATS}, not as {word!r}")
