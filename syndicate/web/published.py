"""The WSGI layer before Flask: answers what is published from memory, and what is not ours.

An ordinary view costs several times as much as the rest of a request; here a feed costs three
look-ups. So the usual request goes straight through `__call__`, and everything else leaves it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any, Final

from syndicate.web import aside, guard, headers
from syndicate.web.aside import Aside
from syndicate.web.board import Counts
from syndicate.web.conditional import ALLOW, READ_ONLY
from syndicate.web.generations import Generations
from syndicate.web.guard import Refusal
from syndicate.web.headers import Headers
from syndicate.web.negotiation import LONGEST, Coding, choose
from syndicate.web.prepared import Prepared
from syndicate.web.pull import problems

StartResponse = Callable[..., Any]
WSGI = Callable[[dict[str, Any], StartResponse], Iterable[bytes]]
_REMEMBERED: Final = 1_000  # Accept-Encoding headers; clients send a few dozen different ones
_GONE: Final = b"This feed has been withdrawn for good. All feeds: /feeds/\n"


def _nothing() -> None:
    """Have nothing to do at the end."""


class Published:
    """Stands before `rest`. Query strings mean nothing to documents: the bytes are the same."""

    def __init__(
        self, generations: Generations, rest: WSGI, at_end: Callable[[], None] = _nothing
    ) -> None:
        self.generations = generations
        self._rest = rest
        self._at_end = at_end
        self._choices: dict[tuple[str | None, bool], Coding | None] = {}
        self.counts = Counts()

    def close(self) -> None:
        """End what was started with the application."""
        self._at_end()
        self.generations.close()

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        snapshot = self.generations.current
        prepared = snapshot.documents.get(environ.get("PATH_INFO", ""))
        if (
            prepared is None
            or environ["REQUEST_METHOD"] != "GET"
            or environ.get("HTTP_HOST") not in snapshot.hosts.known
        ):
            return self._answer(environ, start_response)
        return self._send(prepared, environ, start_response)

    def _send(
        self, prepared: Prepared, environ: dict[str, Any], start_response: StartResponse
    ) -> Iterable[bytes]:
        """Answer GET by the short way if it can be taken: one coding, one tag, no date."""
        tags = environ.get("HTTP_IF_NONE_MATCH")
        if tags is not None:
            unmodified = prepared.unmodified.get(tags)
            # a weight of 0 may leave no coding; 406 comes before preconditions (RFC 9110, 13.2.1)
            if unmodified is None or "0" in environ.get("HTTP_ACCEPT_ENCODING", ""):
                return self._send_slowly(prepared, environ, start_response)
            self.counts.unmodified += 1
            start_response("304 Not Modified", unmodified.copy())
            return []
        accepted = environ.get("HTTP_ACCEPT_ENCODING")
        br = "br" in prepared.full
        try:
            coding = self._choices[accepted, br]
        except KeyError:
            coding = self._choose(accepted, br=br)
        if coding in prepared.full and "HTTP_IF_MODIFIED_SINCE" not in environ:
            found, body = prepared.full[coding]
            self.counts.full += 1
            start_response("200 OK", found.copy())
            return body
        return self._send_slowly(prepared, environ, start_response)

    def _choose(self, accepted: str | None, *, br: bool) -> Coding | None:
        coding = choose(accepted, ("identity", "gzip", "br") if br else ("identity", "gzip"))
        if len(self._choices) < _REMEMBERED and len(accepted or "") < LONGEST:
            self._choices[accepted, br] = coding
        return coding

    def _send_slowly(
        self, prepared: Prepared, environ: dict[str, Any], start_response: StartResponse
    ) -> Iterable[bytes]:
        answer = prepared.answer(environ)
        if answer.status == HTTPStatus.NOT_MODIFIED:
            self.counts.unmodified += 1
        elif answer.status < HTTPStatus.BAD_REQUEST:
            self.counts.full += 1
        else:
            self.counts.refused += 1
        start_response(_line(answer.status), list(answer.headers))
        body = prepared.body(answer)
        return [body] if body else []

    # Everything that is not a GET of a document ----------------------------------------------

    def _answer(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        snapshot = self.generations.current
        path = environ.get("PATH_INFO", "")
        refusal = guard.refusal(environ, snapshot.hosts)
        if refusal:
            self.counts.refused += 1
            return self._refuse(environ, start_response, refusal)
        prepared = snapshot.documents.get(path) or snapshot.kept.get(path)
        if prepared is not None:
            usual = environ["REQUEST_METHOD"] == "GET"
            send = self._send if usual else self._send_slowly
            return send(prepared, environ, start_response)
        if path in snapshot.gone:
            self.counts.refused += 1
            return self._text(environ, start_response, HTTPStatus.GONE, _GONE)
        target = snapshot.redirects.get(path)
        if target is not None:
            target = snapshot.root + target if target.startswith("/") else target
            return self._lead_on(target, environ, start_response)
        self.counts.passed += 1
        if aside.KEY in environ:
            return Aside(self._rest, environ)
        return self._rest(environ, start_response)

    def _lead_on(
        self, target: str, environ: dict[str, Any], start_response: StartResponse
    ) -> Iterable[bytes]:
        """Tell where the document of an old address is now; 301 is for readers of it alone."""
        method = environ["REQUEST_METHOD"]
        if method == "OPTIONS":
            security = self.generations.current.security
            found = [ALLOW, *headers.PREFLIGHT, *headers.ANY_ORIGIN, *security]
            start_response(_line(HTTPStatus.NO_CONTENT), found)
            return []
        if method not in ("GET", "HEAD"):
            self.counts.refused += 1
            extra = (ALLOW, *headers.PUBLIC)
            status = HTTPStatus.METHOD_NOT_ALLOWED
            return self._text(environ, start_response, status, READ_ONLY.encode(), extra)
        self.counts.redirected += 1
        moved = (("Location", target), ("Cache-Control", headers.MOVED_CACHE), *headers.PUBLIC)
        text = f"This is now at {target}\n".encode()
        return self._text(environ, start_response, HTTPStatus.MOVED_PERMANENTLY, text, moved)

    def _refuse(
        self, environ: dict[str, Any], start_response: StartResponse, refusal: Refusal
    ) -> Iterable[bytes]:
        """Turn a request away: as a problem where programs ask, in plain text elsewhere."""
        if not problems.is_ours(environ.get("PATH_INFO", "")):
            return self._text(environ, start_response, refusal.status, refusal.text)
        definitions = self.generations.current.definitions
        status, body = problems.of_guard(
            refusal.status,
            refusal.text.decode(),
            definitions.network.base_url if definitions else "",
        )
        return self._text(
            environ,
            start_response,
            HTTPStatus(status),
            body,
            problems.HEADERS,
            media_type=problems.MEDIA_TYPE,
        )

    def _text(
        self,
        environ: dict[str, Any],
        start_response: StartResponse,
        status: HTTPStatus,
        text: bytes,
        extra: Headers = (("Cache-Control", headers.ERROR_CACHE), *headers.PUBLIC),
        *,
        media_type: str = "text/plain; charset=utf-8",
    ) -> Iterable[bytes]:
        found = [
            ("Content-Type", media_type),
            ("Content-Length", str(len(text))),
            *extra,
            *self.generations.current.security,
        ]
        start_response(_line(status), found)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [text]


def _line(status: int) -> str:
    return f"{status:d} {HTTPStatus(status).phrase}"
