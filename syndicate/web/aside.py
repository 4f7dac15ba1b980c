"""Keeps the server's one thread for what is ready: everything else is answered aside, by others.

Granian answers fastest with one thread, which must then never wait: not for the store, not for a
news that a partner waits for, not for a client that reads slowly. Granian takes an answer from
whichever thread gives it and whenever, so a request that the layer does not answer from memory is
left to a thread of its own. Under any other WSGI server the same application answers in turn.

A body that a client sends is the exception: granian closes it when its call returns, and no other
thread can read it. So the server has further threads, which rest while the first takes requests,
and take them while it waits for a body: those that took turns would hand Python's lock to and fro.
"""

from __future__ import annotations

import io
import logging
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

_log = logging.getLogger(__name__)
KEY: Final = "syndicate.aside"
"""In the environ of a server that takes answers later: the layer then returns an `Aside`."""

GRANIANS: Final = "_wsgi_call_wrap"
"""What `wrap` takes the place of in granian.server.mp, in a worker, before it serves."""

AT_ONCE: Final = 64
"""Requests that are answered aside at the same time; a further one is told to come back."""

BODIES_AT_ONCE: Final = 4
"""Requests whose bodies are waited for at the same time; the server has as many more threads."""

BODY_WITHIN: Final = 5.0
"""Seconds within which a body must have come; nginx sends one at once, when it has it whole.

A later one is answered 408, but granian gives up reading only when the client leaves.
"""

REST: Final = 20.0
"""Seconds that a thread rests for at most: less than granian's 30 until an idle thread ends."""

LARGEST_BODY: Final = 64 * 1024
"""Bytes of a body that are read; the application refuses a larger one by itself."""

WSGI = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
_BUSY: Final = (
    503,
    [("Content-Type", "text/plain; charset=utf-8"), ("Retry-After", "2")],
    b"Too many requests wait here. Come back in two seconds.\n",
)
_FAILED: Final = (500, [("Content-Type", "text/plain; charset=utf-8")], b"It is in the log.\n")
_LATE: Final = (
    408,
    [("Content-Type", "text/plain; charset=utf-8"), ("Connection", "close")],
    b"The request's body did not come within five seconds. Send it again.\n",
)
_BASE: Final[dict[str, Any]] = {
    "GATEWAY_INTERFACE": "CGI/1.1",
    "SCRIPT_NAME": "",
    "SERVER_SOFTWARE": "Granian",
    "wsgi.errors": sys.stderr,
    "wsgi.input_terminated": True,
    "wsgi.multiprocess": False,
    "wsgi.multithread": True,
    "wsgi.run_once": False,
    "wsgi.version": (1, 0),
    KEY: True,
}


class Aside(Iterable[bytes]):
    """What stands in for the body of a request that another thread is to answer."""

    __slots__ = ("app", "environ")

    def __init__(self, app: WSGI, environ: dict[str, Any]) -> None:
        self.app = app
        self.environ = environ

    def __iter__(self) -> Iterator[bytes]:
        raise AssertionError("only a server that takes answers later gets this")


class _Started:
    """A start_response that remembers what it was told, as granian wants it."""

    __slots__ = ("headers", "status")

    def __init__(self) -> None:
        self.status = 200
        self.headers: list[tuple[str, str]] = []

    def __call__(self, status: str, headers: list[tuple[str, str]], _error: Any = None) -> None:  # noqa: ANN401 - PEP 3333's
        self.status = int(status[:3])
        self.headers = headers


class _Iteration:
    """An iterable body as granian reads it."""

    __slots__ = ("__next__", "_body")

    def __init__(self, body: Iterable[bytes]) -> None:
        self._body = body
        self.__next__ = iter(body).__next__

    def close(self) -> None:
        close = getattr(self._body, "close", None)
        if close is not None:
            close()


def wrap(callback: WSGI, _scope: Mapping[str, Any], _log_format: str | None = None) -> Any:  # noqa: ANN401 - granian's
    """Return what granian calls with (protocol, scope) for each request.

    Granian's own answers before it returns. What this adds to a scope to make it an environ
    (PEP 3333) is added for those who answer aside: what is answered from memory does not read it.
    """
    return _Calls(callback).answer


