"""What several partners were told, counted."""

from __future__ import annotations

import json
from collections import Counter

from syndicate.webhooks.calling import AT_ONCE
from tests.killing import Killer
from tests.outgoing.stand import Reply, sent
from tests.webhooks.conftest import Stand


def call_all(stand: Stand, killer: Killer, *, partners: int, kills: int) -> int:
    """Publish, and kill who calls until all are told; return how many calls came twice."""
    paths = add(stand, partners, killer.counting(sent(b"")))
    stand.publish("summary-0")
    killer.kill(kills, most=15)
    told = count(stand)
    ids = {one.headers["webhook-id"] for one in stand.server.asked}
    assert set(told) == {(path, 1) for path in paths}  # lost: 0
    assert len(ids) == len(told)  # what came twice had the same id
    assert {state for _, state, _, _ in stand.ledger()} == {"sent"}
    doubled = told.total() - len(told)
    assert doubled <= killer.kills * AT_ONCE  # what each had under way
    return doubled


def add(stand: Stand, partners: int, reply: Reply) -> list[str]:
    """Add so many partners with a webhook each; return the webhooks' paths."""
    paths = [f"/hook-{number}" for number in range(partners)]
    for number, path in enumerate(paths):
        stand.add(f"partner {number}", path, reply)
    return paths


def count(stand: Stand) -> Counter[tuple[str, int]]:
    """Return how often each callback, by its path, was told of each change."""
    whole = (one for one in stand.server.asked if one.is_whole)
    return Counter((one.path, json.loads(one.body)["data"]["seq"]) for one in whole)
