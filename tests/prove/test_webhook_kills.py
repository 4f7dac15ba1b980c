"""Those who call webhooks are killed at 20 random points: nothing is lost, little comes twice."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from syndicate.store import calls
from syndicate.store import engine as store
from syndicate.store.webhook_tables import call
from tests.killing import Killer
from tests.outgoing.stand import Handler, Reply, sent
from tests.webhooks.conftest import Stand, standing
from tests.webhooks.told import add, call_all, count

pytestmark = [pytest.mark.prove, pytest.mark.timeout(600)]
KILLS = 20
PARTNERS = 180


@pytest.fixture
def stand(tmp_path: Path, database_url: str) -> Iterator[Stand]:
    with standing(tmp_path, database_url) as made:
        yield made


def test_killed_twenty_times(stand: Stand) -> None:
    killer = Killer(stand.site.engine, "webhooks", random.Random(20))
    doubled = call_all(stand, killer, partners=PARTNERS, kills=KILLS)
    print(f"{doubled} calls came twice; calls made at each kill: {killer.points}")
    assert doubled > 0  # else no kill came where it hurts, and this shows nothing


def test_two_side_by_side_double_nothing(tmp_path: Path, postgresql_url: str) -> None:
    with standing(tmp_path, postgresql_url) as stand:
        killer = Killer(stand.site.engine, "webhooks", random.Random(1))
        add(stand, PARTNERS, once_both_have_claimed(stand))
        stand.publish("summary-0")
        with store.recording(stand.site.engine) as connection:
            # else one might come while the other plans, find nothing, and end
            assert calls.plan(connection, stand.site.now) == PARTNERS
        printed = killer.round(0)
        assert min(map(int, printed)) > 0  # each of the two had its share
        told = count(stand)
        assert len(told) == PARTNERS
        assert set(told.values()) == {1}
        assert {attempts for _, _, attempts, _ in stand.ledger()} == {1}


def once_both_have_claimed(stand: Stand) -> Reply:
    """Answer as soon as two workers hold calls, so that neither is done before the other begins."""
    owners = select(call.c.owner).where(call.c.state == "sending").distinct()
    together, looking = threading.Event(), threading.Lock()

    def answer(handler: Handler) -> None:
        while not together.wait(0.05):
            with looking, store.reading(stand.site.engine) as connection:  # one of all looks
                if len(connection.execute(owners).all()) == 2:
                    together.set()
        sent(b"")(handler)

    return answer
