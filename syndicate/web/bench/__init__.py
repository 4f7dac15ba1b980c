"""The editor's bench: a file as readers of the page, of feeds and of mails would get it.

For one person at one machine. It needs no store, shows what is not published yet, and reloads
when the file is saved. views.py answers, panes.py makes what is shown side by side.
"""

from __future__ import annotations

import contextlib
import io
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from wsgiref.types import WSGIApplication

from werkzeug.serving import WSGIRequestHandler, make_server

from syndicate.definitions import Definitions
from syndicate.editorial.file import Previewed
from syndicate.errors import SyndicateError

_PAUSE: Final = 0.2  # seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """The site's files, as the bench asks for them.

    `listed` are paths, the one that was saved last first; `read` gives a file and the definitions
    that it was read with (DefinitionError where these are wrong); `stamp` changes with each save.
    """

    listed: Callable[[], list[str]]
    read: Callable[[str], tuple[Previewed, Definitions]]
    stamp: Callable[[str], str]


class _Quiet(WSGIRequestHandler):
    """Writes nothing of what is asked for: the bench asks itself twice a second."""

    def log(self, type: str, message: str, *args: object) -> None:
        pass


def serve(
    app: WSGIApplication, *, host: str, port: int, stop: threading.Event, ready: Callable[[], None]
) -> None:
    """Serve until `stop` is set. SyndicateError where the port cannot be had."""
    try:
        with contextlib.redirect_stderr(io.StringIO()):  # it would say what we say below
            server = make_server(host, port, app, threaded=True, request_handler=_Quiet)
    except (OSError, SystemExit) as error:
        raise SyndicateError(
            f"cannot listen at {host} port {port}", f"choose another: --port {port + 1}"
        ) from error
    thread = threading.Thread(target=server.serve_forever, args=(_PAUSE,), daemon=True)
    thread.start()
    ready()
    stop.wait()
    server.shutdown()
    server.server_close()
    thread.join()
