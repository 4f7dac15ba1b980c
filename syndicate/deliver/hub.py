"""The WebSub hub's work (W3C Recommendation of 23 January 2018): asks callbacks, sends documents.

Everything is in the store: whoever dies is followed by whoever claims the row next. So a callback
gets each state of a document at least once, unless a newer one comes first.
"""

from __future__ import annotations

import gzip
import hmac
import logging
import secrets
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final, Protocol, TypeVar
from urllib.parse import urlencode, urlsplit, urlunsplit

from syndicate import outgoing
from syndicate.definitions import Definitions
from syndicate.deliver.engine import Duty
from syndicate.deliver.fanout import AT_ONCE, FanOut
from syndicate.errors import FetchError, FetchFailed
from syndicate.outgoing import Client, Guard, Limits
from syndicate.store import engine as store
from syndicate.store import hub, site
from syndicate.store.engine import Connection, Engine
from syndicate.store.hub import Asked, Due

log = logging.getLogger(__name__)

LIMITS: Final = Limits(seconds=10, raw_bytes=4096, inflated_bytes=4096)
"""Of a callback's answer. A longer one counts as a failure."""

_CLAIM: Final = 96  # rows; at the worst they take 100 s, less than their lease
_TURN: Final = 1000  # rows
_ASKED: Final = 4  # times that a callback which fails is asked
_FIRST_PAUSE: Final = timedelta(seconds=30)
_LONGEST_PAUSE: Final = timedelta(hours=1)
_BUSY: Final = frozenset({429, 503})
_GONE: Final = 410

_T = TypeVar("_T", Asked, Due)
_R = TypeVar("_R")
_Answered = tuple[Asked, bool, bool]
"""Whether it meant it, and whether it is to be asked again."""
_Told = tuple[Due, int, timedelta]
"""The status, 0 without an answer, and how long to wait after a failure."""


class _Claim(Protocol[_T]):
    def __call__(
        self, connection: Connection, owner: str, *, now: datetime, limit: int
    ) -> list[_T]: ...


class Hub:
    """One worker's part of it. For one thread, which starts others for each exchange."""

    def __init__(
        self,
        engine: Engine,
        guard: Guard,
        *,
        owner: str,
        clock: Callable[[], datetime],
        limits: Limits = LIMITS,
    ) -> None:
        self._engine = engine
        self._guard = guard
        self._owner = owner
        self._clock = clock
        self._limits = limits

    @property
    def duties(self) -> Mapping[str, Duty]:
        """Return what is to be done again and again, by name, in this order."""
        return {"hub: verify": self.verify, "hub: distribute": self.distribute}

    def verify(self, stop: threading.Event) -> bool:
        """Ask callbacks whether they meant it (5.3), and tell those that are denied (5.2)."""
        now = self._clock()
        with store.reading(self._engine) as connection:
            if not hub.is_due(connection, now):
                return False
            definitions = site.get_definitions(connection)
        with store.recording(self._engine) as connection:
            hub.forget_expired(connection, now)
            for row in hub.take_orphans(connection, AT_ONCE):
                hub.ask(connection, _denied(row, definitions), now=now)
        with closing(self._client()) as client:
            return self._do(
                hub.claim_requests, lambda asked: _ask(client, asked), self._note_asked, stop
            )

    def distribute(self, stop: threading.Event) -> bool:
        """Send documents to those who lack them (7)."""
        with store.reading(self._engine) as connection:
            if not hub.is_behind(connection, self._clock()):
                return False
            definitions = site.get_definitions(connection)
        if not definitions.is_hub:
            return False
        with closing(self._client()) as client:
            return self._do(
                hub.claim_due, lambda due: _send(client, due, definitions), self._note_sent, stop
            )

    def _client(self) -> Client:
        return Client(self._guard, limits=self._limits, kept=AT_ONCE)

    def _do(
        self,
        claim: _Claim[_T],
        act: Callable[[_T], _R],
        note: Callable[[Connection, list[_R]], None],
        stop: threading.Event,
    ) -> bool:
        """Do what is due, so much that the other duty has its turn; tell whether there was any."""
        left = _TURN

        def claim_some() -> list[_T]:
            nonlocal left
            if not left:
                return []
            with store.recording(self._engine) as connection:
                limit = min(_CLAIM, left)
                found = claim(connection, self._owner, now=self._clock(), limit=limit)
            left -= len(found)
            return found

        def note_some(done: list[_R]) -> None:
            with store.recording(self._engine) as connection:
                note(connection, done)

        if rest := FanOut(claim_some, act, note_some).run(stop):
            with store.recording(self._engine) as connection:
                hub.release(connection, self._owner, rest, now=self._clock())
        return left < _TURN

    def _note_asked(self, connection: Connection, done: Sequence[_Answered]) -> None:
        now = self._clock()
        for asked, meant, again in done:
            if again and asked.attempts < _ASKED:
                due = now + pause(asked.attempts)
                hub.put_off_request(connection, self._owner, asked.id, due)
            elif hub.end_request(connection, self._owner, asked.id) and meant:
                if asked.mode == "subscribe":
                    hub.subscribe(connection, asked, now=now)
                elif asked.mode == "unsubscribe":
                    hub.unsubscribe(connection, asked.topic, asked.callback)

    def _note_sent(self, connection: Connection, done: Sequence[_Told]) -> None:
        now = self._clock()
        told = [due for due, status, _wait in done if 200 <= status < 300]
        hub.note_told(connection, self._owner, told, now=now)
        for due, status, wait in done:
            if status == _GONE:
                hub.end(connection, due.id)
            elif not 200 <= status < 300:
                hub.put_off(connection, self._owner, due.id, now + wait)


