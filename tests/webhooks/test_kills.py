"""Workers are killed while they call: no change is lost, and a kill doubles what is under way."""

from __future__ import annotations

import random

from tests.killing import Killer
from tests.webhooks.conftest import Stand
from tests.webhooks.told import call_all


def test_kill_and_restart_lose_nothing(stand: Stand) -> None:
    killer = Killer(stand.site.engine, "webhooks", random.Random(8))
    call_all(stand, killer, partners=30, kills=2)
