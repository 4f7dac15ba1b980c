"""The hub from outside: a subscriber written from the W3C text, over real loopback connections."""

from __future__ import annotations

import hashlib
import hmac
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
from syndicate.deliver import hub
from syndicate.deliver.hub import Hub
from syndicate.outgoing import Guard, Limits
from syndicate.store import engine as store
from syndicate.store import hub as ledger
from syndicate.store.hub_tables import hub_request, hub_subscription
from syndicate.web import create_app
from tests import readers
from tests.outgoing.stand import Asked, Handler, Reply, Server, World, sent, serving
from tests.readers import KEY, Network

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
        given = {"SYNDICATE_DATABASE_URL": url, "SYNDICATE_SECRET_KEY": KEY}
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

    def work(self, **span: float) -> None:
        """Let time pass for the worker, and let it do what is due."""
        self.network.wait(**span)
        made = Hub(
            self.network.site.engine,
            self.guard,
            owner="w",
            clock=lambda: self.network.now,
            limits=Limits(seconds=1, raw_bytes=4096, inflated_bytes=4096),
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


def test_a_subscriber_is_asked_and_gets_the_very_bytes_that_are_served(stand: Stand) -> None:
    assert stand.ask(secret=SECRET, lease_seconds="86400", foo="ignored").status_code == 202
    assert stand.subscriber.asked == []  # not in the request
    stand.work(seconds=1)
    (asked,) = stand.subscriber.asked
    fields = parse_qs(urlsplit(asked.path).query)
    assert asked.path.startswith("/here?id=7&x=a+b&")
    assert fields["hub.mode"] == ["subscribe"]
    assert fields["hub.topic"] == [f"{stand.base}/feed.atom"]
    assert fields["hub.lease_seconds"] == ["86400"]
    assert len(fields["hub.challenge"][0]) >= 32
    assert stand.posts == []

    stand.publish("two")
    stand.work()
    (post,) = stand.posts
    stand.app.close()
    fresh = Stand(stand.network, stand.subscriber)
    served = fresh.client.get("/feed.atom", base_url=stand.base)
    fresh.app.close()
    assert post.path == "/here?id=7&x=a+b"
    assert post.body == served.data == stand.network.site.document("/feed.atom")
    assert b"/summaries/two" in post.body
    assert post.headers["content-type"] == served.headers["Content-Type"]
    assert post.headers["link"] == served.headers["Link"]
    assert f'<{stand.base}/hub>; rel="hub"' in post.headers["link"]
    mark = hmac.new(SECRET.encode(), post.body, hashlib.sha256).hexdigest()
    assert post.headers["x-hub-signature"] == f"sha256={mark}"
    stand.work(hours=3)
    assert len(stand.posts) == 1


def test_without_a_secret_nothing_is_signed_and_a_renewal_is_one_subscription(
    stand: Stand,
) -> None:
    stand.subscribe("/feed.json")
    stand.subscribe("/feed.json")
    stand.publish("two")
    stand.work()
    (post,) = stand.posts
    assert "x-hub-signature" not in post.headers
    assert post.headers["content-type"] == "application/feed+json"


def test_who_leaves_is_asked_and_gets_nothing_more(stand: Stand) -> None:
    stand.subscribe()
    assert stand.ask(mode="unsubscribe").status_code == 202
    stand.work(seconds=1)
    assert stand.rows() == []
    stand.publish("two")
    stand.work()
    assert stand.posts == []


@pytest.mark.parametrize("status", [200, 404])
def test_who_did_not_ask_gets_nothing(stand: Stand, status: int) -> None:
    stand.subscriber.answers["/here"] = sent(b"something else", status)
    stand.subscribe()
    assert stand.rows() == stand.rows(hub_request) == []


def test_a_lease_ends_and_its_length_has_bounds(stand: Stand) -> None:
    stand.subscribe(lease_seconds="1")
    assert "hub.lease_seconds=300" in stand.subscriber.asked[-1].path
    stand.publish("two")
    stand.work(seconds=301)
    assert stand.posts == stand.rows() == []
    stand.subscribe(lease_seconds="99999999999")
    assert "hub.lease_seconds=2592000" in stand.subscriber.asked[-1].path


def test_one_that_is_down_gets_it_later_and_410_ends_it(stand: Stand) -> None:
    stand.subscribe()
    stand.subscriber.answers["/here"] = then(503, 204, 410)
    stand.publish("two")
    stand.work()
    stand.work(seconds=20)
    assert len(stand.posts) == 1
    stand.work(seconds=11)
    assert len(stand.posts) == 2
    assert stand.posts[0].body == stand.posts[1].body
    stand.publish("three")
    stand.work()
    assert stand.rows() == []


def test_a_redirect_is_a_failure_and_is_not_followed(stand: Stand) -> None:
    stand.subscribe()
    stand.subscriber.answers |= {
        "/here": then(307, Location=stand.callback("/there")),
        "/there": confirm,
    }
    stand.publish("two")
    stand.work()
    assert [post.path.partition("?")[0] for post in stand.posts] == ["/here"]
    (row,) = stand.rows()
    assert row.attempts == 1


def test_slow_and_huge_callbacks_fail_and_hold_up_nobody(stand: Stand) -> None:
    over = threading.Event()
    stand.subscriber.answers |= {
        "/slow": lambda handler: (
            confirm(handler) if handler.command == "GET" else (over.wait(5), sent(b"")(handler))[1]
        ),
        "/huge": lambda handler: (
            confirm(handler) if handler.command == "GET" else sent(b"x" * 100_000)(handler)
        ),
    }
    for path in ("/slow", "/huge", "/here"):
        stand.subscribe(callback=stand.callback(path))
    stand.publish("two")
    stand.work()
    over.set()
    assert {row.callback.rpartition("/")[2]: row.attempts for row in stand.rows()} == {
        "slow": 1,
        "huge": 1,
        "here": 0,
    }


@pytest.mark.parametrize(
    "address", ["10.0.0.7", "127.0.0.1", "169.254.169.254", "fe80::1", "::ffff:10.0.0.1"]
)
def test_private_addresses_are_never_dialled(stand: Stand, address: str) -> None:
    world = World(stand.subscriber.port, {"callback.example": [address]})
    stand.guard = world.guard()
    stand.subscribe(callback="http://callback.example/here")
    assert world.resolved == ["callback.example"]
    assert world.dialled == []
    assert stand.rows() == stand.rows(hub_request) == []


@pytest.mark.parametrize(
    ("form", "status", "reason"),
    [
        ({"mode": "publish"}, 400, "hub.mode"),
        ({"topic": "https://elsewhere.example/feed.atom"}, 404, "hub.topic"),
        ({"topic": "/"}, 404, "hub.topic"),
        ({"topic": "/opml"}, 404, "hub.topic"),
        ({"callback": "ftp://a.example/"}, 400, "hub.callback"),
        ({"callback": "http://me:x@a.example/"}, 400, "hub.callback"),
        ({"callback": "http://[/"}, 400, "hub.callback"),
        ({"callback": ""}, 400, "hub.callback"),
        ({"secret": "é" * 100}, 400, "hub.secret"),
        ({"lease_seconds": "-5"}, 400, "hub.lease_seconds"),
    ],
)
def test_what_is_wrong_is_said_as_plain_text(
    stand: Stand, form: dict[str, str], status: int, reason: str
) -> None:
    answer = stand.ask(**form)
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.text.startswith(reason)
    assert stand.rows(hub_request) == []


def test_a_host_has_only_so_many(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("syndicate.web.hub.MOST_OF_HOST", 2)
    answers = [stand.ask(callback=stand.callback(f"/{n}")).status_code for n in range(3)]
    assert answers == [202, 202, 429]
    monkeypatch.setattr("syndicate.web.hub.MOST", 2)
    assert stand.ask(callback="http://other.example/").status_code == 503


def test_a_feed_that_goes_away_is_denied_with_a_reason(stand: Stand) -> None:
    stand.subscribe()
    with store.writing(stand.network.site.engine) as connection:
        connection.execute(hub_subscription.update().values(topic="/feeds/gone/feed.atom"))
    stand.work(seconds=1)
    fields = parse_qs(urlsplit(stand.subscriber.asked[-1].path).query)
    assert fields["hub.mode"] == ["denied"]
    assert fields["hub.topic"] == [f"{stand.base}/feeds/gone/feed.atom"]
    assert fields["hub.reason"] == ["this feed is no longer published"]
    assert stand.rows() == stand.rows(hub_request) == []


def test_pauses_grow_to_an_hour() -> None:
    assert [hub.pause(n).total_seconds() for n in (1, 2, 3, 8, 50)] == [30, 60, 120, 3600, 3600]


def test_a_worker_that_dies_while_it_sends_is_followed_by_another(stand: Stand) -> None:
    stand.subscribe()
    stand.publish("two")
    with store.recording(stand.network.site.engine) as connection:
        now = stand.network.now
        (lost,) = ledger.claim_due(connection, "dead", now=now, limit=9)
        assert ledger.claim_due(connection, "other", now=now, limit=9) == []
    stand.work(seconds=119)
    assert stand.posts == []
    stand.work(seconds=2)
    assert len(stand.posts) == 1
    with store.recording(stand.network.site.engine) as connection:
        ledger.put_off(connection, "dead", lost.id, stand.network.now)  # too late: not its row
    stand.work(hours=2)
    assert len(stand.posts) == 1


def test_a_former_address_is_the_present_feed(stand: Stand) -> None:
    stand.subscribe("/rss.xml")
    (row,) = stand.rows()
    assert row.topic == "/feed.rss"
    assert parse_qs(urlsplit(stand.subscriber.asked[-1].path).query)["hub.topic"] == [
        f"{stand.base}/rss.xml"
    ]
