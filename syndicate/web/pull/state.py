"""What tells a partner whether its copy is exact: a count, and a hash over everything live."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any, Final

from syndicate import sync
from syndicate.documents.identity import rfc3339
from syndicate.store import pull
from syndicate.store.pull import LiveSet
from syndicate.web.pull import parameters
from syndicate.web.pull.asking import Asking
from syndicate.web.pull.resource import CHECKED, Resource, of_data

REMEMBERED: Final = 64
"""Live sets of filters that are held: each has up to 256 hashes, some 30 KB."""


class State:
    """The view. It remembers what it made for filters; for everything the store keeps it."""

    def __init__(self) -> None:
        self._made: OrderedDict[tuple[str, int, str], LiveSet] = OrderedDict()

    def state(self, asking: Asking) -> Resource:
        """Answer the state of everything or of a filter; `Checked-At` says when it was asked."""
        buckets = parameters.choice(asking.values, "buckets", ("0", "1"), "0") == "1"

        def data() -> dict[str, Any]:
            live = self._live_set(asking)
            fields: dict[str, Any] = {
                "epoch": asking.head.epoch,
                "seq": asking.head.seq,
                "live_count": live.live,
                "set_hash": live.set_hash,
                "last_change_at": rfc3339(live.changed_at) if live.changed_at else None,
            }
            if buckets:
                hashes = (live.buckets.get(number, sync.EMPTY) for number in range(sync.BUCKETS))
                fields["buckets"] = list(hashes)
            return fields

        return of_data("State", data, parts=(str(asking.scope), str(buckets)), cache=CHECKED)

    def _live_set(self, asking: Asking) -> LiveSet:
        if asking.scope.is_everything:
            return pull.get_live_set(asking.connection)
        key = (asking.head.epoch, asking.head.seq, str(asking.scope))
        found = self._made.get(key)
        if found is None:
            found = self._made[key] = pull.get_live_set(asking.connection, asking.scope)
            while len(self._made) > REMEMBERED:
                self._made.popitem(last=False)
        return found
