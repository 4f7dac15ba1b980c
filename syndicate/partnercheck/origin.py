"""A `/v1` in memory whose journal is edited by a script: what a partner's mirror is tried against.

It speaks as docs/partners.md says and no better: it has few entries, small pages and no history
beside its latest changes. Pure: a request in, a reply out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal
from urllib.parse import parse_qsl, unquote, urlencode

import orjson

from syndicate import selection, sync
from syndicate.errors import CursorExpired, CursorInvalid
from syndicate.selection import Term
from syndicate.sync import Cursor, Scope, Seal

PAGE: Final = 3  # changes on a page, and records in a part, whatever is asked for
JSON: Final = "application/json"
_FILTER: Final = ("topic", "topic_mode", "not_topic", "kind")
_KNOWN: Final = {
    "changes": {"since", "limit", "wait", *_FILTER},
    "snapshot": {"page", *_FILTER},
    "state": {"buckets", *_FILTER},
}
Reason = Literal["withdrawn", "legal"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """What an entry says: all that its content hash is made of, and its slug, which is not."""

    slug: str
    title: str
    html: str
    topics: tuple[str, ...] = ("empathy",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Latest:
    """The latest change of an entry; `piece` is None after a withdrawal.

    `ever` are all topics that it has had, `story` what a person is told of the change.
    """

    seq: int
    piece: Piece | None
    reason: Reason = "withdrawn"
    ever: frozenset[str] = frozenset()
    story: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What was asked for, and when (seconds of a clock that only goes forward)."""

    path: str
    query: str
    headers: Mapping[str, str]
    at: float

    @property
    def name(self) -> str:
        """Return `changes` of `/v1/changes`."""
        return self.path.removeprefix("/v1/")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer. With `cut` the connection ends before the body does."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: bool = False


class Refusal(Exception):
    """A request that is answered with a problem document."""

    def __init__(self, status: int, code: str, detail: str, **headers: str) -> None:
        super().__init__(detail)
        self.reply = problem(status, code, detail, headers)


def problem(status: int, code: str, detail: str, headers: Mapping[str, str]) -> Reply:
    """Return an error as /v1 words it (RFC 9457)."""
    fields = {"type": f"/v1/problems/{code}", "status": status, "code": code, "detail": detail}
    media_type = {"Content-Type": "application/problem+json", "Cache-Control": "no-store"}
    return Reply(status=status, body=orjson.dumps(fields), headers=media_type | dict(headers))


def content_hash(piece: Piece) -> str:
    content = [piece.title, piece.html, sorted(piece.topics)]
    return f"sha-256:{hashlib.sha256(orjson.dumps(content)).hexdigest()}"


