"""Two workers of the hub are killed at 20 random points, while they ask and while they send."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from syndicate.cli import here
from syndicate.deliver.fanout import WINDOW
from syndicate.store import engine as store
from syndicate.store import hub as ledger
from syndicate.store.hub_tables import hub_request, hub_subscription
from tests import small
from tests.deliver.hub.conftest import confirm
from tests.killing import Killer
from tests.outgoing.stand import Server, serving
from tests.sites import Site

pytestmark = [pytest.mark.prove, pytest.mark.timeout(600)]
KILLS = 10  # while they ask, and as many while they send
SUBSCRIBERS = 600
TOPIC = "/feed.atom"


def ask_all(site: Site, server: Server) -> None:
    """Keep a request of each subscriber, as `/hub` does."""
    with store.writing(site.engine) as connection:
        for number in range(SUBSCRIBERS):
            url = f"http://127.0.0.1:{server.port}/here?n={number}"
            asked = ledger.Asked(
                mode="subscribe",
                topic=TOPIC,
                asked=f"{site.base_url}{TOPIC}",
                callback=url,
                host="127.0.0.1",
                seconds=86_400,
            )
            ledger.ask(connection, asked, now=here.now())


def count(server: Server, method: str) -> Counter[str]:
    """Return how many requests each subscriber got to their end."""
    whole = (one for one in server.asked if one.method == method and one.is_whole)
    return Counter(urlsplit(one.path).query.partition("&")[0] for one in whole)


def test_killed_twenty_times(tmp_path: Path, database_url: str) -> None:
    site = small.make(tmp_path / "site", database_url)
    file = site.folder / "feeds/network.toml"
    file.write_text(f"{file.read_text('utf-8')}\n[hub]\nown = true\n", "utf-8")
    site.write("one")
    site.publish()
    killer = Killer(site.engine, "hub", random.Random(3))
    everybody = {f"n={number}" for number in range(SUBSCRIBERS)}
    with serving({"/here": killer.counting(confirm)}) as server:
        ask_all(site, server)
        killer.kill(KILLS, most=SUBSCRIBERS // KILLS)
        asked = count(server, "GET")
        assert set(asked) == everybody
        with store.reading(site.engine) as connection:
            assert connection.execute(select(hub_request)).all() == []
            rows = connection.execute(select(hub_subscription)).all()
        assert len(rows) == SUBSCRIBERS  # each once
        assert asked.total() - len(asked) <= killer.kills * WINDOW

        asking = killer.kills
        site.write("two", number=2)
        site.publish()
        killer.kill(KILLS, most=SUBSCRIBERS // KILLS)
        sent = count(server, "POST")
        bodies = {one.body for one in server.asked if one.method == "POST" and one.is_whole}
        with store.reading(site.engine) as connection:
            for row in connection.execute(select(hub_subscription)).all():
                if row.attempts:
                    print(row.callback, row.attempts, row.due_at, row.owner, row.told)
    doubled = sent.total() - len(sent)
    print(f"{doubled} documents came twice; exchanges begun at each kill: {killer.points}")
    assert set(sent) == everybody  # lost: 0
    assert bodies == {site.document(TOPIC)}
    assert 0 < doubled <= (killer.kills - asking) * WINDOW  # of each killed: what was under way
    with store.reading(site.engine) as connection:
        assert not ledger.is_behind(connection, here.now())
    site.engine.dispose()
