"""Workers are killed while they call: no change is lost, and a kill doubles one at most."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import threading
from collections import Counter
from datetime import UTC, datetime, timedelta

from tests.outgoing.stand import Handler, sent
from tests.sites import REPOSITORY
from tests.webhooks.conftest import Stand

KILLS = 4
CHANGES = 60


def test_kill_and_restart_lose_nothing(stand: Stand) -> None:
    rng = random.Random(8)
    reached, left = threading.Event(), [0]

    def count(handler: Handler) -> None:
        left[0] -= 1
        if left[0] == 0:
            reached.set()
            threading.Event().wait(0.3)  # each kill falls into an answer that is held
        sent(b"")(handler)

    stand.add(reply=count)
    stand.publish(*(f"summary-{number}" for number in range(CHANGES)))
    url = stand.site.engine.url.render_as_string(hide_password=False)
    environ = {
        **{name: value for name, value in os.environ.items() if not name.startswith("SYNDICATE_")},
        "SYNDICATE_DATABASE_URL": url,
        "SYNDICATE_ALLOW_LOOPBACK": "1",
        "SYNDICATE_SECRET_KEY": "k" * 32,
        "PYTHONPATH": str(REPOSITORY),
    }
    command = [sys.executable, "-c", WORKER]
    for _ in range(KILLS):
        reached.clear()
        left[0] = rng.randint(1, 9)
        with subprocess.Popen(command, cwd=stand.site.folder, env=environ) as worker:
            assert reached.wait(30), "the worker called nobody"
            worker.kill()
    killed_at = len(stand.server.asked)
    left[0] = -1
    stand.site.now = datetime.now(UTC) + timedelta(hours=1)  # the leases of the dead have ended
    stand.work()
    told = Counter(json.loads(one.body)["data"]["seq"] for one in stand.server.asked)
    ids = {one.headers["webhook-id"] for one in stand.server.asked}
    assert killed_at < CHANGES  # every kill came before the end
    assert sorted(told) == list(range(1, CHANGES + 1))
    assert sum(told.values()) - CHANGES <= KILLS
    assert len(ids) == CHANGES  # what came twice had the same id
    assert {state for _, state, _, _ in stand.ledger()} == {"sent"}


# The tables of these tests were made without migrations, which the commands insist on.
WORKER = """
import threading
from syndicate import wiring
from syndicate.cli import here
from syndicate.deliver.engine import LocalEngine
settings = here.settings()
engine = wiring.wire(settings).engine
LocalEngine().run(wiring.callers(settings, engine, clock=here.now)[0], threading.Event())
"""