@dataclass(slots=True)
class Origin:
    """The journal: the latest change of each entry, by id, in the order of `seq`."""

    seal: Seal
    epoch: int = 1
    seq: int = 0
    latest: dict[str, Latest] = field(default_factory=dict)

    # Editing -------------------------------------------------------------------------------------

    def put(self, id: str, piece: Piece, story: str) -> None:
        """Publish an entry, or change one."""
        self._change(id, piece, story, "withdrawn")

    def withdraw(self, id: str, story: str, reason: Reason = "withdrawn") -> None:
        self._change(id, None, story, reason)

    def _change(self, id: str, piece: Piece | None, story: str, reason: Reason) -> None:
        before = self.latest.pop(id, None)
        ever = (before.ever if before else frozenset()) | frozenset(piece.topics if piece else ())
        self.seq += 1
        self.latest[id] = Latest(seq=self.seq, piece=piece, reason=reason, ever=ever, story=story)

    def begin_epoch(self) -> None:
        """Name a new history, as a restored backup does: every cursor so far is void."""
        self.epoch += 1

    def piece(self, id: str) -> Piece:
        """Return what an entry says now; it must be live."""
        piece = self.latest[id].piece
        assert piece is not None, id
        return piece

    def live(self, scope: Scope) -> Iterator[tuple[str, Latest, Piece]]:
        for id, latest in self.latest.items():
            if latest.piece and _selects(scope, latest.piece.topics):
                yield id, latest, latest.piece

    # Answering -----------------------------------------------------------------------------------

    def answer(self, request: Request) -> Reply:
        """Return what /v1 answers to a GET."""
        try:
            return self._answer(request)
        except Refusal as refusal:
            return refusal.reply
        except CursorInvalid as error:
            return problem(400, "cursor-invalid", str(error), {})
        except CursorExpired as error:
            return problem(410, "cursor-expired", str(error), {"Link": '</v1/snapshot>; rel="up"'})

    def _answer(self, request: Request) -> Reply:
        views: dict[str, Callable[[_Asked], Reply]] = {
            "changes": self._changes,
            "snapshot": self._snapshot,
            "state": self._state,
        }
        if not request.name:
            links = {name: f"/v1/{name}" for name in views}
            return _json({"title": "A rehearsal", "languages": ["en"], "links": links})
        if request.name.startswith("items/"):
            return self._entry(unquote(request.name.removeprefix("items/")))
        if request.name not in views:
            raise Refusal(404, "not-found", f"there is nothing at {request.path[:100]}")
        asked = _read(request.query, _KNOWN[request.name])
        reply = views[request.name](asked)
        etag = f'"{hashlib.sha256(reply.body).hexdigest()[:32]}"'
        headers = {**reply.headers, "ETag": etag, "Cache-Control": "no-cache"}
        if etag in request.headers.get("if-none-match", ""):
            return Reply(status=304, headers=headers)
        return Reply(body=reply.body, headers=headers)

    def _changes(self, asked: _Asked) -> Reply:
        since = self._place(asked, asked.values["since"]) if "since" in asked.values else 0
        found = [
            (id, latest)
            for id, latest in self.latest.items()
            if latest.seq > since and _may_have(asked.scope, latest.ever)
        ]
        page = found[: min(PAGE, asked.limit)]
        more = len(found) > len(page)
        changes = [self._change_of(asked.scope, id, latest) for id, latest in page]
        seq = page[-1][1].seq if more else self.seq
        return _json(
            {
                "changes": changes,
                "cursor": self._cursor(asked, seq),
                "more": more,
                "seq_head": self.seq,
                "reset": False,
            }
        )

    def _change_of(self, scope: Scope, id: str, latest: Latest) -> dict[str, Any]:
        if latest.piece and _selects(scope, latest.piece.topics):
            return {"seq": latest.seq, "op": "put", "item": _record(id, latest, latest.piece)}
        reason = "left-scope" if latest.piece else latest.reason
        at = "2024-01-01T12:00:00Z"
        told = {"reason": reason, "at": at, "replaced_by": None}
        return {"seq": latest.seq, "op": "delete", "id": id} | told

    def _snapshot(self, asked: _Asked) -> Reply:
        after, upto = 0, self.seq
        if "page" in asked.values:
            first, _, cursor = asked.values["page"].partition("~")
            after, upto = _whole(first), self._place(asked, cursor)
        found = [one for one in self.live(asked.scope) if after < one[1].seq <= upto]
        page = found[:PAGE]
        cursor = self._cursor(asked, upto)
        headers = {"Content-Type": "application/x-ndjson", "Cursor": cursor}
        if len(found) > len(page):
            query = urlencode({"page": f"{page[-1][1].seq}~{cursor}", **asked.filter})
            headers["Link"] = f'</v1/snapshot?{query}>; rel="next"'
        body = b"".join(orjson.dumps(_record(*one)) + b"\n" for one in page)
        return Reply(body=body, headers=headers)

    def _state(self, asked: _Asked) -> Reply:
        lines = [(id, content_hash(piece)) for id, _, piece in self.live(asked.scope)]
        hashes = sync.hashes_of(lines)
        fields: dict[str, Any] = {
            "epoch": f"{self.epoch:016x}",
            "seq": self.seq,
            "live_count": len(lines),
            "set_hash": sync.set_hash(hashes),
            "last_change_at": "2024-01-01T12:00:00Z" if self.seq else None,
        }
        if asked.values.get("buckets") == "1":
            fields["buckets"] = [hashes.get(n, sync.EMPTY) for n in range(sync.BUCKETS)]
        return _json(fields)

    def _entry(self, id: str) -> Reply:
        latest = self.latest.get(id)
        if latest is None:
            raise Refusal(404, "not-found", "there is no entry of this id")
        if latest.piece is None:
            raise Refusal(410, "withdrawn", "this entry was withdrawn")
        return _json(_record(id, latest, latest.piece))

    # Cursors -------------------------------------------------------------------------------------

    def _cursor(self, asked: _Asked, seq: int) -> str:
        meant = urlencode(asked.filter)
        return Cursor(epoch=f"{self.epoch:016x}", seq=seq, meant=meant, asked=meant).seal(self.seal)

    def _place(self, asked: _Asked, cursor: str) -> int:
        meant = urlencode(asked.filter)
        return sync.read_cursor(
            cursor, self.seal, epoch=f"{self.epoch:016x}", head=self.seq, meant=meant, asked=meant
        )


