"""A network that writes mails: a site, its store, a sink, and readers who sign up and confirm."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from syndicate.alerts.subscription import Schedule, Subscription, Wish
from syndicate.alerts.tokens import Keyring
from syndicate.deliver import engine as engines
from syndicate.deliver import worker
from syndicate.deliver.smtp import SmtpRelay
from syndicate.deliver.worker import Worker
from syndicate.store import engine as store
from syndicate.store import subscriptions
from syndicate.subscribing import signing_up
from tests import sink as sinks
from tests import small
from tests.sink import Sink, Taken
from tests.sites import Site

KEY = "k" * 32
SENDER = "alerts@pprnet.example"
ALERTS = f"""
[alerts]
sender = "{SENDER}"
postal = "PPRNet, 1 Example Street, Exampletown"
settle_minutes = 0
zone = "America/Toronto"
"""
AT_ONCE = Schedule(rhythm="immediate")


@dataclass
class Network:
    """Everything on one clock: that of the site."""

    site: Site
    sink: Sink
    keyring: Keyring = field(default_factory=lambda: Keyring([KEY]))
    workers: list[Worker] = field(default_factory=list)

    @property
    def now(self) -> datetime:
        return self.site.now

    def wait(self, **span: float) -> None:
        self.site.now += timedelta(**span)

    def worker(self, **how: Any) -> Worker:
        relay = SmtpRelay(self.sink.url, name="localhost", timeout=5)
        made = worker.make(
            self.site.engine, self.keyring, relay, clock=lambda: self.site.now, **how
        )
        self.workers.append(made)
        return made

    def work(self) -> list[Taken]:
        """Do what is due; return the mails that went out."""
        before = len(self.sink.mails)
        if not self.workers:
            self.worker()
        engines.run_once(self.workers[0].duties, threading.Event())
        return self.sink.mails[before:]

    def sign_up(
        self, address: str, *selections: str, client: str = "192.0.2.1", **wish: Any
    ) -> None:
        wish = {"schedule": AT_ONCE} | wish
        signing_up.sign_up(
            self.site.engine,
            self.keyring,
            address,
            Wish(selections=selections or ("",), **wish),
            client=client,
            now=self.now,
        )

    def token(self, mail: Taken, purpose: str) -> str:
        found = re.search(rf"/alerts/{purpose}/([a-z2-7]{{32}})", mail.text)
        assert found, mail.text
        return found[1]

    def subscribe(self, address: str, *selections: str, **wish: Any) -> Subscription:
        """Sign an address up and press the button in its mail."""
        self.sign_up(address, *selections, **wish)
        (mail,) = self.work()
        token = self.token(mail, "confirm")
        return signing_up.confirm(self.site.engine, self.keyring, token, now=self.now)

    def find(self, id: int) -> Subscription:
        with store.reading(self.site.engine) as connection:
            return subscriptions.get_many(connection, [id])[id]

    def close(self) -> None:
        for one in self.workers:
            one.close()
        self.site.engine.dispose()


@contextmanager
def running(folder: Path, url: str, **how: Any) -> Iterator[Network]:
    """Set up a network, published and empty, with its sink."""
    site = small.make(folder / "site", url)
    with (site.folder / "feeds/network.toml").open("a") as file:
        file.write(ALERTS)
    site.publish()
    with sinks.running(**how) as sink:
        network = Network(site, sink)
        yield network
        network.close()
