"""A site behind a cache that really listens on loopback, or is purged by a real program."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from syndicate import config, wiring
from syndicate.config import Settings
from syndicate.deliver import engine as engines
from syndicate.deliver import purging
from syndicate.deliver.engine import Duty
from syndicate.deliver.purging import Purger
from syndicate.doctor import callers
from syndicate.doctor.diagnosis import Diagnosis
from syndicate.outgoing import Guard
from syndicate.store import engine as store
from syndicate.store import purges
from syndicate.store.purges import Standing
from tests import small
from tests.outgoing.stand import Asked, Server, sent, serving
from tests.sites import Site, written

PATH = "/purge"
TOKEN = "t0ken"
GUARD = Guard(allow_loopback=True)


@dataclass
class Stand:
    """A site and its cache, both on the site's clock."""

    site: Site
    server: Server

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.port}{PATH}"

    def settings(self, **further: str) -> Settings:
        """Return settings of this store that name the cache."""
        url = self.site.engine.url.render_as_string(hide_password=False)
        words = {"DATABASE_URL": url, "PURGE_URL": self.url, "ALLOW_LOOPBACK": "1", **further}
        return config.load({f"SYNDICATE_{n}": v for n, v in words.items()}, cwd=self.site.folder)

    def purger(self, send: purging.Send | None = None, **how: Any) -> Purger:
        send = send or purging.by_url(self.url, None, GUARD)
        clock: Callable[[], datetime] = lambda: self.site.now  # noqa: E731 - mypy knows it so
        return Purger(self.site.engine, send, **{"clock": clock, "settle": 0.0} | how)

    def work(self, send: purging.Send | None = None) -> list[Asked]:
        """Do all that is due; return the calls that arrived meanwhile."""
        before = len(self.server.asked)
        engines.run_once(self.purger(send).duties, threading.Event())
        return self.server.asked[before:]

    def withdraw(self, slug: str, *, number: int = 0) -> None:
        taken_back = {"date": written(self.site.now), "reason": "legal"}
        self.site.write(slug, number=number, withdrawn=taken_back)
        assert self.site.publish().problems == ()

    def standing(self) -> Standing | None:
        with store.reading(self.site.engine) as connection:
            return purges.find(connection)

    def diagnoses(self) -> list[Diagnosis]:
        with store.reading(self.site.engine) as connection:
            settings = self.settings()
            return list(callers.examine_cache(connection, settings, now=self.site.now))

    def wired(self, **further: str) -> list[Mapping[str, Duty]]:
        settings = self.settings(**further)
        return wiring.callers(settings, self.site.engine, clock=lambda: self.site.now)


def keys(asked: Asked) -> set[str]:
    return set(asked.headers["surrogate-key"].split())


@contextmanager
def standing(folder: Path, url: str) -> Iterator[Stand]:
    site = small.make(folder / "site", url)
    try:
        with serving({PATH: sent(b"")}) as server:
            yield Stand(site, server)
    finally:
        site.engine.dispose()
