"""What every view works with: the store beside its snapshot, and how a finished body is sent."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from flask import Response, render_template, request
from werkzeug.wrappers.response import Response as WerkzeugResponse

from syndicate import addresses
from syndicate.config import Settings
from syndicate.definitions import FULL, Definitions
from syndicate.documents.identity import digest
from syndicate.model import FORMATS, Feed, Format
from syndicate.store.engine import Connection
from syndicate.web import headers, prepared
from syndicate.web.generations import Generations
from syndicate.web.prepared import Prepared
from syndicate.web.published import kept_key
from syndicate.web.snapshot import Snapshot

FORMAT_NAMES: Mapping[Format, str] = {"atom": "Atom", "rss": "RSS", "json": "JSON Feed"}


class Finished(Response):
    """A response whose headers are complete: Werkzeug would drop some of a 304 and add others."""

    default_mimetype = None
    automatically_set_content_length = False

    def get_wsgi_headers(self, environ: Any) -> Any:  # noqa: ANN401, ARG002 - Werkzeug's signature
        return self.headers


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page before it is rendered. `key` is its surrogate key, `feed` the one it belongs to."""

    template: str
    path: str
    title: str
    key: str
    context: Mapping[str, Any]
    feed: Feed | None = None
    further_feeds: tuple[Feed, ...] = ()


@dataclass(frozen=True, slots=True)
class Alternate:
    """A feed's document as autodiscovery names it."""

    title: str
    media_type: str
    href: str


class Site:
    """One for each application; views get it when they are made."""

    def __init__(self, settings: Settings, generations: Generations) -> None:
        self.settings = settings
        self.generations = generations

    def reading(self) -> AbstractContextManager[tuple[Connection, Snapshot]]:
        return self.generations.reading()

    @property
    def snapshot(self) -> Snapshot:
        return self.generations.current

    def send(self, snapshot: Snapshot, body: Prepared) -> WerkzeugResponse:
        """Send a body that was just made, and keep it for the next who ask for it."""
        snapshot.kept.put(kept_key(request.path, request.environ.get("QUERY_STRING", "")), body)
        answer = body.answer(request.environ)
        return Finished(body.body(answer), answer.status, list(answer.headers))

    def send_page(self, snapshot: Snapshot, page: Page) -> WerkzeugResponse:
        """Render a page of this snapshot and send it."""
        definitions = snapshot.definitions
        assert definitions is not None
        canonical = definitions.absolute(page.path)
        text = render_template(
            page.template,
            title=page.title,
            network=definitions.network,
            root=snapshot.root,
            canonical=canonical,
            alternates=_alternates(page, definitions),
            feed=page.feed,
            **page.context,
        )
        body = text.encode()
        made = prepared.of_body(
            body,
            tag=digest(body),
            media_type="text/html; charset=utf-8",
            cache_control=headers.PAGE_CACHE,
            content=(
                ("Content-Language", "en"),
                ("Link", headers.link((canonical, "canonical"))),
                ("Surrogate-Key", page.key),
            ),
            always=headers.POLICY + snapshot.security,
        )
        return self.send(snapshot, made)


def _alternates(page: Page, definitions: Definitions) -> list[Alternate]:
    """Return the page's own feed in every format, then further ones and the full feed in Atom.

    Readers that take the first, and those that take the first of a format, find the page's own.
    """
    found = []
    full = definitions.find_feed(FULL)
    own = page.feed or full
    if own:
        found += [alternate(own, each, definitions) for each in FORMATS]
    for feed in (*page.further_feeds, full):
        if feed and feed != own:
            found.append(alternate(feed, "atom", definitions))
    return found


def alternate(feed: Feed, format: Format, definitions: Definitions) -> Alternate:
    return Alternate(
        title=f"{feed.title} ({FORMAT_NAMES[format]})",
        media_type=addresses.MEDIA_TYPES[format].partition(";")[0],
        href=definitions.absolute(addresses.document(feed.stem, format)),
    )