class _Calls:
    """Granian's calls of one application."""

    def __init__(self, callback: WSGI) -> None:
        self._callback = callback
        self._places = threading.BoundedSemaphore(AT_ONCE)
        self._bodies = threading.BoundedSemaphore(BODIES_AT_ONCE)
        self._turns = _Turns()

    def answer(self, protocol: Any, scope: dict[str, Any]) -> int:  # noqa: ANN401 - granian's
        started = _Started()
        scope[KEY] = True
        body = self._callback(scope, started)
        if isinstance(body, Aside):
            status = self._leave(protocol, body)
        else:
            status = _give(protocol, started, body)
        self._turns.end()
        return status

    def _leave(self, protocol: Any, aside: Aside) -> int:  # noqa: ANN401 - granian's
        """Leave a request to a thread of its own, with its body in memory."""
        if not self._places.acquire(blocking=False):
            protocol.response_bytes(*_BUSY)
            return _BUSY[0]
        if _has_body(aside.environ) and not self._take_body(protocol, aside.environ):
            self._places.release()
            protocol.response_bytes(*_BUSY)
            return _BUSY[0]
        threading.Thread(target=self._answer_aside, args=(protocol, aside), daemon=True).start()
        return 200

    def _take_body(self, protocol: Any, environ: dict[str, Any]) -> bool:  # noqa: ANN401 - granian's
        """Put what the client sends into memory; False where too many are waited for."""
        if not self._bodies.acquire(blocking=False):
            return False
        late = threading.Timer(BODY_WITHIN, protocol.response_bytes, _LATE)
        late.daemon = True
        late.start()
        try:
            with self._turns.of_others():
                environ["wsgi.input"] = io.BytesIO(environ["wsgi.input"].read(LARGEST_BODY + 1))
        except OSError:  # the client is gone: nobody sees what is answered
            environ["wsgi.input"] = io.BytesIO()
        finally:
            late.cancel()
            self._bodies.release()
        return True

    def _answer_aside(self, protocol: Any, aside: Aside) -> None:  # noqa: ANN401 - granian's
        try:
            started = _Started()
            _give(protocol, started, aside.app(_BASE | aside.environ, started))
        except Exception:  # noqa: BLE001 - whoever waits must get an answer
            _log.exception("a request could not be answered")
            protocol.response_bytes(*_FAILED)
        finally:
            self._places.release()


class _Turns:
    """Whose turn it is to take requests: the first thread's, but while that waits for a body.

    Granian starts the others when requests queue, and ends one for which none came for a while;
    should that be the first, another takes its place.
    """

    def __init__(self) -> None:
        self._first = 0  # threading.get_ident()
        self._ended = 0  # requests of the first
        self._needed = threading.Event()

    def end(self) -> None:
        """End a request: another than the first thread rests until it is needed."""
        if not self._first:
            self._first = threading.get_ident()
        if threading.get_ident() == self._first:
            self._ended += 1
            return
        ended = self._ended
        if not self._needed.wait(REST) and self._ended == ended:
            self._first = threading.get_ident()  # that one is idle, or no more

    @contextmanager
    def of_others(self) -> Iterator[None]:
        """Have others take requests within the block."""
        needed = threading.get_ident() == self._first
        if needed:
            self._needed.set()
        try:
            yield
        finally:
            if needed:
                self._needed.clear()


def _has_body(environ: Mapping[str, Any]) -> bool:
    return "CONTENT_LENGTH" in environ or "HTTP_TRANSFER_ENCODING" in environ


def _give(protocol: Any, started: _Started, body: Iterable[bytes]) -> int:  # noqa: ANN401 - granian's
    if isinstance(body, list):
        protocol.response_bytes(started.status, started.headers, b"".join(body))
    else:
        protocol.response_iter(started.status, started.headers, _Iteration(body))
    return started.status
