"""Tells another's hub which feeds have changed, so that it fetches them and sends them on.

How a publisher tells its hub is not in WebSub; all hubs take the form of PubSubHubbub 0.4.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from datetime import datetime
from urllib.parse import urlencode

from syndicate.definitions import Definitions
from syndicate.deliver.purging import LIMITS
from syndicate.errors import FetchError
from syndicate.outgoing import Client, Guard
from syndicate.store import documents, journal, site
from syndicate.store.engine import Connection
from syndicate.store.progress import Name

_FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Pinging:
    """What is told to the hub that network.toml names, if it is not our own. For one thread."""

    name: Name = "hub"

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        self._generation = -1
        self._hub = ""

    def head(self, connection: Connection) -> int | None:
        generation = journal.get_head(connection).generation
        if generation != self._generation:  # definitions are read again when they may be others
            self._hub, self._generation = _hub_of_others(connection), generation
        return generation if self._hub else None

    def first(self, _connection: Connection, _now: datetime) -> int:
        return 0

    def due(self, connection: Connection, reached: int) -> tuple[int, Sequence[str]]:
        definitions = site.get_definitions(connection)
        changed = documents.list_changed(connection, reached)
        topics = [definitions.absolute(p) for p, feed in changed if definitions.find_feed(feed)]
        return journal.get_head(connection).generation, topics

    def send(self, told: Sequence[str]) -> str | None:
        with closing(Client(self._guard, limits=LIMITS, kept=1)) as client:
            for topic in told:
                form = urlencode({"hub.mode": "publish", "hub.url": topic, "hub.topic": topic})
                try:
                    answer = client.send(self._hub, form.encode(), headers=_FORM)
                except FetchError as error:
                    return str(error)
                if not 200 <= answer.status < 300:
                    return f"the hub answered {answer.status}"
        return None


def _hub_of_others(connection: Connection) -> str:
    if site.BASE_URL not in site.get_values(connection):
        return ""  # nothing was published yet
    definitions: Definitions = site.get_definitions(connection)
    return "" if definitions.is_hub else definitions.network.hub
