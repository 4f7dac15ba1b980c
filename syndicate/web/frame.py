"""Makes the answer of a page out of what a view says of it: the frame around it, and its headers.

A view is a function from `Here` to a `Page`. It is registered once and answers in both languages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final
from urllib.parse import quote

from flask import Flask, Response, render_template, request
from markupsafe import Markup
from werkzeug.wrappers.response import Response as WerkzeugResponse

from syndicate import addresses
from syndicate.definitions import FULL, Definitions
from syndicate.documents.identity import digest
from syndicate.editorial.citation import around_doi
from syndicate.errors import Moved
from syndicate.model import FORMATS, Feed, Format
from syndicate.store.engine import Connection
from syndicate.web import files, headers, prepared, structured, wording
from syndicate.web.headers import Headers
from syndicate.web.language import ENGLISH, FRENCH, LANGUAGES, Language
from syndicate.web.site import Site
from syndicate.web.snapshot import Snapshot, require

FORMAT_NAMES: Final[Mapping[Format, str]] = {"atom": "Atom", "rss": "RSS", "json": "JSON Feed"}
_MEDIA_TYPE: Final = "text/html; charset=utf-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Here:
    """What a view makes its page of. `path` is the one asked for, without the language's prefix."""

    connection: Connection
    snapshot: Snapshot
    definitions: Definitions
    language: Language
    path: str
    query: Mapping[str, Sequence[str]]

    def moved(self, path: str) -> Moved:
        """Return what leads to another page of the same language."""
        return Moved(self.language.prefix + path)

    def require_path(self, path: str) -> None:
        """Raise Moved unless `path` is the one that was asked for."""
        if path != self.path:
            raise self.moved(path)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page before it is rendered.

    `path` is without the language's prefix, `key` its surrogate key, `feed` the one it belongs
    to; `lang` is the language of its title and `data` its JSON-LD. A page with `is_kept` depends on
    nothing but its path; one that is not `in_french` has no version in the other shell.
    `embedded` is the path of what other sites may show of it in a frame.
    """

    template: str
    path: str
    title: str
    key: str
    context: Mapping[str, Any] = field(default_factory=dict)
    lang: str = ""
    description: str = ""
    data: structured.Data | None = None
    feed: Feed | None = None
    further_feeds: tuple[Feed, ...] = ()
    status: int = 200
    is_kept: bool = True
    in_french: bool = True
    policy: Headers = headers.POLICY
    cache_control: str = headers.PAGE_CACHE
    embedded: str = ""


View = Callable[..., Page]


class Frame:
    """Registers views, renders their pages and sends them."""

    def __init__(self, site: Site, static: Mapping[str, bytes], *, is_live: bool = True) -> None:
        self._site = site
        self._is_live = is_live  # else pages offer nothing that a program would have to answer
        self._static = files.addresses(static)
        self.alerts = ""
        """The page where alerts by e-mail are asked for; nothing where there are none."""

    def add(self, app: Flask, rule: str, view: View, **fixed: str) -> None:
        """Answer the addresses of a rule, in each language, with what the view returns."""
        for language in LANGUAGES:
            answer = partial(self._answer, view, language, **fixed)
            app.add_url_rule(language.prefix + rule, f"{language.code} {rule}", answer)

    def _answer(self, view: View, language: Language, **arguments: str) -> WerkzeugResponse:
        with self._site.reading() as (connection, snapshot):
            here = Here(
                connection=connection,
                snapshot=snapshot,
                definitions=require(snapshot),
                language=language,
                path=request.path.removeprefix(language.prefix),
                query=request.args.to_dict(flat=False),
            )
            return self.send(snapshot, language, view(here, **arguments))

    def send(self, snapshot: Snapshot, language: Language, page: Page) -> WerkzeugResponse:
        """Render a page of this snapshot and send it."""
        body = self.render(snapshot, language, page)
        content = self._content_headers(snapshot, language, page)
        if page.status != 200:
            cached = ("Cache-Control", page.cache_control)
            return Response(body, page.status, headers=[*page.policy, *content, cached])
        made = prepared.of_body(
            body,
            tag=digest(body),
            media_type=_MEDIA_TYPE,
            cache_control=page.cache_control,
            content=content,
            always=page.policy + headers.framed(page.policy, snapshot.security),
        )
        return self._site.send(snapshot, made, keep=page.is_kept)

    def _content_headers(self, snapshot: Snapshot, language: Language, page: Page) -> Headers:
        spoken = "en" if language is ENGLISH else f"{language.code}, en"
        about = (("Content-Language", spoken), ("Surrogate-Key", page.key))
        if page.status != 200:
            return about
        definitions = require(snapshot)
        canonical = definitions.absolute(language.prefix + page.path)
        links = [headers.link((canonical, "canonical"))]
        links += [
            f'<{one.href}>; rel="alternate"; type="{one.media_type}"'
            for one in _alternates(page, definitions)[:1]
        ]
        return (*about, ("Link", ", ".join(links)))

    def render(self, snapshot: Snapshot, language: Language, page: Page) -> bytes:
        """Return a page's HTML."""
        definitions = require(snapshot)
        root = snapshot.root

        def link(path: str, text: str, *, raw: bool = False) -> Markup:
            prefix = root if raw else root + language.prefix
            return Markup('<a href="{}{}">{}</a>').format(prefix, path, text)

        frame = {
            "page": page,
            "network": definitions.network,
            "definitions": definitions,
            "language": language,
            "say": language.markup,
            "count": language.count,
            "root": root,
            "static": {name: root + path for name, path in self._static.items()},
            "to": lambda path: root + language.prefix + path,
            "canonical": definitions.absolute(language.prefix + page.path),
            "versions": [(one, definitions.absolute(one.prefix + page.path)) for one in LANGUAGES],
            "places": list(_places(language, page.path, is_live=self._is_live)),
            "is_live": self._is_live,
            "alerts": self.alerts if definitions.network.alerts else "",
            "other": ENGLISH if language is FRENCH else FRENCH,
            "alternates": _alternates(page, definitions),
            "kind_of": lambda summary: definitions.find_kind(summary.kind or ""),
            "machine": wording.machine,
            "script": structured.script,
            "og_type": structured.og_type(page.data),
            "absolute": definitions.absolute,
            "around_doi": around_doi,
            "address_of": lambda feed: definitions.absolute(addresses.document(feed.stem, "atom")),
            "open_in": lambda feed: _open_in(feed, definitions),
            "oembed": definitions.absolute(addresses.OEMBED),
            "link": link,
        }
        return render_template(page.template, **frame, **page.context).encode()


