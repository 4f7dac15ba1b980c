"""A `/v1` in memory whose journal is edited by a script: what a partner's mirror is tried against.

It speaks as docs/partners.md says and no better: it has few entries, small pages and no history
beside its latest changes. Pure: a request in, a reply out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal
from urllib.parse import unquote, urlencode

import orjson

from syndicate import sync
from syndicate.errors import CursorExpired, CursorInvalid
from syndicate.partnercheck import exchange
from syndicate.partnercheck.exchange import (
    Asked,
    Refusal,
    Reply,
    Request,
    json_reply,
    problem,
)
from syndicate.sync import Cursor, Scope, Seal

PAGE: Final = 3  # changes on a page, and records in a part, whatever is asked for
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
        views: dict[str, Callable[[Asked], Reply]] = {
            "changes": self._changes,
            "snapshot": self._snapshot,
            "state": self._state,
        }
        if not request.name:
            links = {name: f"/v1/{name}" for name in views}
            return json_reply({"title": "A rehearsal", "languages": ["en"], "links": links})
        if request.name.startswith("items/"):
            return self._entry(unquote(request.name.removeprefix("items/")))
        if request.name not in views:
            raise Refusal(404, "not-found", f"there is nothing at {request.path[:100]}")
        asked = exchange.read(request)
        reply = views[request.name](asked)
        etag = f'"{hashlib.sha256(reply.body).hexdigest()[:32]}"'
        headers = {**reply.headers, "ETag": etag, "Cache-Control": "no-cache"}
        if etag in request.headers.get("if-none-match", ""):
            return Reply(status=304, headers=headers)
        return Reply(body=reply.body, headers=headers)

    def _changes(self, asked: Asked) -> Reply:
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
        return json_reply(
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

    def _snapshot(self, asked: Asked) -> Reply:
        after, upto = 0, self.seq
        if "page" in asked.values:
            first, _, cursor = asked.values["page"].partition("~")
            after, upto = exchange.whole(first), self._place(asked, cursor)
        found = [one for one in self.live(asked.scope) if after < one[1].seq <= upto]
        page = found[:PAGE]
        more = len(found) > len(page)
        ends = page[-1][1].seq if more else upto
        headers = {"Content-Type": "application/x-ndjson", "Cursor": self._cursor(asked, ends)}
        if more:
            query = urlencode({"page": f"{ends}~{self._cursor(asked, upto)}", **asked.filter})
            headers["Link"] = f'</v1/snapshot?{query}>; rel="next"'
        body = b"".join(orjson.dumps(_record(*one)) + b"\n" for one in page)
        return Reply(body=body, headers=headers)

    def _state(self, asked: Asked) -> Reply:
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
        return json_reply(fields)

    def _entry(self, id: str) -> Reply:
        latest = self.latest.get(id)
        if latest is None:
            raise Refusal(404, "not-found", "there is no entry of this id")
        if latest.piece is None:
            raise Refusal(410, "withdrawn", "this entry was withdrawn")
        return json_reply(_record(id, latest, latest.piece))

    # Cursors -------------------------------------------------------------------------------------

    def _cursor(self, asked: Asked, seq: int) -> str:
        meant = urlencode(asked.filter)
        return Cursor(epoch=f"{self.epoch:016x}", seq=seq, meant=meant, asked=meant).seal(self.seal)

    def _place(self, asked: Asked, cursor: str) -> int:
        meant = urlencode(asked.filter)
        return sync.read_cursor(
            cursor, self.seal, epoch=f"{self.epoch:016x}", head=self.seq, meant=meant, asked=meant
        )


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
