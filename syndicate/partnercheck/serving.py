"""The script as an HTTP server, for a mirror that runs on this machine or near it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar, Final
from urllib.parse import urlsplit

from syndicate.partnercheck.exchange import Reply, Request, problem
from syndicate.partnercheck.script import Script

_PAUSE: Final = 0.02  # seconds: how soon it ends; a rehearsal begins and ends one for each scene


@contextmanager
def serving(script: Script, host: str, port: int, lock: threading.Lock) -> Iterator[str]:
    """Serve until the end of the block; yield the address. OSError: the port is taken."""

    class Handler(_Handler):
        asked = script
        one_at_a_time = lock

    server = ThreadingHTTPServer((host, port), Handler)
    threading.Thread(target=server.serve_forever, args=(_PAUSE,), daemon=True).start()
    try:
        yield f"http://{host}:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    asked: ClassVar[Script]
    one_at_a_time: ClassVar[threading.Lock]
    protocol_version = "HTTP/1.1"
    server_version = "rehearsal"

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(path=parts.path, query=parts.query, headers=headers, at=time.time())
        with self.one_at_a_time:
            reply = self.asked.answer(request)
        self._send(reply)

    def do_HEAD(self) -> None:
        self._send(problem(405, "method-not-allowed", "use GET", {}), body=False)

    do_POST = do_HEAD  # noqa: N815 - the name is http.server's

    def _send(self, reply: Reply, *, body: bool = True) -> None:
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if reply.status != 304:
            self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        if body:
            self.wfile.write(reply.body[: len(reply.body) // 2] if reply.cut else reply.body)
        self.close_connection = self.close_connection or reply.cut

    def log_message(self, *_args: object) -> None:
        """Say nothing: what came is judged, and told, at the end."""