def _places(language: Language, path: str, *, is_live: bool) -> Iterator[tuple[str, str, bool]]:
    """Yield address and name of what the head of each page leads to, and whether one is there."""
    say = language.say
    for place, name in (
        (addresses.TOPICS, say("Topics")),
        (addresses.KINDS, say("Kinds of research")),
        (addresses.ARCHIVE, say("Archive")),
        (addresses.SEARCH, say("Search")),
        (addresses.SUBSCRIBE, say("Subscribe")),
    ):
        if is_live or place != addresses.SEARCH:
            yield place, name, path.startswith(place)


# Autodiscovery ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Alternate:
    """A feed's document as autodiscovery names it."""

    title: str
    media_type: str
    href: str


def _alternates(page: Page, definitions: Definitions) -> list[Alternate]:
    """Return the page's own feed in every format, then further ones and the full feed in Atom.

    Readers that take the first, and those that take the first of a format, find the page's own.
    """
    found = []
    full = definitions.find_feed(FULL)
    own = page.feed or full
    if own:
        found += [_alternate(own, each, definitions) for each in FORMATS]
    for feed in (*page.further_feeds, full):
        if feed and feed != own:
            found.append(_alternate(feed, "atom", definitions))
    return found


def _alternate(feed: Feed, format: Format, definitions: Definitions) -> Alternate:
    return Alternate(
        title=f"{feed.title} ({FORMAT_NAMES[format]})",
        media_type=addresses.MEDIA_TYPES[format].partition(";")[0],
        href=definitions.absolute(addresses.document(feed.stem, format)),
    )


def _open_in(feed: Feed, definitions: Definitions) -> list[tuple[str, str, str]]:
    """Return name, link and pattern of each reader that the network offers to subscribe with."""
    address = quote(definitions.absolute(addresses.document(feed.stem, "atom")), safe="")
    return [
        (reader.name, reader.address.replace("{feed}", address), reader.address)
        for reader in definitions.network.readers
    ]
