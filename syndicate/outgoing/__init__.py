"""The one guarded outgoing HTTP client: nobody makes us call what only we can reach (SSRF).

`fetch` gets what may have moved; `send` gives a body to a callback and follows nothing, and so does
a `Client`, which keeps connections open from one to the next. All return an answer of any status,
and raise FetchError for what was refused (by rule) or failed (at the other side), without the query
of the address, where a key may stand.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import closing
from typing import Final

from syndicate.errors import FetchError
from syndicate.outgoing import urls
from syndicate.outgoing.network import Guard
from syndicate.outgoing.waiting import retry_after
from syndicate.outgoing.wire import (
    DEFAULT_LIMITS,
    Answer,
    Connections,
    Limits,
    Request,
    exchange,
)

__all__ = ["Answer", "Client", "Guard", "Limits", "fetch", "retry_after", "send"]

_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_CREDENTIALS: Final = frozenset({"authorization", "cookie"})


def fetch(
    url: str,
    *,
    guard: Guard,
    limits: Limits = DEFAULT_LIMITS,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """GET `url`, following redirects. Credentials in `headers` go to the URL's own origin only."""
    deadline = time.monotonic() + limits.seconds
    sent = _lowered(headers)
    here = urls.parse(url)
    for _ in range(limits.redirects + 1):
        with closing(Connections(guard)) as connections:
            answer = exchange(Request("GET", here, sent), connections, limits, deadline)
        location = answer.headers.get("location")
        if answer.status not in _REDIRECTS or location is None:
            return answer
        there = urls.parse(location, base=here)
        if here.scheme == "https" and there.scheme != "https":
            raise FetchError(f"{urls.shown(here)} redirects from https to {there.scheme}")
        if urls.origin(there) != urls.origin(here):
            sent = {name: value for name, value in sent.items() if name not in _CREDENTIALS}
        here = there
    raise FetchError(
        f"{urls.shown(here)} comes after {limits.redirects} redirects and redirects again",
        "give the last address",
    )


class Client:
    """Sends, from many threads, over connections of which up to `kept` stay open in between."""

    def __init__(self, guard: Guard, *, limits: Limits = DEFAULT_LIMITS, kept: int = 0) -> None:
        self._connections = Connections(guard, kept=kept)
        self._limits = limits

    def send(
        self,
        url: str,
        body: bytes | None,
        *,
        method: str = "POST",
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """POST `body` to `url`, once; a redirect is an answer like any other and is not followed.

        With `method="GET"` and no body this asks a callback whether it is meant (WebSub, 5.3).
        """
        request = Request(method, urls.parse(url), _lowered(headers), body)
        deadline = time.monotonic() + self._limits.seconds
        return exchange(request, self._connections, self._limits, deadline)

    def close(self) -> None:
        self._connections.close()


def send(
    url: str,
    body: bytes | None,
    *,
    method: str = "POST",
    guard: Guard,
    limits: Limits = DEFAULT_LIMITS,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """POST `body` to `url` as a Client does, over a connection of its own."""
    with closing(Client(guard, limits=limits)) as client:
        return client.send(url, body, method=method, headers=headers)


def _lowered(headers: Mapping[str, str] | None) -> dict[str, str]:
    return {name.lower(): value for name, value in (headers or {}).items()}
