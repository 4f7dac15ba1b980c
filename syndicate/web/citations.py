"""References as files for citation managers: of the article summarised, and of the summary."""

from __future__ import annotations

from flask import Flask
from werkzeug.wrappers.response import Response

from syndicate.definitions import Definitions
from syndicate.documents import citing, reference
from syndicate.documents.identity import digest
from syndicate.documents.reference import Reference
from syndicate.errors import Gone, NotFound
from syndicate.model import Summary
from syndicate.store import summaries
from syndicate.web import headers, prepared
from syndicate.web.site import Site
from syndicate.web.snapshot import require

_STYLES = ", ".join(citing.STYLES)


class Citations:
    """The views of references."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def register(self, app: Flask) -> None:
        app.add_url_rule("/summaries/<slug>/cite/<what>.<style>", "cite", self.cite)

    def cite(self, slug: str, what: str, style: str) -> Response:
        """Answer a reference, as a file that a browser saves."""
        if style not in citing.STYLES:
            raise NotFound(f"references come as {_STYLES}, not as {style!r}")
        with self._site.reading() as (connection, snapshot):
            definitions = require(snapshot)
            stored = summaries.find(connection, slug=slug)
            if stored is None:
                raise NotFound(f"there is no summary {slug!r}")
            if stored.state == "withdrawn":
                raise Gone("this summary was withdrawn")
            found = _reference(summaries.get(connection, stored), what, definitions)
            media_type, render = citing.STYLES[style]
            body = render(found)
            made = prepared.of_body(
                body,
                tag=digest(body),
                media_type=media_type,
                cache_control=headers.PAGE_CACHE,
                always=(*headers.ANY_ORIGIN, *snapshot.security),
                content=(
                    ("Content-Disposition", f'attachment; filename="{found.key}.{style}"'),
                    ("Surrogate-Key", f"summary/{slug}"),
                ),
            )
            return self._site.send(snapshot, made)


def _reference(text: Summary, what: str, definitions: Definitions) -> Reference:
    if what == "summary":
        return reference.of_summary(text, definitions)
    if what == "article" and text.citation:
        return reference.of_article(f"{text.slug}-article", text.citation)
    raise NotFound(f"this summary has no reference of {what!r}", "`article` and `summary` are two")