# Requests and replies ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    values: Mapping[str, str]
    scope: Scope

    @property
    def filter(self) -> dict[str, str]:
        return {name: self.values[name] for name in _FILTER if name in self.values}

    @property
    def limit(self) -> int:
        return _whole(self.values.get("limit", str(PAGE)))


def _read(query: str, known: Iterable[str]) -> _Asked:
    values = dict(parse_qsl(query, keep_blank_values=True))
    for name in values:
        if name not in known:
            raise Refusal(400, "unknown-param", f"{name[:40]!r} is not known here")
    return _Asked(values=values, scope=scope_of(values))


def _whole(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or not 1 <= int(text[:9]) <= 500:
        raise Refusal(400, "bad-value", f"{text[:40]!r} is no whole number from 1 to 500")
    return int(text)


def scope_of(values: Mapping[str, str]) -> Scope:
    """Return the filter of a query's values."""
    terms = [
        Term("kind" if name == "kind" else "topic", slug, excluded=name == "not_topic")
        for name in ("topic", "not_topic", "kind")
        for slug in filter(None, values.get(name, "").split(","))
    ]
    return Scope(selection=selection.canonical(terms), all_topics=values.get("topic_mode") == "all")


def _selects(scope: Scope, topics: Sequence[str]) -> bool:
    return scope.matches(topics=topics, kind="meta-analysis", form="research")


def _may_have(scope: Scope, ever: frozenset[str]) -> bool:
    """Tell whether a filter may once have selected an entry with these topics."""
    named = scope.selection.named("topic")
    return not named or not named.isdisjoint(ever)


def _record(id: str, latest: Latest, piece: Piece) -> dict[str, Any]:
    url = f"https://rehearsal.example/summaries/{piece.slug}/"
    licence = "https://creativecommons.org/licenses/by/4.0/"
    return {
        "seq": latest.seq,
        "id": id,
        "revision": latest.seq,
        "status": "published",
        "url": url,
        "title": piece.title,
        "form": "research",
        "language": "en",
        "published": "2024-01-01T12:00:00Z",
        "updated": "2024-01-01T12:00:00Z",
        "authors": [{"name": "Ann Author"}],
        "topics": [{"slug": t, "label": {"en": t, "fr": t}} for t in piece.topics],
        "kind": {"slug": "meta-analysis", "label": {"en": "Meta-analysis", "fr": "Méta-analyse"}},
        "description": "",
        "content_html": piece.html,
        "content_text": piece.title,
        "content_sha256": hashlib.sha256(piece.html.encode()).hexdigest(),
        "implications_html": "",
        "content_hash": content_hash(piece),
        "licence": {"name": "CC BY 4.0", "spdx": "CC-BY-4.0", "url": licence},
        "attribution": {"text": piece.title, "html": f'<p><a href="{url}">Source</a></p>'},
        "availability_notice": {"en": "In English only.", "fr": "En anglais seulement."},
    }


def _json(fields: Mapping[str, Any]) -> Reply:
    return Reply(body=orjson.dumps(fields), headers={"Content-Type": JSON})
