"""How much each may ask for: partners, visitors, and whoever tries wrong keys."""

from __future__ import annotations

import pytest

from syndicate import quotas
from tests.web.pull.counter import NOW, Counter, access_of, fail
from tests.web.stand import Stand


def test_a_partners_quota(counter: Counter) -> None:
    key = counter.add(per_minute=1000, per_day=3).text
    codes = [counter.code("/v1/topics", key) for _ in range(5)]
    assert codes == [(200, "")] * 3 + [(429, "quota")] * 2
    refused = counter.ask("/v1/topics", key)
    seconds = int(refused.headers["Retry-After"])
    assert 1 <= seconds <= quotas.DAY
    assert refused.json["retry_after"] == seconds
    assert refused.json["violated-policies"] == ["day"]
    policy = '"minute";q=1000;w=60, "day";q=3;w=86400'
    assert refused.headers["RateLimit-Policy"] == policy
    assert f'"day";r=0;t={seconds}' in refused.headers["RateLimit"]
    assert counter.code("/v1/topics") == (200, "")  # without the key, by the network's quota
    other = counter.add("Other").text
    assert counter.code("/v1/topics", other) == (200, "")


def test_what_is_left_is_told_with_every_answer(counter: Counter) -> None:
    key = counter.add(per_day=50).text
    left = [
        counter.ask(path, key).headers["RateLimit"].partition('"day";r=')[2].partition(";")[0]
        for path in ("/v1/topics", "/v1/changes?since=x", "/v1/items/none", "/v1/me")
    ]
    assert left == ["49", "48", "47", "46"]
    for answer in (counter.ask("/v1/changes"), counter.ask("/v1/me"), counter.ask("/v1/x?y")):
        assert ("RateLimit" in answer.headers) is (answer.status_code != 404)
    exposed = counter.ask("/v1/topics").headers["Access-Control-Expose-Headers"]
    assert "RateLimit, RateLimit-Policy, Retry-After" in exposed


def test_a_304_costs_a_tenth_and_a_fault_of_ours_nothing(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = counter.add(per_day=4).text
    tag = counter.ask("/v1/changes", key).headers["ETag"]
    for _ in range(11):
        assert counter.ask("/v1/changes", key, If_None_Match=tag).status_code == 304
    monkeypatch.setattr("syndicate.store.pull.list_changed", fail)
    for _ in range(5):
        assert counter.ask("/v1/changes", key).status_code == 500
    used = counter.ask("/v1/me", key).json["quotas"]["day"]
    assert (used["limit"], used["used"], used["remaining"]) == (4, 3.1, 0)
    assert counter.code("/v1/me", key) == (429, "quota")


def test_the_anonymous_quota_is_that_of_a_network(counter: Counter) -> None:
    key = counter.add().text
    counter.conditions("anonymous_per_minute = 1200", "anonymous_per_minute = 4")
    now = quotas.windows(NOW.timestamp()).minute + 20.5
    access_of(counter)._visitors._clock = lambda: now
    answers = [counter.ask("/v1/topics") for _ in range(6)]
    assert [answer.status_code for answer in answers] == [200] * 4 + [429] * 2
    assert answers[-1].headers["Retry-After"] == "40"
    assert answers[-1].json["retry_after"] == 40
    assert answers[-1].json["violated-policies"] == ["minute"]
    counter.conditions("anonymous_per_day = 100000", "anonymous_per_day = 1")
    refused = counter.ask("/v1/topics")
    assert (refused.status_code, refused.json["code"]) == (429, "quota")
    assert int(refused.headers["Retry-After"]) >= 1
    assert counter.code("/v1/topics", key) == (200, "")


def test_wrong_keys_use_up_the_quota_of_whoever_tries_them(counter: Counter) -> None:
    key = counter.add().text
    counter.conditions("anonymous_per_day = 100000", "anonymous_per_day = 2")
    wrong = f"sk_{'0' * 12}_{'0' * 64}"
    assert [counter.code("/v1/me", wrong)[0] for _ in range(4)] == [401, 401, 429, 429]
    refused = counter.ask("/v1/me", wrong)
    assert refused.json["retry_after"] == int(refused.headers["Retry-After"]) >= 1
    assert counter.code("/v1/me", key) == (200, "")


def test_behind_a_trusted_proxy_the_visitors_address_counts(stand: Stand) -> None:
    stand.edit("network.toml", lambda t: t.replace("per_day = 100000", "per_day = 1", 1))
    assert stand.site.publish().problems == ()
    stand.environ["SYNDICATE_TRUSTED_PROXIES"] = "127.0.0.1/32"
    behind = Counter(stand, stand.open(), pytest.MonkeyPatch())
    stand.environ.clear()
    open_ = Counter(stand, stand.open(), pytest.MonkeyPatch())
    addresses = ("192.0.2.1", "192.0.2.9", "198.51.100.1", "2001:db8::1", "2001:db8::2")
    wanted = {"behind": [200, 429, 200, 200, 429], "open": [200, 429, 429, 429, 429]}
    for name, counter in (("behind", behind), ("open", open_)):
        found = [counter.code("/v1/topics", X_Forwarded_For=address)[0] for address in addresses]
        assert found == wanted[name]
