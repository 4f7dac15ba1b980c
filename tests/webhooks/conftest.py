"""A site with a registered callback that really listens on loopback, on each kind of store."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from syndicate import granting
from syndicate.deliver import engine as engines
from syndicate.outgoing import Guard
from syndicate.partners import Partner
from syndicate.store import engine as store
from syndicate.store import journal
from syndicate.store.callbacks import Callback
from syndicate.store.engine import Connection
from syndicate.store.webhook_tables import call
from syndicate.webhooks import registering
from syndicate.webhooks.calling import Caller
from tests import small
from tests.outgoing.stand import Asked, Reply, Server, sent, serving
from tests.sites import START, Site


@dataclass
class Stand:
    """A site, and a server whose paths are callbacks; all on the site's clock."""

    site: Site
    server: Server
    callers: list[Caller] = field(default_factory=list)

    def add(self, name: str = "care", path: str = "/hook", reply: Reply | None = None) -> Callback:
        self.server.answers[path] = reply or sent(b"")
        return self.give(name, f"http://127.0.0.1:{self.server.port}{path}")

    def give(self, name: str, url: str) -> Callback:
        """Add a partner of this name, with a webhook at this address."""
        made: list[Callback | None] = []

        def also(connection: Connection, partner: Partner) -> None:
            made.append(registering.attach(connection, partner, url, now=self.site.now))

        granting.add(self.site.engine, name, granting.Terms(), now=self.site.now, also=also)
        assert made[0]
        return made[0]

    def publish(self, *slugs: str) -> None:
        for slug in slugs:
            number = int(slug.rpartition("-")[2])
            self.site.now = max(self.site.now, START + timedelta(minutes=number))
            self.site.write(slug, number=number)
        assert self.site.publish().problems == ()

    def caller(self, guard: Guard | None = None, **how: Any) -> Caller:
        guard = guard or Guard(allow_loopback=True)
        return Caller(self.site.engine, guard, clock=lambda: self.site.now, **how)

    def work(self, caller: Caller | None = None) -> list[Asked]:
        """Do all that is due; return the calls that arrived meanwhile."""
        before = len(self.server.asked)
        engines.run_once((caller or self.caller()).duties, threading.Event())
        return self.server.asked[before:]

    @property
    def epoch(self) -> str:
        with store.reading(self.site.engine) as connection:
            return journal.get_head(connection).epoch

    def ledger(self) -> list[tuple[int, str, int, str | None]]:
        """Return seq, state, attempts and reply of all calls."""
        query = select(call.c.seq, call.c.state, call.c.attempts, call.c.reply)
        with store.reading(self.site.engine) as connection:
            rows = connection.execute(query.order_by(call.c.callback, call.c.seq)).all()
        return [(row.seq, row.state, row.attempts, row.reply) for row in rows]


@pytest.fixture
def stand(tmp_path: Path, database_url: str) -> Iterator[Stand]:
    with standing(tmp_path, database_url) as made:
        yield made


@contextmanager
def standing(folder: Path, url: str) -> Iterator[Stand]:
    site = small.make(folder / "site", url)
    try:
        with serving({}) as server:
            yield Stand(site, server)
    finally:
        site.engine.dispose()
