"""Asks the application within this process, as a client would, and keeps what it answers."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from syndicate.web.headers import Headers
from syndicate.web.negotiation import Coding
from syndicate.web.published import WSGI

CODINGS: Final[tuple[Coding, ...]] = ("gzip", "br")
_NOT_KEPT: Final = frozenset({"content-length", "content-encoding", "etag"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What is answered at a public path: the bytes by coding, headers without those of a coding.

    `file` is where the bytes stand below site/, once they were written.
    """

    path: str
    status: int
    headers: Headers
    bodies: Mapping[Coding, bytes] = field(default_factory=dict, repr=False)
    file: str = ""

    def header(self, name: str) -> str:
        return next((value for key, value in self.headers if key.lower() == name), "")

    @property
    def last_modified(self) -> datetime | None:
        text = self.header("last-modified")
        return parsedate_to_datetime(text) if text else None

    @property
    def is_page(self) -> bool:
        return self.header("content-type").startswith("text/html")


class Asker:
    """Asks for paths without the base URL's own, and knows them with it."""

    def __init__(self, app: WSGI, base_url: str) -> None:
        self._app = app
        self._base = urlsplit(base_url)
        self.root = self._base.path

    def ask(self, path: str) -> Answer:
        """Return what is answered at a path, in every coding that there is."""
        status, headers, body = self._get(path, "identity")
        bodies: dict[Coding, bytes] = {"identity": body}
        if status == 200:
            for coding in CODINGS:
                _, found, encoded = self._get(path, coding)
                if ("Content-Encoding", coding) in found:
                    bodies[coding] = encoded
        kept = tuple(one for one in headers if one[0].lower() not in _NOT_KEPT)
        return Answer(path=self.root + path, status=status, headers=kept, bodies=bodies)

    def _get(self, path: str, coding: str) -> tuple[int, Headers, bytes]:
        answered: list[Any] = []

        def start(status: str, headers: list[tuple[str, str]], *_: object) -> None:
            answered[:] = [int(status.split(maxsplit=1)[0]), tuple(headers)]

        chunks = self._app(self._environ(path, coding), start)
        try:
            body = b"".join(chunks)
        finally:
            close = getattr(chunks, "close", None)
            if close:
                close()
        return answered[0], answered[1], body

    def _environ(self, path: str, coding: str) -> dict[str, Any]:
        """Return a request as WSGI has it (PEP 3333): the path as bytes that look like Latin-1."""
        return {
            "REQUEST_METHOD": "GET",
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote(path).encode().decode("latin-1"),
            "QUERY_STRING": "",
            "SERVER_NAME": self._base.hostname or "localhost",
            "SERVER_PORT": str(self._base.port or 80),
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_HOST": self._base.netloc,
            "HTTP_ACCEPT_ENCODING": coding if coding == "identity" else f"{coding}, identity;q=0.1",
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": self._base.scheme,
            "wsgi.input": io.BytesIO(),
            "wsgi.errors": io.StringIO(),
            "wsgi.multithread": False,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
