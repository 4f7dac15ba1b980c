"""How a resource of `/v1` is sent: as JSON, NDJSON, Atom or a page, tagged, compressed, or 304."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import orjson
from flask import request
from werkzeug.wrappers.response import Response

from syndicate.documents import deflate, identity
from syndicate.store import instants, site
from syndicate.web import conditional, headers, negotiation
from syndicate.web.conditional import Offer
from syndicate.web.frame import Frame, Page
from syndicate.web.language import ENGLISH
from syndicate.web.negotiation import Coding
from syndicate.web.pull.asking import Asking
from syndicate.web.pull.problems import Refused
from syndicate.web.site import Finished

JSON: Final = "application/json"
NDJSON: Final = "application/x-ndjson"
HTML: Final = "text/html"
_FORMS: Final = {JSON: "the same as JSON", NDJSON: "the records themselves"}
"""What others get at the address of a page."""
KEPT: Final = "public, max-age=300, stale-while-revalidate=600"
CHECKED: Final = "public, no-cache"  # may be kept, and is to be asked for each time: a 304 is cheap
_KEY: Final = "v1"  # the surrogate key of all of them
_VARY: Final = "Accept, Accept-Encoding, Accept-Language, Authorization"
_EXPOSED: Final = (
    "Access-Control-Expose-Headers",
    "Checked-At, Cursor, ETag, Link, Last-Modified, RateLimit, RateLimit-Policy, Retry-After",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """What a view answers. `body` is made only where it is sent.

    `parts` are what it depends on besides the state of the store; `encoded` makes it already
    compressed, where that is cheaper. `idle`: there is nothing new, whoever waits may wait on.
    `shown` returns what a page tells where the body itself, not being JSON, cannot be shown.
    """

    title: str
    body: Callable[[], bytes]
    parts: tuple[str, ...] = ()
    media_type: str = JSON
    cache: str = KEPT
    links: tuple[tuple[str, str], ...] = ()
    headers: headers.Headers = ()
    encoded: Callable[[Coding], bytes] | None = None
    idle: bool = False
    shown: Callable[[], Any] | None = None


def of_data(title: str, data: Callable[[], Any], **options: Any) -> Resource:  # noqa: ANN401 - fields
    """Return a resource that is a JSON object."""
    return Resource(title=title, body=lambda: orjson.dumps(data()), **options)


def wants_page() -> bool:
    """Tell whether a browser asks: only it prefers HTML to everything."""
    best = request.accept_mimetypes.best_match([JSON, HTML], default=JSON)
    return best == HTML


def send(asking: Asking, resource: Resource, frame: Frame) -> Response:
    """Answer 200 or 304, in the coding and the form that the request prefers."""
    page = (resource.media_type == JSON or resource.shown is not None) and wants_page()
    offer = _offer(asking, resource, page=page)
    coding = negotiation.choose(request.headers.get("Accept-Encoding"), ("identity", "gzip"))
    if coding is None:
        raise Refused("coding-not-available", "gzip and no coding at all are possible")
    checked = ("Checked-At", instants.write(asking.now))
    known = conditional.find_unmodified(
        offer,
        coding,
        request.headers.get("If-None-Match"),
        request.headers.get("If-Modified-Since"),
    )
    if known:
        return Finished(b"", 304, [*conditional.unmodified_headers(offer, known), checked])
    body = _encode(_page(asking, resource, frame) if page else resource, coding)
    offer = _offer(asking, resource, page=page, length=len(body))
    found = [*conditional.full_headers(offer, coding), checked]
    return Finished(b"" if request.method == "HEAD" else body, 200, found)


def _encode(resource: Resource, coding: Coding) -> bytes:
    if resource.encoded is not None:
        return resource.encoded(coding)
    body = resource.body()
    return deflate.join([deflate.deflate(body)]) if coding == "gzip" else body


def _page(asking: Asking, resource: Resource, frame: Frame) -> Resource:
    """Return the same as a page for a person."""
    data = resource.shown() if resource.shown else orjson.loads(resource.body())
    page = Page(
        template="pull.html",
        path=request.path,
        title=resource.title,
        key=_KEY,
        context={"data": data, "label": _label, "form": _FORMS[resource.media_type]},
        in_french=False,
    )
    made = frame.shell.render(asking.snapshot, ENGLISH, page)
    return Resource(title=resource.title, body=lambda: made, media_type=HTML)


def _label(value: Any) -> str:  # noqa: ANN401 - whatever JSON holds
    """Return what an object in a list is called on a page; nothing where it is better shown."""
    if not isinstance(value, dict):
        return ""
    named = value.get("item", value)
    found = next((named[n] for n in ("title", "slug", "id", "code", "month") if n in named), "")
    return f"{found} ({value['op']})" if "op" in value else str(found)


def _offer(asking: Asking, resource: Resource, *, page: bool, length: int = 0) -> Offer:
    form = HTML if page else resource.media_type
    own = asking.caller.mark
    tag = identity.fingerprint(asking.state, request.path, form, own, *resource.parts)
    changed = asking.snapshot.values.get(site.CHANGED_AT)
    security = headers.governed(headers.POLICY if page else (), asking.snapshot.security)
    cache = resource.cache.replace("public", "private") if own else resource.cache
    language = ("Content-Language", "en")
    return Offer(
        tag=tag,
        lengths={"identity": length, "gzip": length},
        cache_control=cache,
        vary=_VARY,
        last_modified=instants.read(changed) if changed else None,
        always=(*headers.ANY_ORIGIN, _EXPOSED, *security, *resource.headers),
        content=(
            ("Content-Type", f"{form}; charset=utf-8" if form == HTML else form),
            language,
            ("Link", headers.link(*_links(asking, resource))),
            ("Surrogate-Key", _KEY),
        ),
    )


def _links(asking: Asking, resource: Resource) -> tuple[tuple[str, str], ...]:
    licence = (asking.definitions.network.licence.url, "license")
    return (*resource.links, (f"{asking.base_url}/v1/openapi.json", "service-desc"), licence)
