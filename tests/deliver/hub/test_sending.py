"""Each state of a document is sent at least once, however its callback behaves."""

from __future__ import annotations

import threading
from pathlib import Path

from syndicate.deliver import hub
from syndicate.store import backup
from syndicate.store import engine as store
from syndicate.store import hub as ledger
from tests.deliver.hub.conftest import Stand, confirm, then
from tests.outgoing.stand import sent


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


def test_one_that_asks_for_a_rest_has_it(stand: Stand) -> None:
    stand.subscribe()
    stand.subscriber.answers["/here"] = then(429, 204, Retry_After="600")
    stand.publish("two")
    stand.work()
    stand.work(seconds=590)
    assert len(stand.posts) == 1
    stand.work(seconds=11)
    assert len(stand.posts) == 2


def test_a_restored_store_sends_what_it_serves(stand: Stand, tmp_path: Path) -> None:
    """Nothing is held: a subscriber whose store went back gets the bytes that are served now."""
    engine = stand.network.site.engine
    stand.subscribe()
    backup.write(engine, tmp_path / "kept", secret_key=None, now=stand.network.now)
    stand.publish("two")
    stand.work()
    backup.restore(engine, tmp_path / "kept", replace=True)
    stand.work(seconds=1)
    assert len(stand.posts) == 1
    stand.publish("three")  # and with it two, from its file
    stand.work()
    assert stand.posts[1].body == stand.network.site.document("/feed.atom")
    assert len(stand.posts) == 2


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
            confirm(handler) if handler.command == "GET" else (over.wait(30), sent(b"")(handler))[1]
        ),
        "/huge": lambda handler: (
            confirm(handler) if handler.command == "GET" else sent(b"x" * 100_000)(handler)
        ),
    }
    for path in ("/slow", "/huge", "/here"):
        stand.subscribe(callback=stand.callback(path))
    stand.publish("two")
    stand.work(patience=1)
    over.set()
    assert {row.callback.rpartition("/")[2]: row.attempts for row in stand.rows()} == {
        "slow": 1,
        "huge": 1,
        "here": 0,
    }


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
