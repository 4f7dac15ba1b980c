"""Offers the other language to who prefers it: with one line of CSS, and never with a redirect.

Every page holds the offer, hidden, so a page's bytes are the same for all and any cache may keep
them. What shows it is a style sheet of its own, the only thing here that looks at
Accept-Language (RFC 9110, 12.5.4). No cookie, no script; the link in the head is always there.
"""

from __future__ import annotations

from typing import Final

from flask import Flask, Response, request
from werkzeug.wrappers.response import Response as WerkzeugResponse

from syndicate import addresses
from syndicate.web.language import LANGUAGES, Language
from syndicate.web.negotiation import LONGEST, weights

_CACHE: Final = "private, max-age=86400"


def preferred(header: str | None) -> Language | None:
    """Return which of our languages is preferred; None where nothing speaks for one of them.

    Of two that are as welcome, the one that is named first is meant.
    """
    if not header or len(header) > LONGEST:
        return None
    ranks: dict[str, tuple[float, int]] = {}
    for place, (tag, weight) in enumerate(weights(header).items()):
        code = tag.partition("-")[0]
        ranks[code] = max(ranks.get(code, (0.0, 0)), (weight, -place))
    found = [one for one in LANGUAGES if ranks.get(one.code, (0.0, 0))[0] > 0]
    return max(found, key=lambda one: ranks[one.code], default=None)


def style(header: str | None) -> str:
    """Return the CSS that shows the offer of the preferred language, on pages of the other one."""
    language = preferred(header)
    if language is None:
        return ""
    return f"@media screen {{ .offer:lang({language.code}) {{ display: block; }} }}\n"


def register(app: Flask) -> None:
    app.add_url_rule(addresses.OFFER, "offer", answer)


def answer() -> WerkzeugResponse:
    """Answer the style sheet: to each browser its own, for a day."""
    header = request.headers.get("Accept-Language")
    headers = {"Cache-Control": _CACHE, "Vary": "Accept-Language"}
    return Response(style(header), content_type="text/css; charset=utf-8", headers=headers)
