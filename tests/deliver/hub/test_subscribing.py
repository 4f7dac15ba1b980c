"""Who asks is asked back, and is known for as long as it asked to be."""

from __future__ import annotations

import hashlib
import hmac
from urllib.parse import parse_qs, urlsplit

import pytest

from syndicate.store import engine as store
from syndicate.store.hub_tables import hub_request, hub_subscription
from tests.deliver.hub.conftest import SECRET, Stand
from tests.outgoing.stand import sent


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


@pytest.mark.parametrize("method", ["sha1", "sha384", "sha512"])
def test_another_method_signs_where_network_toml_says_so(stand: Stand, method: str) -> None:
    file = stand.network.site.folder / "feeds/network.toml"
    file.write_text(f"{file.read_text('utf-8')}signature = '{method}'\n", "utf-8")
    stand.subscribe(secret=SECRET)
    stand.publish("two")
    stand.work()
    (post,) = stand.posts
    mark = hmac.new(SECRET.encode(), post.body, method).hexdigest()
    assert post.headers["x-hub-signature"] == f"{method}={mark}"


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


def test_a_secret_is_taken_whatever_the_callback_s_scheme(stand: Stand) -> None:
    """5.1 asks the subscriber to send a secret over https only, and the hub to refuse nothing.

    Over plain http a signature is worth most: nothing else shows who has sent a document.
    """
    assert stand.callback().startswith("http://")
    stand.subscribe(secret=SECRET)
    (row,) = stand.rows()
    assert row.secret == SECRET


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


def test_a_former_address_is_the_present_feed(stand: Stand) -> None:
    stand.subscribe("/rss.xml")
    (row,) = stand.rows()
    assert row.topic == "/feed.rss"
    assert parse_qs(urlsplit(stand.subscriber.asked[-1].path).query)["hub.topic"] == [
        f"{stand.base}/rss.xml"
    ]
