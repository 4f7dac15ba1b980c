"""The hub from outside: a subscriber written from the W3C text, over real loopback connections."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import Row, Table, select
from werkzeug.test import Client, TestResponse

from syndicate import config
from syndicate.cli import here
from syndicate.deliver import engine as engines
from syndicate.deliver.hub import Hub
from syndicate.outgoing import Guard, Limits
from syndicate.store import engine as store
from syndicate.store.hub_tables import hub_subscription
from syndicate.web import create_app
from tests import readers
from tests.outgoing.stand import Asked, Handler, Reply, Server, sent, serving
from tests.readers import KEY, Network

TOKEN = "t" * 20
SECRET = "a secret of the subscriber's"


def confirm(handler: Handler) -> None:
    """Give the challenge back (5.3.1); take a document with 204."""
    fields = parse_qs(urlsplit(handler.path).query)
    if handler.command == "GET":
        sent(fields.get("hub.challenge", [""])[0].encode())(handler)
    else:
        sent(b"", 204)(handler)


def then(*statuses: int, **headers: str) -> Reply:
    """Confirm, and answer documents with these statuses, the last one for ever."""
    left = list(statuses)

    def answer(handler: Handler) -> None:
        if handler.command == "GET":
            confirm(handler)
        else:
            sent(b"", left.pop(0) if len(left) > 1 else left[0], **headers)(handler)

    return answer


class Stand:
    """A network with its hub, one subscriber, and a worker that may reach loopback."""

    def __init__(self, network: Network, subscriber: Server) -> None:
        self.network, self.subscriber = network, subscriber
        self.guard = Guard(allow_loopback=True)
        url = network.site.engine.url.render_as_string(hide_password=False)
        given = {
            "SYNDICATE_DATABASE_URL": url,
            "SYNDICATE_SECRET_KEY": KEY,
            "SYNDICATE_METRICS_TOKEN": TOKEN,
        }
        self.app = create_app(config.load(given, cwd=network.site.folder))
        self.client = Client(self.app, use_cookies=False)

    @property
    def base(self) -> str:
        return self.network.site.base_url

    def callback(self, path: str = "/here?id=7&x=a+b") -> str:
        return f"http://127.0.0.1:{self.subscriber.port}{path}"

    def ask(self, topic: str = "/feed.atom", mode: str = "subscribe", **form: str) -> TestResponse:
        fields = {"hub.mode": mode, "hub.topic": topic, "hub.callback": self.callback()}
        if topic.startswith("/"):
            fields["hub.topic"] = self.base + topic
        fields |= {f"hub.{name}": value for name, value in form.items()}
        return self.client.post("/hub", data=fields, base_url=self.base)

    def work(self, *, patience: float = 20, **span: float) -> None:
        """Let time pass for the worker, and let it do what is due; `patience` is for a callback."""
        self.network.wait(**span)
        made = Hub(
            self.network.site.engine,
            self.guard,
            owner="w",
            clock=lambda: self.network.now,
            limits=Limits(seconds=patience, raw_bytes=4096, inflated_bytes=4096),
        )
        duties = {"verify": made.verify, "distribute": made.distribute}
        engines.run_once(duties, threading.Event())

    def subscribe(self, topic: str = "/feed.atom", **form: str) -> None:
        assert self.ask(topic, **form).status_code == 202
        self.work(seconds=1)

    def publish(self, slug: str) -> None:
        self.network.site.write(slug, number={"two": 2, "three": 3}[slug])
        assert self.network.site.publish().problems == ()

    @property
    def posts(self) -> list[Asked]:
        return [one for one in self.subscriber.asked if one.method == "POST"]

    def rows(self, table: Table = hub_subscription) -> list[Row[Any]]:
        with store.reading(self.network.site.engine) as connection:
            return list(connection.execute(select(table)))


@pytest.fixture
def stand(tmp_path: Path, database_url: str) -> Iterator[Stand]:
    with readers.running(tmp_path, database_url) as network, serving({"/here": confirm}) as server:
        network.site.now = here.now()
        file = network.site.folder / "feeds/network.toml"
        file.write_text(f"{file.read_text('utf-8')}\n[hub]\nown = true\n", "utf-8")
        network.site.write("one")
        assert network.site.publish().problems == ()
        made = Stand(network, server)
        yield made
        made.app.close()
