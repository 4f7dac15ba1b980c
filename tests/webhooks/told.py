"""What several partners were told, counted."""

from __future__ import annotations

import json
from collections import Counter

from tests.killing import Killer
from tests.outgoing.stand import sent
from tests.webhooks.conftest import Stand


def call_all(stand: Stand, killer: Killer, *, partners: int, changes: int, kills: int) -> int:
    """Publish, and kill who calls until all is told; return how many calls came twice."""
    paths = [f"/hook-{number}" for number in range(partners)]
    for number, path in enumerate(paths):
        stand.add(f"partner {number}", path, killer.counting(sent(b"")))
    stand.publish(*(f"summary-{number}" for number in range(changes)))
    killer.kill(kills, most=15)
    told = count(stand)
    ids = {one.headers["webhook-id"] for one in stand.server.asked}
    assert set(told) == {(path, seq) for path in paths for seq in range(1, changes + 1)}  # lost: 0
    assert len(ids) == len(told)  # what came twice had the same id
    assert {state for _, state, _, _ in stand.ledger()} == {"sent"}
    doubled = told.total() - len(told)
    assert doubled <= killer.kills * partners  # one call under way for each of them
    return doubled


def count(stand: Stand) -> Counter[tuple[str, int]]:
    """Return how often each callback, by its path, was told of each change."""
    whole = (one for one in stand.server.asked if one.is_whole)
    return Counter((one.path, json.loads(one.body)["data"]["seq"]) for one in whole)
