"""`/oai` over HTTP (3.1): GET and POST, gzip, 304; and the schema of our own format.

An answer bears the time at which it was begun, so its bytes are never the same twice: its
entity-tag is a weak one, of what it was made of.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from importlib import resources
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl

from flask import Flask, request
from werkzeug.exceptions import NotAcceptable, RequestEntityTooLarge, UnsupportedMediaType
from werkzeug.wrappers.response import Response

from syndicate import addresses
from syndicate.definitions import Definitions
from syndicate.documents import deflate, identity, oai
from syndicate.errors import NotFound
from syndicate.store import secret
from syndicate.sync import Seal
from syndicate.web import conditional, headers, negotiation, prepared
from syndicate.web.conditional import Offer
from syndicate.web.headers import Headers
from syndicate.web.pull.access import Access
from syndicate.web.site import Finished, Site
from syndicate.web.snapshot import Snapshot, require

if TYPE_CHECKING:
    from syndicate.web.oai.arguments import Given
    from syndicate.web.oai.verbs import Repository

_FORM: Final = "application/x-www-form-urlencoded"
_MOST_ARGUMENTS: Final = 100
_CHECKED: Final = "public, no-cache"  # whoever keeps an answer asks each time whether it holds


def _now() -> datetime:
    return datetime.now(UTC)


class Oai:
    """The views of `/oai`."""

    def __init__(self, site: Site, access: Access, clock: Callable[[], datetime] = _now) -> None:
        self._site = site
        self._access = access
        self._clock = clock
        self._schema = resources.files(oai).joinpath("summary.xsd").read_bytes()

    def register(self, app: Flask) -> None:
        app.add_url_rule(addresses.OAI, "oai", self.harvest, methods=["GET", "POST"])
        app.add_url_rule(addresses.OAI_SCHEMA, "oai_schema", self.schema)

    def harvest(self) -> Response:
        """Answer a request of OAI-PMH; 503 where a harvester asks too often (3.1.2.2)."""
        from syndicate.web.oai.verbs import Repository, answer  # noqa: PLC0415 - lxml, for few

        if seconds := self._access.admit_anyone("oai"):
            return _too_often(seconds)
        given = _arguments()
        now = self._clock()
        with self._site.reading() as (connection, snapshot):
            definitions = _require_enabled(snapshot)
            assert snapshot.head is not None
            repository = Repository(
                connection=connection,
                definitions=definitions,
                head=snapshot.head,
                seal=self._seal(),
                now=now,
            )
            return _send(repository, snapshot, given, lambda: answer(repository, given))

    def schema(self) -> Response:
        """Answer the XML schema of the format `syndicate`."""
        snapshot = self._site.snapshot
        _require_enabled(snapshot)
        made = prepared.of_body(
            self._schema,
            tag=identity.digest(self._schema),
            media_type="application/xml; charset=utf-8",
            cache_control=headers.FILE_CACHE,
            always=(*headers.ANY_ORIGIN, *snapshot.security),
        )
        return self._site.send(snapshot, made)

    def _seal(self) -> Seal:
        """Return what signs; StoreError where there is no secret key."""
        settings = self._site.settings
        return Seal((secret.get(settings), *settings.secret_key_fallbacks))


def _too_often(seconds: int) -> Response:
    told = f"Too many requests from this network. Come back in {seconds} seconds.\n"
    sent = [("Retry-After", str(seconds)), ("Cache-Control", "no-store")]
    return Response(told, status=503, headers=sent, mimetype="text/plain")


def _require_enabled(snapshot: Snapshot) -> Definitions:
    definitions = require(snapshot)
    if not definitions.network.oai:
        raise NotFound("this network is not harvested by OAI-PMH")
    return definitions


def _arguments() -> Given:
    """Return the arguments in the order in which they were sent, in the address and in a form."""
    sent = [request.query_string]
    if request.method == "POST":
        if request.mimetype != _FORM:
            raise UnsupportedMediaType
        sent.append(request.get_data())
    return [pair for each in sent for pair in _read_form(each)]


def _read_form(form: bytes) -> list[tuple[str, str]]:
    text = form.decode("ascii", "replace")
    try:
        return parse_qsl(text, keep_blank_values=True, max_num_fields=_MOST_ARGUMENTS)
    except ValueError:
        raise RequestEntityTooLarge from None


def _send(
    repository: Repository,
    snapshot: Snapshot,
    given: Given,
    make: Callable[[], bytes],
) -> Response:
    """Answer 200 or 304, in a coding that the request takes."""
    coding = negotiation.choose(request.headers.get("Accept-Encoding"), ("identity", "gzip"))
    if coding is None:
        raise NotAcceptable
    offer = _offer(repository, snapshot, given)
    # not yet dated changes bear the present time, and a form's answer is nobody's to keep
    is_kept = request.method != "POST" and repository.is_dated
    tags = request.headers.get("If-None-Match")
    if is_kept and tags and conditional.find_unmodified(offer, coding, tags, None):
        found = conditional.unmodified_headers(offer, offer.tag)
        return Finished(b"", 304, _tagged(found, offer, is_kept=True))
    body = make()
    if coding == "gzip":
        body = deflate.join([deflate.deflate(body)])
    offer = replace(offer, lengths={coding: len(body)})
    found = conditional.full_headers(offer, coding)
    body = b"" if request.method == "HEAD" else body
    return Finished(body, 200, _tagged(found, offer, is_kept=is_kept))


def _offer(repository: Repository, snapshot: Snapshot, given: Given) -> Offer:
    made_of = (
        repository.basis,
        str(repository.head.seq),
        str(repository.dated.upto),
        *repository.definitions.texts.values(),
        *(f"{name}={value}" for name, value in sorted(given)),
    )
    return Offer(
        tag=identity.fingerprint(*made_of),
        lengths={"identity": 0, "gzip": 0},
        cache_control=_CHECKED,
        always=(*headers.ANY_ORIGIN, *snapshot.security),
        content=(
            ("Content-Type", "text/xml; charset=utf-8"),
            ("Content-Language", "en"),
            ("Surrogate-Key", "oai"),
            *headers.EXPOSED,
        ),
    )


def _tagged(found: Headers, offer: Offer, *, is_kept: bool) -> list[tuple[str, str]]:
    """Return the headers with a weak entity-tag, or with none where nothing is to be kept."""
    rest = [pair for pair in found if pair[0] not in ("ETag", "Cache-Control")]
    if not is_kept:
        return [*rest, ("Cache-Control", headers.NO_CACHE)]
    return [*rest, ("ETag", f'W/"{offer.tag}"'), ("Cache-Control", offer.cache_control)]
