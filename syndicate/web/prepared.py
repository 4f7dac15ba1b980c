"""A finished body with every header list that goes with it, built once and sent many times."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from syndicate.definitions import Definitions
from syndicate.model import Document
from syndicate.store.documents import StoredDocument
from syndicate.web import headers
from syndicate.web.conditional import (
    SUFFIX,
    Answer,
    Offer,
    decide,
    etag,
    full_headers,
    unmodified_headers,
)
from syndicate.web.headers import Headers
from syndicate.web.kept import Kept
from syndicate.web.negotiation import Coding

HeaderList = list[tuple[str, str]]
Environ = Mapping[str, Any]
_GZIP: Final = 16 + zlib.MAX_WBITS  # zlib's way to say: a gzip header and trailer
_INFLATED_LIMIT: Final = 16 * 1024 * 1024

_inflated: Kept[bytes] = Kept(_INFLATED_LIMIT)
"""Bodies without coding, for the few that ask for them. Its keys are tags, so it never is stale."""


class Prepared:
    """One body, ready to be sent.

    `full` is coding -> (headers, body) of a 200; `unmodified` is If-None-Match -> headers of a
    304, for each way in which a client usually sends back the tag that it got.
    """

    __slots__ = ("_bodies", "full", "offer", "unmodified")

    def __init__(self, offer: Offer, bodies: Mapping[Coding, bytes]) -> None:
        self.offer = offer
        self._bodies = bodies
        self.full = {
            coding: (list(full_headers(offer, coding)), [body]) for coding, body in bodies.items()
        }
        self.unmodified: dict[str, HeaderList] = {}
        for coding in SUFFIX:
            tag = etag(offer.tag, coding)
            found = list(unmodified_headers(offer, tag))
            self.unmodified |= {tag: found, f"W/{tag}": found}

    def __len__(self) -> int:
        return sum(map(len, self._bodies.values()))

    def answer(self, environ: Environ) -> Answer:
        """Answer a request in full; the WSGI layer does so where it has no short way."""
        return decide(
            self.offer,
            method=environ["REQUEST_METHOD"],
            accept_encoding=environ.get("HTTP_ACCEPT_ENCODING"),
            if_none_match=environ.get("HTTP_IF_NONE_MATCH"),
            if_modified_since=environ.get("HTTP_IF_MODIFIED_SINCE"),
        )

    def body(self, answer: Answer) -> bytes:
        """Return the bytes that an answer sends."""
        if answer.coding is None:
            return answer.text
        return self._bodies.get(answer.coding) or self._inflate()

    def _inflate(self) -> bytes:
        body = _inflated.get(self.offer.tag)
        if body is None:
            body = zlib.decompress(self._bodies["gzip"], _GZIP)
            _inflated.put(self.offer.tag, body)
        return body


def of_stored(document: StoredDocument, definitions: Definitions) -> Prepared:
    """Prepare a document as the store has it."""
    codings: dict[Coding, bytes] = {"gzip": document.gzip}
    if document.br is not None:
        codings["br"] = document.br
    hub = definitions.network.hub if definitions.find_feed(document.feed) else ""
    return _document(document, document.feed, definitions, codings, hub=hub)


def of_document(document: Document, key: str, definitions: Definitions) -> Prepared:
    """Prepare a document that was made on demand; caches purge it by `key`."""
    return _document(document, key, definitions, {"gzip": document.gzip})


def _document(
    document: StoredDocument | Document,
    key: str,
    definitions: Definitions,
    codings: Mapping[Coding, bytes],
    *,
    hub: str = "",
) -> Prepared:
    link = headers.link((definitions.absolute(document.path), "self"), (hub, "hub"))
    offer = Offer(
        tag=document.tag,
        lengths={**_lengths(codings.items()), "identity": _inflated_length(document.gzip)},
        cache_control=headers.FEED_CACHE,
        last_modified=document.last_modified,
        always=(*headers.ANY_ORIGIN, *headers.security(definitions.network.base_url)),
        content=(
            ("Content-Type", document.media_type),
            ("Content-Language", "en"),
            ("Link", link),
            ("Surrogate-Key", key),
            *headers.EXPOSED,
        ),
    )
    return Prepared(offer, codings)


def of_body(
    body: bytes,
    *,
    tag: str,
    media_type: str,
    cache_control: str,
    always: Headers,
    content: Headers = (),
    last_modified: datetime | None = None,
) -> Prepared:
    """Prepare a page or a file of ours; both of its codings are held."""
    compressor = zlib.compressobj(6, zlib.DEFLATED, _GZIP)  # no file name, no date in the stream
    bodies: dict[Coding, bytes] = {
        "identity": body,
        "gzip": compressor.compress(body) + compressor.flush(),
    }
    offer = Offer(
        tag=tag,
        lengths=_lengths(bodies.items()),
        cache_control=cache_control,
        last_modified=last_modified,
        always=always,
        content=(("Content-Type", media_type), *content),
    )
    return Prepared(offer, bodies)


def _lengths(bodies: Iterable[tuple[Coding, bytes]]) -> dict[Coding, int]:
    return {coding: len(body) for coding, body in bodies}


def _inflated_length(gzip: bytes) -> int:
    """Read a gzip stream's trailer, which says how long it is (RFC 1952, 2.3.1; up to 4 GiB)."""
    return int.from_bytes(gzip[-4:], "little")
