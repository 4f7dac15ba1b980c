"""Each change is told each callback: signed, thin, once where it answers 2xx."""

from __future__ import annotations

import json
import threading
import time
from datetime import datetime, timedelta

import pytest
from standardwebhooks import Webhook

from syndicate.outgoing import Limits
from syndicate.store import calls
from syndicate.store import engine as store
from syndicate.webhooks import registering
from syndicate.webhooks.calling import JITTER, WAITS, next_attempt
from tests.outgoing.stand import Handler, Reply, World, moved, sent
from tests.sites import START, written
from tests.webhooks.conftest import Stand


def drip(handler: Handler) -> None:
    """Send an answer byte by byte, without an end."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    for _ in range(40):
        handler.wfile.write(b"x")
        handler.wfile.flush()
        time.sleep(0.05)


def test_a_change_is_told_once_without_its_text(stand: Stand) -> None:
    secret = stand.add().secret
    stand.publish("summary-0")
    (asked,) = stand.work()
    assert stand.work() == []
    assert json.loads(asked.body) == {
        "type": "summary.publish",
        "timestamp": written(stand.site.now),
        "data": {
            "id": json.loads(asked.body)["data"]["id"],
            "url": f"{stand.site.base_url}/summaries/summary-0/",
            "op": "publish",
            "revision": 1,
            "epoch": stand.epoch,
            "seq": 1,
            "at": written(stand.site.now),
        },
    }
    assert json.loads(asked.body)["data"]["id"].startswith("tag:")
    # the library compares the timestamp with its own clock, and so does not verify it here
    sent_at = datetime.fromtimestamp(int(asked.headers["webhook-timestamp"]), START.tzinfo)
    assert sent_at == stand.site.now
    signed = Webhook(secret).sign(asked.headers["webhook-id"], sent_at, asked.body.decode())
    assert signed == asked.headers["webhook-signature"]
    assert stand.ledger() == [(1, "sent", 1, None)]


def test_nothing_is_told_of_what_was_before(stand: Stand) -> None:
    stand.publish("summary-0")
    stand.add()
    assert stand.work() == []
    stand.publish("summary-1")
    assert [json.loads(one.body)["data"]["seq"] for one in stand.work()] == [2]


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        (sent(b"", 500), "it answered 500"),
        (sent(b"", 404), "it answered 404"),
        (moved("/other"), "it answered 302"),
        (sent(b"x" * 70_000), "larger than 64,000 bytes"),
        (drip, "no whole answer in 0.5 s"),
    ],
    ids=["500", "404", "redirect", "huge", "slow"],
)
def test_what_fails_is_tried_again_and_leaves_others_alone(
    stand: Stand, reply: Reply, told: str
) -> None:
    stand.add("bad", "/bad", reply)
    stand.add("good", "/good")
    stand.server.answers["/other"] = sent(b"")
    stand.publish("summary-0", "summary-1")
    limits = Limits(seconds=0.5, raw_bytes=64_000, inflated_bytes=64_000)
    asked = stand.work(stand.caller(limits=limits))
    assert sorted(one.path for one in asked) == ["/bad", "/good"]  # no redirect followed
    replies = [reply for _, state, _, reply in stand.ledger() if state == "queued" and reply]
    assert len(replies) == 1
    assert told in replies[0]
    stand.server.answers["/bad"] = sent(b"", 204)
    stand.site.now += WAITS[0] * (1 + JITTER)
    again = stand.work()
    assert [one.path for one in again] == ["/bad"]
    assert {state for _, state, _, _ in stand.ledger()} == {"sent"}
    first = next(one for one in asked if one.path == "/bad")
    assert again[0].headers["webhook-id"] == first.headers["webhook-id"]
    assert again[0].body == first.body


def test_one_that_is_down_is_told_once_when_it_is_back(stand: Stand) -> None:
    port, stand.server.answers["/hook"] = stand.server.port, sent(b"")
    down = World(1)  # nobody listens there
    stand.give("care", f"http://feeds.example:{port}/hook")
    stand.publish("summary-0", "summary-1", "summary-2")
    ports = frozenset({port})
    assert stand.work(stand.caller(down.guard(ports=ports))) == []
    stand.site.now += timedelta(seconds=10)
    up = World(port)
    asked = stand.work(stand.caller(up.guard(ports=ports)))
    assert [json.loads(one.body)["data"]["seq"] for one in asked] == [3]


def test_what_comes_while_nobody_calls_is_one_call_of_the_newest(stand: Stand) -> None:
    stand.add()
    for number in range(3):
        stand.publish(*(f"summary-{number * 20 + further}" for further in range(20)))
        with store.recording(stand.site.engine) as connection:
            assert calls.plan(connection, stand.site.now) == 1
    assert [json.loads(one.body)["data"]["seq"] for one in stand.work()] == [60]
    assert [(seq, state) for seq, state, _, _ in stand.ledger()] == [
        (20, "skipped"),
        (40, "skipped"),
        (60, "sent"),
    ]


def test_new_changes_put_off_no_dead_letter(stand: Stand) -> None:
    """An operator hears of who takes nothing any more, however often something is published."""
    stand.add(reply=sent(b"", 500))
    stand.publish("summary-0")
    times = 0
    for number, wait in enumerate(WAITS, 1):
        times += len(stand.work())
        stand.site.now += timedelta(seconds=6)
        stand.publish(f"summary-{number}")
        times += len(stand.work())  # each is tried at once, beside the turns
        stand.site.now += wait * (1 + JITTER)
    times += len(stand.work())
    assert times == 10 + len(WAITS)
    states = [state for _, state, _, _ in stand.ledger()]
    assert states == ["skipped"] * len(WAITS) + ["failed"]
    assert stand.ledger()[-1][2:] == (10, "it answered 500")
    stand.server.answers["/hook"] = sent(b"")
    stand.publish("summary-20")
    (asked,) = stand.work()
    assert json.loads(asked.body)["data"]["seq"] == len(WAITS) + 2


@pytest.mark.parametrize(
    "address", ["10.0.0.1", "169.254.169.254", "fe80::1", "127.0.0.1", "::ffff:10.0.0.1"]
)
def test_private_link_local_and_metadata_addresses_are_not_dialled(
    stand: Stand, address: str
) -> None:
    stand.give("care", "http://hook.example/in")
    stand.publish("summary-0")
    world = World(stand.server.port, names={"hook.example": [address]})
    assert stand.work(stand.caller(world.guard())) == []
    assert (world.resolved, world.dialled) == (["hook.example"], [])
    ((_, state, attempts, reply),) = stand.ledger()
    assert (state, attempts) == ("queued", 1)
    assert "not a public address" in str(reply)


def test_410_ends_it(stand: Stand) -> None:
    stand.add(reply=sent(b"", 500))
    stand.publish("summary-0")
    assert len(stand.work()) == 1
    stand.server.answers["/hook"] = sent(b"", 410)
    stand.publish("summary-1")
    assert len(stand.work()) == 1
    stand.publish("summary-2")
    stand.site.now += timedelta(days=1)
    assert stand.work() == []
    assert [state for _, state, _, _ in stand.ledger()] == ["skipped", "failed"]
    stand.server.answers["/hook"] = sent(b"")
    registering.replay(stand.site.engine, "care", now=stand.site.now, since=0)
    assert [json.loads(one.body)["data"]["seq"] for one in stand.work()] == [3]


def test_after_ten_attempts_it_is_a_dead_letter_until_replayed(stand: Stand) -> None:
    stand.add(reply=sent(b"", 503))
    stand.publish("summary-0")
    times = 0
    for wait in (*WAITS, timedelta(days=9)):
        times += len(stand.work())
        assert stand.work() == []
        stand.site.now += wait * (1 + JITTER) + timedelta(seconds=1)
    assert times == 10
    assert stand.work() == []
    assert stand.ledger() == [(1, "failed", 10, "it answered 503")]
    stand.server.answers["/hook"] = sent(b"")
    assert registering.replay(stand.site.engine, "care", now=stand.site.now) == 1
    assert len(stand.work()) == 1
    assert stand.ledger() == [(1, "sent", 1, None)]


def test_waits_grow_and_have_jitter() -> None:
    first = [next_attempt(1, START, chance) for chance in (0.0, 0.5)]
    assert first == [START + timedelta(seconds=5), START + timedelta(seconds=5.5)]
    assert list(WAITS) == sorted(WAITS)
    assert next_attempt(len(WAITS) + 1, START, 0) is None


def test_a_slow_one_does_not_hold_up_the_others(stand: Stand) -> None:
    free = threading.Event()

    def hold(handler: Handler) -> None:
        free.wait(10)
        sent(b"")(handler)

    def let_go(handler: Handler) -> None:
        free.set()
        sent(b"")(handler)

    stand.add("slow", "/slow", hold)
    stand.add("quick", "/quick", let_go)
    stand.publish("summary-0")
    began = time.monotonic()
    assert len(stand.work()) == 2  # the slow one is answered only once the quick one was called
    assert time.monotonic() - began < 8
    assert [state for _, state, _, _ in stand.ledger()] == ["sent", "sent"]