def _ask(client: Client, asked: Asked) -> _Answered:
    challenge = secrets.token_urlsafe(32)
    try:
        answer = client.send(_question(asked, challenge), None, method="GET")
    except FetchError as error:
        log.info("hub: %s", error)
        return asked, False, isinstance(error, FetchFailed)
    meant = 200 <= answer.status < 300 and answer.body == challenge.encode()
    return asked, meant, answer.status >= 500 or answer.status == 429


def _send(client: Client, due: Due, definitions: Definitions) -> _Told:
    body, wait = _unpacked(due.gzip), pause(due.attempts)
    try:
        answer = client.send(due.callback, body, headers=_headers(due, body, definitions))
    except FetchError as error:
        log.info("hub: %s", error)
        return due, 0, wait
    asked = outgoing.retry_after(answer.headers) if answer.status in _BUSY else None
    return due, answer.status, max(wait, min(timedelta(seconds=asked or 0), _LONGEST_PAUSE))


_unpacked = lru_cache(maxsize=8)(gzip.decompress)  # all who lack a document get the same bytes


def pause(attempts: int) -> timedelta:
    """Return how long to wait after so many attempts: twice as long each time, up to an hour."""
    return min(_FIRST_PAUSE * (1 << min(attempts - 1, 10)), _LONGEST_PAUSE)


def sign(secret: str, body: bytes, method: str = "sha256") -> str:
    """Return X-Hub-Signature (8) by a method of its registry: sha1, sha256, sha384, sha512."""
    return f"{method}={hmac.digest(secret.encode(), body, method).hex()}"


def _headers(due: Due, body: bytes, definitions: Definitions) -> dict[str, str]:
    self_link = f'<{definitions.absolute(due.topic)}>; rel="self"'
    method = definitions.network.hub_signature
    signed = {"X-Hub-Signature": sign(due.secret, body, method)} if due.secret else {}
    return {
        "Content-Type": due.media_type,
        "Link": f'{self_link}, <{definitions.network.hub}>; rel="hub"',
        **signed,
    }


def _question(asked: Asked, challenge: str) -> str:
    """Return the callback's address with our fields after its own (5.3.1)."""
    fields = {"hub.mode": asked.mode, "hub.topic": asked.asked}
    if asked.mode == "denied":
        fields["hub.reason"] = asked.reason
    else:
        fields["hub.challenge"] = challenge
    if asked.mode == "subscribe":
        fields["hub.lease_seconds"] = str(asked.seconds)
    parts = urlsplit(asked.callback)
    query = "&".join(filter(None, (parts.query, urlencode(fields))))
    return urlunsplit(parts._replace(query=query))


def _denied(row: Mapping[str, object], definitions: Definitions) -> Asked:
    topic = str(row["topic"])
    return Asked(
        mode="denied",
        topic=topic,
        asked=definitions.absolute(topic),
        callback=str(row["callback"]),
        host=str(row["host"]),
        reason="this feed is no longer published",
    )
