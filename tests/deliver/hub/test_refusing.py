"""What strangers ask for wrongly, or too often, or of private places."""

from __future__ import annotations

import pytest

from syndicate.store.hub_tables import hub_request
from tests.deliver.hub.conftest import Stand
from tests.outgoing.stand import World


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
