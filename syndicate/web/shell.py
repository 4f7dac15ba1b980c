"""The shell of every page: what a view says of it becomes HTML, with the frame around it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote

from flask import render_template
from markupsafe import Markup

from syndicate import addresses
from syndicate.definitions import FULL, Definitions
from syndicate.editorial.citation import around_doi
from syndicate.model import FORMATS, Feed, Format
from syndicate.web import files, headers, structured, wording
from syndicate.web.headers import Headers
from syndicate.web.language import ENGLISH, FRENCH, LANGUAGES, Language
from syndicate.web.snapshot import Snapshot, require

FORMAT_NAMES: Final[Mapping[Format, str]] = {"atom": "Atom", "rss": "RSS", "json": "JSON Feed"}


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


class Shell:
    """Renders pages. `static` are the files of static/, by their addresses' paths.

    Where it is not live, pages offer nothing that a program would have to answer.
    """

    def __init__(self, static: Mapping[str, bytes], *, is_live: bool = True) -> None:
        self._static = files.addresses(static)
        self._is_live = is_live
        self.alerts = ""
        """The page where alerts by e-mail are asked for; nothing where there are none."""

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
            "offer": root + addresses.OFFER,
            "alerts": self.alerts if definitions.network.alerts else "",
            "other": ENGLISH if language is FRENCH else FRENCH,
            "alternates": alternates(page, definitions),
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


def alternates(page: Page, definitions: Definitions) -> list[Alternate]:
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
