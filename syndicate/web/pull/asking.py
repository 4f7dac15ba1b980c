"""One request to `/v1`, read and checked before a view sees it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from syndicate.definitions import Definitions
from syndicate.documents import identity, record
from syndicate.store.engine import Connection
from syndicate.store.journal import Head
from syndicate.sync import Cursor, Scope, Seal, read_cursor
from syndicate.web.pull import parameters
from syndicate.web.pull.access import Caller
from syndicate.web.snapshot import Snapshot


@dataclass(frozen=True, kw_only=True)
class Asking:
    """A request: its parameters, and the state of the store in which it is answered."""

    connection: Connection
    snapshot: Snapshot
    definitions: Definitions
    head: Head
    values: Mapping[str, str]
    caller: Caller
    seal: Seal
    now: datetime

    @property
    def base_url(self) -> str:
        return self.definitions.network.base_url

    @cached_property
    def scope(self) -> Scope:
        return parameters.scope(self.values, self.definitions, self.caller.topics)

    @cached_property
    def state(self) -> str:
        """Return a digest of all that answers are made of: history, place in it, definitions."""
        return identity.fingerprint(
            self.head.epoch,
            str(self.head.seq),
            record.look(self.definitions),
            *self.definitions.texts.values(),
        )

    @cached_property
    def _meant(self) -> str:
        return parameters.meant(self.scope, self.definitions)

    @cached_property
    def _asked(self) -> str:
        return parameters.asked(self.values)

    def cursor(self, seq: int) -> str:
        """Return the cursor of this filter at a place in the journal."""
        cursor = Cursor(epoch=self.head.epoch, seq=seq, meant=self._meant, asked=self._asked)
        return cursor.seal(self.seal)

    def since(self) -> int:
        """Return the place of the `since` that was sent, 0 without one.

        Whoever sends a cursor has applied all that is before it: the caller's copy stands there.
        """
        token = self.values.get("since")
        seq = 0 if token is None else self.read(token)
        self.caller.confirm(self._meant, self.head.epoch, seq)
        return seq

    def begin(self) -> None:
        """Note that the caller begins a copy: what it has applied is not known yet."""
        self.caller.confirm(self._meant, self.head.epoch, 0)

    def read(self, cursor: str) -> int:
        """Return a cursor's place. CursorInvalid and CursorExpired say what is wrong with it."""
        return read_cursor(
            cursor,
            self.seal,
            epoch=self.head.epoch,
            head=self.head.seq,
            meant=self._meant,
            asked=self._asked,
        )

    def filter(self) -> str:
        """Return the filter as the query of an address, with an ampersand before it, or nothing."""
        return f"&{self._asked}" if self._asked else ""
