"""A `/v1` as one partner asks it: a page of changes, a part of the snapshot, the state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlencode

from syndicate.errors import CursorExpired
from syndicate.mirror import asking, wire
from syndicate.mirror.asking import Ask
from syndicate.mirror.wire import Page, Part, State
from syndicate.outgoing import Answer

MOST: Final = 200  # changes asked for at once: of the longest texts they are 100 MB


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """`address` ends with a slash, `scope` is the filter's query.

    All three raise OriginBusy (later), OriginError (refused), and CursorExpired where the copy has
    to begin anew.
    """

    address: str
    ask: Ask = field(repr=False)
    url: str = ""  # what led to it
    scope: str = ""
    key: str | None = field(default=None, repr=False)

    def changes(self, cursor: str, *, etag: str = "", wait: int = 0) -> Page | None:
        """Return what changed after `cursor`; None where `etag` still says that nothing has."""
        asked = {"since": cursor, "limit": str(MOST)} | ({"wait": str(wait)} if wait else {})
        headers = {"if-none-match": etag} if etag else {}
        answer = self._get("changes", urlencode(asked), self.scope, headers=headers, wait=wait)
        return None if answer.status == 304 else wire.read_page(answer.body, answer.headers)

    def snapshot(self, part: str) -> Part:
        """Return a part of all that there is, the first one for an empty `part`."""
        # the query of a further part has the filter in it
        queries = (part,) if part else (self.scope,)
        answer = self._get("snapshot", *queries, headers={"accept": "application/x-ndjson"})
        return wire.read_part(answer.body, answer.headers)

    def state(self) -> State:
        """Return what the origin has now."""
        answer = self._get("state", "buckets=1", self.scope)
        return wire.read_state(answer.body, answer.headers)

    def _get(
        self, name: str, *queries: str, headers: Mapping[str, str] | None = None, wait: int = 0
    ) -> Answer:
        query = "&".join(filter(None, queries))
        url = f"{self.address}{name}{'?' if query else ''}{query}"
        sent = {"accept": "application/json", **(headers or {})}
        if self.key:
            sent["authorization"] = f"Bearer {self.key}"
        answer = asking.get(self.ask, url, sent, seconds=asking.SECONDS + wait)
        if answer.status in {400, 410}:
            code, words = wire.read_problem(answer.body)
            # a cursor that is called invalid was ours all the same: the origin has lost its keys
            if answer.status == 410 or code == "cursor-invalid":
                raise CursorExpired(words or "the cursor is no longer good")
            raise asking.refusal(url, answer)
        return answer
