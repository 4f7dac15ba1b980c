"""Everything there is to ask for: what the store knows of, and what pages lead to from there."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import ClassVar, Final

from syndicate import addresses
from syndicate.model import FORMATS
from syndicate.store import feeds, lists, summaries
from syndicate.store.engine import Connection
from syndicate.web.export.asking import Answer, Asker
from syndicate.web.generations import Generations
from syndicate.web.language import LANGUAGES
from syndicate.web.snapshot import Snapshot, require

_LINK: Final = re.compile(r'(?:href|src)="(/[^"#?]*)')
_FIXED: Final = ("/robots.txt", "/.well-known/security.txt", "/sitemap.xml", "/sitemaps/pages.xml")


class Reach:
    """Asks for everything, each path once."""

    NOT_FOUND: ClassVar = "/404"
    """An address that nothing has: what is answered there is answered wherever nothing is."""

    def __init__(self, generations: Generations, asker: Asker) -> None:
        self._generations = generations
        self._asker = asker

    def everything(self) -> Iterator[Answer]:
        """Yield every answer that files can give: 200, 301, 410, and what a 404 says."""
        with self._generations.reading() as (connection, snapshot):
            waiting = list(dict.fromkeys(_known(connection, snapshot)))
        optional = {"/.well-known/security.txt"}
        seen = set(waiting)
        while waiting:
            path = waiting.pop()
            answer = self._asker.ask(path)
            if answer.status == 404 and path in optional:
                continue
            yield answer
            for link in self._links(answer):
                if link not in seen:
                    seen.add(link)
                    waiting.append(link)
        for language in LANGUAGES:
            yield self._asker.ask(language.prefix + self.NOT_FOUND)

    def _links(self, answer: Answer) -> Iterator[str]:
        """Yield the paths of this site that an answer leads to; redirects lead on, too."""
        root = self._asker.root
        if answer.status == 301:
            found = [answer.header("location")]
        elif answer.is_page:
            found = _LINK.findall(answer.bodies["identity"].decode())
        else:
            return
        for link in found:
            path = html.unescape(link)
            if path.startswith(f"{root}/"):
                yield path.removeprefix(root)


def _known(connection: Connection, snapshot: Snapshot) -> Iterator[str]:
    """Yield the paths that the store knows of, pages in each language."""
    yield from snapshot.documents
    yield from snapshot.redirects
    yield from snapshot.gone
    yield from _archives(connection, snapshot)
    yield from _FIXED
    yield from (f"/sitemaps/{month}.xml" for month, _ in lists.list_months_changed(connection))
    for page in _pages(connection, snapshot):
        for language in LANGUAGES:
            yield language.prefix + page


def _archives(connection: Connection, snapshot: Snapshot) -> Iterator[str]:
    stored = feeds.list_feeds(connection)
    for feed in require(snapshot).feeds:
        number = stored[feed.key].archives if feed.key in stored else 0
        for format in FORMATS:
            yield from (addresses.archived(feed.stem, n, format) for n in range(1, number + 1))


def _pages(connection: Connection, snapshot: Snapshot) -> Iterator[str]:
    """Yield pages without the language's prefix: also those that no page leads to any more."""
    definitions = require(snapshot)
    slugs = [*summaries.list_slugs(connection), *summaries.list_former_slugs(connection)]
    shown = [addresses.HOME, *(feed.page for feed in definitions.feeds)]
    shown += [addresses.topic(old) for topic in definitions.topics for old in topic.former]
    shown += [addresses.summary(slug) for slug in slugs]
    for page in shown:
        yield page
        yield addresses.embedded(page)
    yield from (addresses.preview(feed.stem) for feed in definitions.feeds)
