"""The WebSub hub's work (W3C Recommendation of 23 January 2018): asks callbacks, sends documents.

Everything is in the store: whoever dies is followed by whoever claims the row next. So a callback
gets each state of a document at least once, unless a newer one comes first.
"""

from __future__ import annotations

import gzip
import hashlib
import hmac
import logging
import secrets
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Final, TypeVar
from urllib.parse import urlencode, urlsplit, urlunsplit

from syndicate import outgoing
from syndicate.definitions import Definitions
from syndicate.deliver.engine import Duty
from syndicate.errors import FetchError, FetchFailed
from syndicate.outgoing import Guard, Limits
from syndicate.store import engine as store
from syndicate.store import hub, site
from syndicate.store.engine import Engine
from syndicate.store.hub import Asked, Due

_T = TypeVar("_T", Asked, Due)
log = logging.getLogger(__name__)

LIMITS: Final = Limits(seconds=10, raw_bytes=4096, inflated_bytes=4096)
"""Of a callback's answer. A longer one counts as a failure."""

AT_ONCE: Final = 16  # exchanges side by side, so that one slow callback holds up few
_ASKED: Final = 4  # times that a callback which fails is asked
_FIRST_PAUSE: Final = timedelta(seconds=30)
_LONGEST_PAUSE: Final = timedelta(hours=1)
_BUSY: Final = frozenset({429, 503})


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

    def verify(self, _stop: threading.Event) -> bool:
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
            claimed = hub.claim_requests(connection, self._owner, now=now, limit=AT_ONCE)
        self._side_by_side(self._ask, claimed)
        return bool(claimed)

    def distribute(self, _stop: threading.Event) -> bool:
        """Send documents to those who lack them (7)."""
        now = self._clock()
        with store.reading(self._engine) as connection:
            if not hub.is_behind(connection, now):
                return False
            definitions = site.get_definitions(connection)
        if not definitions.is_hub:
            return False
        with store.recording(self._engine) as connection:
            claimed = hub.claim_due(connection, self._owner, now=now, limit=AT_ONCE)
        self._side_by_side(lambda due: self._send(due, definitions), claimed)
        return bool(claimed)

    def _side_by_side(self, act: Callable[[_T], None], claimed: list[_T]) -> None:
        if claimed:
            with ThreadPoolExecutor(min(AT_ONCE, len(claimed))) as pool:
                list(pool.map(act, claimed))

    # Asking ----------------------------------------------------------------------------------

    def _ask(self, asked: Asked) -> None:
        challenge = secrets.token_urlsafe(32)
        meant = again = False
        try:
            answer = outgoing.send(
                _question(asked, challenge),
                None,
                method="GET",
                guard=self._guard,
                limits=self._limits,
            )
        except FetchError as error:
            log.info("hub: %s", error)
            again = isinstance(error, FetchFailed)
        else:
            meant = 200 <= answer.status < 300 and answer.body == challenge.encode()
            again = answer.status >= 500 or answer.status == 429
        now = self._clock()
        with store.recording(self._engine) as connection:
            if again and asked.attempts < _ASKED:
                due = now + pause(asked.attempts)
                hub.put_off_request(connection, self._owner, asked.id, due)
            elif hub.end_request(connection, self._owner, asked.id) and meant:
                if asked.mode == "subscribe":
                    hub.subscribe(connection, asked, now=now)
                elif asked.mode == "unsubscribe":
                    hub.unsubscribe(connection, asked.topic, asked.callback)

    # Sending ---------------------------------------------------------------------------------

    def _send(self, due: Due, definitions: Definitions) -> None:
        body = gzip.decompress(due.gzip)
        status, wait = 0, pause(due.attempts)
        try:
            answer = outgoing.send(
                due.callback,
                body,
                guard=self._guard,
                limits=self._limits,
                headers=_headers(due, body, definitions),
            )
        except FetchError as error:
            log.info("hub: %s", error)
        else:
            status = answer.status
            asked = outgoing.retry_after(answer.headers) if status in _BUSY else None
            wait = max(wait, min(timedelta(seconds=asked or 0), _LONGEST_PAUSE))
        now = self._clock()
        with store.recording(self._engine) as connection:
            if 200 <= status < 300:
                hub.note_told(connection, self._owner, due, now=now)
            elif status == 410:
                hub.end(connection, due.id)
            else:
                hub.put_off(connection, self._owner, due.id, now + wait)


def pause(attempts: int) -> timedelta:
    """Return how long to wait after so many attempts: twice as long each time, up to an hour."""
    return min(_FIRST_PAUSE * (1 << min(attempts - 1, 10)), _LONGEST_PAUSE)


def sign(secret: str, body: bytes) -> str:
    """Return X-Hub-Signature (8)."""
    return f"sha256={hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}"


def _headers(due: Due, body: bytes, definitions: Definitions) -> dict[str, str]:
    self_link = f'<{definitions.absolute(due.topic)}>; rel="self"'
    signed = {"X-Hub-Signature": sign(due.secret, body)} if due.secret else {}
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
