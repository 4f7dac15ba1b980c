"""What every view of alerts works with: the store, the keys, who asks, and how a page is sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from ipaddress import IPv6Address, IPv6Network
from typing import Final

from flask import Flask, Response, request
from werkzeug.wrappers.response import Response as WerkzeugResponse

from syndicate import addresses, wiring
from syndicate.alerts.tokens import Keyring
from syndicate.definitions import Definitions
from syndicate.documents.identity import digest
from syndicate.errors import Gone, NotFound, StoreError
from syndicate.model import Alerts
from syndicate.store.engine import Engine
from syndicate.web import headers, prepared, proxies
from syndicate.web.frame import Frame, Page
from syndicate.web.language import ENGLISH, LANGUAGES, Language
from syndicate.web.site import Site
from syndicate.web.snapshot import Snapshot, require

_MEDIA_TYPE: Final = "text/html; charset=utf-8"
# A link in the address must reach no other site, no cache and no search engine.
_PRIVATE: Final = (
    ("Cache-Control", headers.NO_CACHE),
    ("Referrer-Policy", "no-referrer"),
    ("X-Robots-Tag", "noindex, nofollow"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One request: what it is about and in which language."""

    engine: Engine
    keyring: Keyring
    definitions: Definitions
    alerts: Alerts
    language: Language
    now: datetime
    client: str
    form: Mapping[str, list[str]]
    query: Mapping[str, list[str]]

    def field(self, name: str) -> str:
        return next(iter(self.form.get(name, [])), "").strip()


View = Callable[..., Page]


class Desk:
    """Registers views for GET and for POST, and sends what they say."""

    def __init__(self, site: Site, frame: Frame) -> None:
        self._site = site
        self._frame = frame
        self._keyring: Keyring | None = None  # read when first needed: there may be none yet

    def add(self, app: Flask, rule: str, *, show: View, act: View) -> None:
        """Answer the addresses of a rule, in each language: `show` to GET, `act` to POST."""
        for language in LANGUAGES:
            for method, view in (("GET", show), ("POST", act)):
                app.add_url_rule(
                    language.prefix + rule,
                    f"{language.code} {rule} {method}",
                    partial(self._answer, view, language),
                    methods=[method],
                )

    def _answer(self, view: View, language: Language, **arguments: str) -> WerkzeugResponse:
        snapshot = self._site.snapshot
        visit = self._visit(snapshot, language)
        try:
            page = view(visit, **arguments)
        except (Gone, NotFound) as error:
            page = _dead_link(visit, error)
        body = self._frame.shell.render(snapshot, language, page)
        spoken = ("Content-Language", "en" if language.code == "en" else f"{language.code}, en")
        if request.method == "GET" and page.status == 200 and not arguments:
            return self._send_form(snapshot, body, spoken)
        sent = [*headers.POLICY, *_PRIVATE, spoken]
        return Response(body, page.status, headers=sent, content_type=_MEDIA_TYPE)

    def _send_form(
        self, snapshot: Snapshot, body: bytes, spoken: tuple[str, str]
    ) -> WerkzeugResponse:
        """Send an empty form compressed: its list of time zones is long, and nothing is secret."""
        made = prepared.of_body(
            body,
            tag=digest(body),
            media_type=_MEDIA_TYPE,
            cache_control=headers.NO_CACHE,
            content=(spoken,),
            always=(*headers.POLICY, *_PRIVATE[1:]),
        )
        answer = self._site.send(snapshot, made, keep=False)
        del answer.headers["ETag"]  # nothing by which a browser could be known again
        return answer

    def visit_by_program(self) -> tuple[Visit, str | None]:
        """Return a request that no person makes, and the token that it must show."""
        return self._visit(self._site.snapshot, ENGLISH), self._site.settings.returns_token

    def _visit(self, snapshot: Snapshot, language: Language) -> Visit:
        definitions = require(snapshot)
        settings = self._site.settings
        if definitions.network.alerts is None or settings.smtp_url is None:
            raise NotFound("this site sends no mails", "follow one of its feeds instead: /feeds/")
        if self._site.generations.trouble is not None:
            trouble = self._site.generations.trouble
            raise StoreError(trouble.message, trouble.remedy)
        self._keyring = self._keyring or wiring.keyring(settings)
        return Visit(
            engine=self._site.engine,
            keyring=self._keyring,
            definitions=definitions,
            alerts=definitions.network.alerts,
            language=language,
            now=datetime.now(UTC).replace(microsecond=0),
            client=_network(proxies.client_address(request.environ, settings.trusted_proxies)),
            form=request.form.to_dict(flat=False),
            query=request.args.to_dict(flat=False),
        )


def _dead_link(visit: Visit, error: Gone | NotFound) -> Page:
    """Say that a link leads nowhere: it was cut off, used before, or is too old."""
    title = visit.language.say("This link does not work")
    return page(visit, "dead-link", addresses.ALERTS, title, status=error.status)


def page(
    visit: Visit, template: str, path: str, title: str, *, status: int = 200, **context: object
) -> Page:
    """Return a page of alerts."""
    return Page(
        template=f"alerts/{template}.html",
        path=path,
        title=title,
        key="alerts",
        status=status,
        is_kept=False,
        context={"sender": visit.alerts, **context},
    )


def _network(address: str) -> str:
    """Return what one client has for itself: an IPv4 address, a /64 of IPv6."""
    if ":" not in address:
        return address
    return str(IPv6Network((IPv6Address(address), 64), strict=False))
