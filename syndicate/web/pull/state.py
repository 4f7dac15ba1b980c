"""What tells a partner whether its copy is exact: a count, and a hash over everything live."""

from __future__ import annotations

from typing import Any

from syndicate import sync
from syndicate.documents.identity import rfc3339
from syndicate.store import pull
from syndicate.web.pull import parameters
from syndicate.web.pull.asking import Asking
from syndicate.web.pull.resource import CHECKED, Resource, of_data


def state(asking: Asking) -> Resource:
    """Answer the state of everything or of a filter; `Checked-At` says that quiet is not broken."""
    buckets = parameters.choice(asking.values, "buckets", ("0", "1"), "0") == "1"

    def data() -> dict[str, Any]:
        live = pull.get_live_set(asking.connection, asking.scope)
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
