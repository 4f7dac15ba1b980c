"""A network that writes mails: a site, its store, a sink, and readers who sign up and confirm."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from syndicate import mailbox
from syndicate.alerts.subscription import Schedule, Subscription, Wish
from syndicate.alerts.tokens import Keyring, new_key
from syndicate.deliver import engine as engines
from syndicate.deliver.smtp import SmtpRelay
from syndicate.deliver.worker import Worker
from syndicate.store import engine as store
from syndicate.store import journal, letters, subscriptions
from syndicate.subscribing import keeping, signing_up
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
    clock: Callable[[], datetime] | None = None
    workers: list[Worker] = field(default_factory=list)

    @property
    def now(self) -> datetime:
        return self.clock() if self.clock else self.site.now

    def wait(self, **span: float) -> None:
        self.site.now += timedelta(**span)

    def worker(self, *, timeout: float = 5, **how: Any) -> Worker:
        relay = SmtpRelay(self.sink.url, name="localhost", timeout=timeout)
        made = Worker(self.site.engine, self.keyring, relay, clock=lambda: self.now, **how)
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
        found = re.search(rf"/alerts/{purpose}/([0-9a-f]{{36}})", mail.text)
        assert found, mail.text
        return found[1]

    def subscribe(
        self, address: str, *selections: str, client: str = "192.0.2.1", **wish: Any
    ) -> Subscription:
        """Sign an address up and press the button in its mail."""
        self.sign_up(address, *selections, client=client, **wish)
        (mail,) = self.work()
        return self.confirm(mail)

    def confirm(self, mail: Taken) -> Subscription:
        token = self.token(mail, "confirm")
        return signing_up.confirm(self.site.engine, self.keyring, token, now=self.now)

    def refuse(self, mail: Taken) -> None:
        token = self.token(mail, "confirm")
        signing_up.refuse(self.site.engine, self.keyring, token, now=self.now)

    def fill(self, count: int) -> None:
        """Subscribe `reader-<n>@example.org` to everything at once, without mails to confirm."""
        with store.writing(self.site.engine) as connection:
            since = journal.get_head(connection).seq
            for number in range(count):
                found = mailbox.parse(f"reader-{number}@example.org")
                wish = Wish(selections=("",), schedule=AT_ONCE)
                subscriptions.add(connection, new_key(), found, wish, since=since, now=self.now)

    def change(self, reader: Subscription, *selections: str, **wish: Any) -> None:
        """Give a subscription another wish, with the link that its reader asks for."""
        wish = {"schedule": reader.wish.schedule} | wish
        token = self.link(reader)
        made = Wish(selections=selections, **wish)
        keeping.change(self.site.engine, self.keyring, token, made, now=self.now)

    def pause(self, reader: Subscription, *, until: datetime | None = None) -> None:
        token = self.link(reader)
        keeping.pause(self.site.engine, self.keyring, token, until=until, now=self.now)

    def end(self, reader: Subscription) -> None:
        token = self.keyring.make("unsubscribe", reader.key)
        keeping.unsubscribe(self.site.engine, self.keyring, token, how="link", now=self.now)

    def link(self, reader: Subscription) -> str:
        """Ask for the link to a reader's preferences, and return its token."""
        keeping.ask_for_link(
            self.site.engine, self.keyring, reader.address, client="192.0.2.1", now=self.now
        )
        (mail,) = [m for m in self.work() if "/preferences/" in m.text]
        return self.token(mail, "preferences")

    def forget_letters(self) -> None:
        """Let a month pass for whoever counts letters."""
        with store.recording(self.site.engine) as connection:
            later = self.now + timedelta(seconds=1)
            letters.forget_expired(connection, later, wholly=later)

    def alerts(self, **settings: Any) -> None:
        """Change [alerts] of network.toml, and publish it."""
        file = self.site.folder / "feeds/network.toml"
        text = file.read_text("utf-8")
        for name, value in settings.items():
            written = f"{name} = {json.dumps(value)}"
            text, found = re.subn(rf"^{name} = .*$", written, text, flags=re.MULTILINE)
            if not found:
                text += f"{written}\n"
        file.write_text(text, "utf-8")
        self.site.publish()

    def find(self, id: int) -> Subscription:
        with store.reading(self.site.engine) as connection:
            return subscriptions.get_many(connection, [id])[id]

    def end_workers(self) -> None:
        for one in self.workers:
            one.close()
        self.workers.clear()

    def close(self) -> None:
        self.end_workers()
        self.site.engine.dispose()


@contextmanager
def running(
    folder: Path, url: str, *, clock: Callable[[], datetime] | None = None, **how: Any
) -> Iterator[Network]:
    """Set up a network, published and empty, with its sink; `clock` takes the place of its own."""
    site = small.make(folder / "site", url)
    file = site.folder / "feeds/network.toml"
    file.write_text(file.read_text("utf-8").partition("[alerts]")[0] + ALERTS, "utf-8")
    site.publish()
    with sinks.running(**how) as sink:
        network = Network(site, sink, clock=clock)
        yield network
        network.close()
