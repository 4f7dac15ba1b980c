"""Which keys are taken; each that is not has its documented code."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta

import pytest

from syndicate import granting
from syndicate.errors import StoreError
from syndicate.web.pull import keys
from tests.web.pull.counter import NOW, Counter, access_of, fail
from tests.web.served import until
from tests.web.stand import Stand, get

MIB = 1024 * 1024


def test_with_a_key_and_without(counter: Counter) -> None:
    key = counter.add().text
    assert counter.code("/v1/changes") == (200, "")
    assert counter.code("/v1/changes", key) == (200, "")
    assert counter.code("/v1/me", key) == (200, "")
    missing = counter.ask("/v1/me")
    assert (missing.status_code, missing.json["code"]) == (401, "key-missing")
    assert missing.headers["WWW-Authenticate"] == 'Bearer realm="v1"'


@pytest.mark.parametrize(
    "spoil",
    [
        lambda key: f"Bearer {key[:-1]}{'0' if key[-1] != '0' else '1'}",
        lambda _: f"Bearer sk_{'0' * 12}_{'0' * 64}",
        lambda key: f"Bearer {key}, Bearer {key}",
        lambda key: f"Bearer {key},Bearer {key}",
        lambda key: f"Bearer {key} ",
        lambda key: f"Bearer  {key}",
        lambda key: f"Basic {key}",
        lambda key: key,
        lambda _: "Bearer",
        lambda _: "Bearer ",
        lambda _: "",
        lambda key: f"Bearer {key[:50]}\0{key[51:]}",
        lambda _: "Bearer " + "é" * 80,
        lambda _: "Bearer " + "0" * MIB,
        lambda key: f"Bearer {key}" + "0" * MIB,
    ],
)
def test_what_is_no_key(
    counter: Counter, spoil: Callable[[str], str], caplog: pytest.LogCaptureFixture
) -> None:
    key = counter.add().text
    wrong, unknown = (
        get(counter.app, "/v1/changes", Authorization=header)
        for header in (spoil(key), f"Bearer sk_{'f' * 12}_{'f' * 64}")
    )
    assert (wrong.status_code, wrong.json["code"]) == (401, "key-invalid")
    assert wrong.data == unknown.data
    same = [n for n in unknown.headers if n[0] != "RateLimit"]
    assert [n for n in wrong.headers if n[0] != "RateLimit"] == same
    assert wrong.headers["WWW-Authenticate"].startswith('Bearer realm="v1", error="invalid_token"')
    assert caplog.records == []


def test_the_scheme_may_be_written_in_any_case(counter: Counter) -> None:
    key = counter.add().text
    assert counter.code("/v1/me", Authorization=f"bEARER {key}") == (200, "")


def test_a_key_in_the_address_is_refused_and_not_repeated(counter: Counter) -> None:
    key = counter.add().text
    for name in ("key", "access_token", "api_key"):
        answer = counter.ask(f"/v1/changes?{name}={key}")
        assert (answer.status_code, answer.json["code"]) == (400, "unknown-param")
        assert key not in answer.text


def test_a_revoked_key_is_refused_and_only_its_owner_learns_why(counter: Counter) -> None:
    made = counter.add()
    granting.revoke(counter.stand.site.engine, "Care", now=NOW)
    assert counter.code("/v1/changes", made.text) == (401, "key-revoked")
    assert counter.code("/v1/me", made.text) == (401, "key-revoked")
    wrong = made.text[:-1] + ("0" if made.text[-1] != "0" else "1")
    assert counter.code("/v1/changes", wrong) == (401, "key-invalid")


def test_keys_and_partners_whose_time_is_over(counter: Counter) -> None:
    ended = counter.add("Ended", expires=NOW - timedelta(days=1))
    assert counter.code("/v1/changes", ended.text) == (401, "key-expired")
    first = counter.add("Renewed")
    second = granting.rotate(counter.stand.site.engine, "Renewed", now=NOW, overlap=timedelta())
    assert counter.code("/v1/changes", first.text) == (401, "key-expired")
    assert counter.code("/v1/changes", second.text) == (200, "")


def test_two_keys_work_at_once(counter: Counter) -> None:
    first = counter.add()
    second = granting.rotate(counter.stand.site.engine, "Care", now=NOW)
    for key in (first.text, second.text):
        assert counter.code("/v1/me", key) == (200, "")
    shown = counter.ask("/v1/me", second.text).json["keys"]
    assert [(one["id"], one["this"]) for one in shown] == [
        (first.key.id, False),
        (second.key.id, True),
    ]


def test_every_process_follows_within_a_second(stand: Stand) -> None:
    """Two applications on one store, as they are: neither is told, each looks."""
    counters = [Counter(stand, stand.open(), pytest.MonkeyPatch()) for _ in range(2)]
    now = [1000.0]
    for counter in counters:
        access_of(counter)._keys._clock = lambda: now[0]
        assert counter.code("/v1/changes") == (200, "")
    key = counters[0].add().text
    assert [c.code("/v1/me", key) for c in counters] == [(200, "")] * 2
    granting.revoke(stand.site.engine, "Care", now=NOW)
    now[0] += keys.FRESH / 2
    assert [c.code("/v1/me", key)[0] for c in counters] == [200] * 2  # known for half a second
    now[0] += keys.FRESH / 2
    assert [c.code("/v1/me", key) for c in counters] == [(401, "key-revoked")] * 2


def test_no_key_is_taken_that_could_not_be_looked_up_for_a_minute(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that cannot read the store might otherwise take a revoked key for ever."""
    key = counter.add().text
    assert counter.code("/v1/openapi.json", key) == (200, "")
    path = counter.stand.site.folder / "store.sqlite"
    path.rename(path.with_suffix(".away"))
    until(lambda: counter.app.generations.trouble is not None)
    assert counter.code("/v1/openapi.json", key)[0] == 503  # the view needs the store too
    ring = access_of(counter)._keys
    assert ring.current().find(key)
    monkeypatch.setattr(keys, "STALE", 0.0)
    with pytest.raises(StoreError):
        ring.current()
    answer = counter.ask("/v1/openapi.json", key)
    assert (answer.status_code, answer.json["code"]) == (503, "unavailable")
    assert answer.headers["Retry-After"] == "30"


def test_no_key_and_no_cursor_comes_into_a_log(
    counter: Counter, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    key = counter.add().text
    cursor = counter.ask("/v1/changes", key).json["cursor"]
    monkeypatch.setattr("syndicate.store.pull.list_changed", fail)
    with caplog.at_level(logging.DEBUG):
        answer = counter.ask(f"/v1/changes?since={cursor}", key)
    assert answer.status_code == 500
    assert "RuntimeError: unforeseen" in caplog.text
    for secret in (key, key.split("_")[1], key.split("_")[2], cursor, "Bearer"):
        assert secret not in caplog.text
        assert secret not in answer.text
