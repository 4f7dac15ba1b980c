"""What planning and sending look up again and again, kept for as long as it holds."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from syndicate.alerts.news import Matcher
from syndicate.definitions import Definitions
from syndicate.model import Alerts, Summary
from syndicate.store import site, summaries
from syndicate.store.engine import Connection

MOST_SUMMARIES: Final = 2_000
MOST_ANSWERS: Final = 10_000


class Knowledge:
    """The definitions as published, and summaries' revisions, which never change."""

    def __init__(self) -> None:
        self._values: dict[str, str] = {}
        self._definitions: Definitions | None = None
        self._matcher: Matcher | None = None
        self._asked: dict[tuple[tuple[str, ...], str, int], bool] = {}
        self._texts: dict[tuple[str, int], Summary] = {}
        self.version = 0  # goes up when the definitions change

    def look(self, connection: Connection) -> bool:
        """Read the definitions anew if they changed; False where nothing has been published."""
        found = site.get_values(connection)
        if site.BASE_URL not in found:
            return False
        values = {n: v for n, v in found.items() if n == site.BASE_URL or n.endswith(".toml")}
        if values != self._values:
            self._definitions = site.get_definitions(connection)
            self._matcher = Matcher(self._definitions)
            self._values = values
            self._asked.clear()
            self.version += 1
        return True

    @property
    def definitions(self) -> Definitions:
        assert self._definitions is not None
        return self._definitions

    @property
    def matcher(self) -> Matcher:
        assert self._matcher is not None
        return self._matcher

    @property
    def alerts(self) -> Alerts | None:
        return self.definitions.network.alerts

    def asks_for(self, selections: tuple[str, ...], summary: Summary, revision: int) -> bool:
        """Tell whether any of these selections has a summary."""
        key = (selections, summary.id, revision)
        if key not in self._asked:
            if len(self._asked) > MOST_ANSWERS:
                self._asked.clear()
            matches = self.matcher.matches
            self._asked[key] = any(matches(text, summary) for text in selections)
        return self._asked[key]

    def texts(
        self, connection: Connection, keys: Iterable[tuple[str, int]]
    ) -> dict[tuple[str, int], Summary]:
        """Return revisions of summaries, by id and revision."""
        wanted = list(dict.fromkeys(keys))
        if len(self._texts) > MOST_SUMMARIES:
            self._texts.clear()
        lacking = [key for key in wanted if key not in self._texts]
        while lacking:  # one summary may be asked for in several revisions: one at a time
            part = dict(lacking)
            found = summaries.get_many(connection, list(part.items()))
            self._texts.update({(name, part[name]): text for name, text in found.items()})
            lacking = [key for key in lacking if part[key[0]] != key[1]]
        return {key: self._texts[key] for key in wanted if key in self._texts}
