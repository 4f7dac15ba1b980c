"""Makes the answer of a page out of what a view says of it: the frame around it, and its headers.

A view is a function from `Here` to a `Page`. It is registered once and answers in both languages.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from flask import Flask, Response, request
from werkzeug.wrappers.response import Response as WerkzeugResponse

from syndicate.definitions import Definitions
from syndicate.documents.identity import digest
from syndicate.errors import Moved
from syndicate.store.engine import Connection
from syndicate.web import headers, prepared
from syndicate.web.headers import Headers
from syndicate.web.language import ENGLISH, LANGUAGES, Language
from syndicate.web.shell import Page, Shell, alternates
from syndicate.web.site import Site
from syndicate.web.snapshot import Snapshot, require

__all__ = ["Frame", "Here", "Page", "View"]

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


View = Callable[..., Page]


class Frame:
    """Registers views, renders their pages and sends them."""

    def __init__(self, site: Site, shell: Shell) -> None:
        self._site = site
        self.shell = shell

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
        body = self.shell.render(snapshot, language, page)
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
            always=headers.governed(page.policy, snapshot.security),
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
            for one in alternates(page, definitions)[:1]
        ]
        return (*about, ("Link", ", ".join(links)))
