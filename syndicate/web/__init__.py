"""The web: a WSGI layer that answers what is published, and Flask for everything else.

Read published.py for the layer, generations.py for how it learns of a publish, application.py
for how they are put together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from syndicate.config import Settings

if TYPE_CHECKING:
    from syndicate.web.board import Board
    from syndicate.web.published import Published


def create_app(
    settings: Settings,
    *,
    host: str | None = None,
    port: int | None = None,
    board: Board | None = None,
) -> Published:
    """Return the WSGI callable of an installation. The store may be down: then it answers 503.

    `host` and `port` are where the server listens, if it says so: an address of this machine's
    own means that every loopback name is answered. `board` is where the workers of one service add
    their figures up. `close` ends the thread that this starts.
    """
    from syndicate.web import application  # noqa: PLC0415 - a supervisor of workers needs no Flask

    return application.make(settings, host=host, port=port, board=board)
