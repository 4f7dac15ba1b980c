"""Who may pull what: keys, scopes, terms and quotas, each refusal with its documented code."""

from __future__ import annotations

import csv
import io
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from syndicate import granting, partners, quotas
from syndicate.errors import StoreError
from syndicate.granting import Granted, Terms
from syndicate.store import engine as store
from syndicate.store import usage
from syndicate.web.published import Published
from syndicate.web.pull import keys
from syndicate.web.pull.access import Access
from tests.web.pull.conftest import contract, hold_against_contract
from tests.web.stand import Stand, get
from tests.web.test_server import until

MIB = 1024 * 1024
NOW = datetime.now(UTC).replace(microsecond=0)


@dataclass
class Counter:
    """The stand's application, asked with keys. What it knows of keys is never old here."""

    stand: Stand
    app: Published
    monkeypatch: pytest.MonkeyPatch

    def add(self, name: str = "Care", **agreed: Any) -> Granted:
        agreed = {"terms_version": "1"} | agreed
        return granting.add(self.stand.site.engine, name, Terms(**agreed), now=NOW)

    def change(self, name: str, **fields: Any) -> None:
        granting.update(self.stand.site.engine, name, lambda old: replace(old, **fields))

    def scoped(self, *words: str, name: str = "Care") -> str:
        scopes = partners.parse_scopes(words, self.stand.site.definitions)
        return self.add(name, scopes=scopes).text

    def ask(self, path: str, key: str | None = None, **headers: str) -> TestResponse:
        if key is not None:
            headers["Authorization"] = f"Bearer {key}"
        answer = get(self.app, path, **headers)
        hold_against_contract(answer, path)
        return answer

    def code(self, path: str, key: str | None = None, **headers: str) -> tuple[int, str]:
        answer = self.ask(path, key, **headers)
        return answer.status_code, answer.json.get("code", "") if answer.is_json else ""

    def conditions(self, old: str, new: str) -> None:
        """Edit network.toml and publish."""
        self.stand.edit("network.toml", lambda text: text.replace(old, new, 1))
        assert self.stand.site.publish().problems == ()
        assert self.app.generations.look()


@pytest.fixture
def counter(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> Counter:
    monkeypatch.setattr(keys, "FRESH", 0.0)
    return Counter(stand, stand.open(), monkeypatch)


def access_of(counter: Counter) -> Access:
    """Return what admits to the application."""
    flask = counter.app._rest
    assert isinstance(flask, Flask)
    finish = next(f for f in flask.after_request_funcs[None] if f.__name__ == "finish")
    found: Access = finish.__self__  # type: ignore[union-attr]
    return found


# Keys -------------------------------------------------------------------------------------------


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


# Scopes and terms -------------------------------------------------------------------------------


def test_a_key_opens_what_its_scopes_say(counter: Counter) -> None:
    reader = counter.scoped("read", "full-text", name="Reader")
    assert counter.code("/v1/changes", reader) == (200, "")
    refused = counter.ask("/v1/state", reader)
    assert (refused.status_code, refused.json["code"]) == (403, "key-scope")
    assert refused.headers["WWW-Authenticate"] == (
        'Bearer realm="v1", error="insufficient_scope", scope="state"'
    )
    prover = counter.scoped("state", name="Prover")
    assert counter.code("/v1/state", prover) == (200, "")
    for path in ("/v1/changes", "/v1/snapshot", "/v1/items", "/v1/topics", "/v1/archive"):
        assert counter.code(path, prover) == (403, "key-scope"), path
    for path in ("/v1/", "/v1/me", "/v1/openapi.json", "/v1/problems/quota"):
        assert counter.ask(path, prover).status_code == 200, path


def texts(answer: TestResponse) -> set[str]:
    """Return which fields with text the records of an answer have."""
    found = answer.json
    records = found.get("items") or [c["item"] for c in found.get("changes", ()) if "item" in c]
    names = {"content_html", "content_text", "content_sha256", "implications_html", "description"}
    return {name for record in records or [found] for name in names if name in record}


def test_without_the_full_text(counter: Counter) -> None:
    brief = counter.scoped("read", name="Brief")
    full = counter.scoped(name="Full")
    some = counter.ask("/v1/items", full).json["items"][0]["id"]
    for path in ("/v1/changes", "/v1/items", f"/v1/items/{some}"):
        assert texts(counter.ask(path, brief)) == {"implications_html", "description"}, path
        assert "content_html" in texts(counter.ask(path, full)), path
    assert texts(counter.ask("/v1/items?parts=summary", brief)) == {"description"}
    assert counter.code("/v1/items?parts=full", brief) == (403, "key-scope")
    assert counter.code("/v1/changes.atom", brief) == (403, "key-scope")
    assert counter.code("/v1/items?parts=full", full) == (200, "")
    assert b"content_html" not in counter.ask("/v1/snapshot", brief).data
    assert b"content_html" in counter.ask("/v1/snapshot", full).data


def test_a_tag_of_one_caller_is_none_of_another(counter: Counter) -> None:
    brief, full = counter.scoped("read", name="Brief"), counter.scoped(name="Full")
    tag = counter.ask("/v1/changes", full).headers["ETag"]
    assert counter.ask("/v1/changes", full, If_None_Match=tag).status_code == 304
    for other in (brief, None):
        assert counter.ask("/v1/changes", other, If_None_Match=tag).status_code == 200
    counter.change("Full", scopes=partners.Scopes(rights=frozenset({"read"})))
    assert counter.ask("/v1/changes", full, If_None_Match=tag).status_code == 200
    for path in ("/v1/changes", "/v1/items", "/v1/topics"):
        answer = counter.ask(path, full)
        assert answer.headers["Cache-Control"].startswith("private"), path
        assert "Authorization" in answer.headers["Vary"]
    assert "no-store" in counter.ask("/v1/me", full).headers["Cache-Control"]


def test_a_key_for_some_topics(counter: Counter) -> None:
    key = counter.scoped("topics:empathy")
    records = [c["item"] for c in counter.ask("/v1/changes?limit=500", key).json["changes"]]
    assert records
    assert all("empathy" in [t["slug"] for t in record["topics"]] for record in records)
    everything = counter.ask("/v1/items?limit=200").json["items"]
    other = next(r for r in everything if "empathy" not in [t["slug"] for t in r["topics"]])
    assert counter.code(f"/v1/items/{other['id']}", key) == (403, "key-scope")
    assert counter.ask("/v1/me", key).json["topics"] == ["empathy"]
    state = counter.ask("/v1/state", key).json
    assert state["live_count"] == len(records)


def test_what_is_open_without_a_key(counter: Counter) -> None:
    key = counter.add().text
    counter.conditions('anonymous = ["read", "full-text", "state"]', 'anonymous = ["read"]')
    assert counter.code("/v1/changes") == (200, "")
    assert "content_html" not in texts(counter.ask("/v1/changes"))
    assert counter.code("/v1/state") == (401, "key-missing")
    assert counter.code("/v1/items?parts=full") == (401, "key-missing")
    counter.conditions('anonymous = ["read"]', "anonymous = []")
    assert counter.code("/v1/changes") == (401, "key-missing")
    assert counter.code("/v1/") == (200, "")
    assert counter.ask("/v1/").json["quotas"]["anonymous"]["scopes"] == []
    assert counter.code("/v1/changes", key) == (200, "")


def test_terms_are_to_be_accepted(counter: Counter) -> None:
    key = counter.add().text
    never = counter.add("Never", terms_version=None).text
    assert counter.code("/v1/changes", never) == (403, "terms-not-accepted")
    assert counter.ask("/v1/me", never).json["licence"]["accepted"] is None
    counter.conditions('terms_version = "1"', 'terms_version = "2"')
    refused = counter.ask("/v1/changes", key)
    assert (refused.status_code, refused.json["code"]) == (403, "terms-not-accepted")
    assert "version 2" in refused.json["detail"]
    licence = counter.ask("/v1/me", key).json["licence"]
    assert (licence["accepted"], licence["current"], licence["due"]) == ("1", "2", None)
    counter.change("Care", terms_version="2")
    assert counter.code("/v1/changes", key) == (200, "")


def test_earlier_terms_hold_until_the_new_ones_are_due(counter: Counter) -> None:
    key = counter.add().text
    never = counter.add("Never", terms_version=None).text
    counter.conditions('terms_version = "1"', 'terms_version = "2"\nterms_due = 2999-01-01')
    assert counter.code("/v1/changes", key) == (200, "")
    assert counter.code("/v1/changes", never) == (403, "terms-not-accepted")
    assert counter.ask("/v1/me", key).json["licence"]["due"] == "2999-01-01T00:00:00Z"
    counter.conditions("terms_due = 2999-01-01", "terms_due = 2020-01-01")
    assert counter.code("/v1/changes", key) == (403, "terms-not-accepted")


# Quotas -----------------------------------------------------------------------------------------


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


def fail(*_: object, **__: object) -> None:
    raise RuntimeError("unforeseen")


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


# What is known of a partner ---------------------------------------------------------------------


def books(counter: Counter) -> None:
    """Write what was gathered, as happens about once a second."""
    close = counter.app._at_end
    assert close.__self__.flush()  # type: ignore[attr-defined]


def test_me(counter: Counter) -> None:
    key = counter.add(contact="web@care.example", per_minute=100, per_day=1000).text
    counter.ask("/v1/snapshot", key)
    cursor = counter.ask("/v1/changes?limit=1", key).json["cursor"]
    counter.ask(f"/v1/changes?since={cursor}", key)
    books(counter)
    found = counter.ask("/v1/me", key).json
    assert (found["partner"], found["contact"]) == ("Care", "web@care.example")
    assert found["scopes"] == ["read", "full-text", "state"]
    assert found["topics"] is None
    (copy,) = found["copies"]
    assert (copy["filter"], copy["seq"]) == ("everything", 1)
    assert copy["behind"] == found["seq_head"] - 1
    assert found["quotas"]["day"]["used"] == 4
    assert found["licence"]["accepted"] == found["licence"]["current"] == "1"
    page = counter.ask("/v1/me", key, Accept="text/html")
    assert page.content_type == "text/html; charset=utf-8"
    for answer in (page, counter.ask("/v1/me", key)):
        assert key not in answer.text
        assert key.split("_")[2] not in answer.text


def test_a_filter_is_a_copy_of_its_own_and_a_304_is_a_receipt_too(counter: Counter) -> None:
    key = counter.add().text
    head = counter.ask("/v1/changes?topic=empathy&limit=500", key)
    address = f"/v1/changes?topic=empathy&since={head.json['cursor']}"
    tag = counter.ask(address, key).headers["ETag"]
    assert counter.ask(address, key, If_None_Match=tag).status_code == 304
    books(counter)
    (copy,) = counter.ask("/v1/me", key).json["copies"]
    assert (copy["filter"], copy["behind"]) == ("empathy", 0)


def test_a_cursor_that_is_refused_proves_nothing(counter: Counter) -> None:
    key = counter.add().text
    cursor = counter.ask("/v1/changes", key).json["cursor"]
    assert counter.code(f"/v1/changes?topic=empathy&since={cursor}", key)[0] == 400
    assert counter.code(f"/v1/changes?since={cursor[:-2]}AA", key)[0] == 400
    books(counter)
    (copy,) = counter.ask("/v1/me", key).json["copies"]
    assert (copy["filter"], copy["seq"]) == ("everything", 0)


def test_visitors_leave_nothing_behind(counter: Counter) -> None:
    cursor = counter.ask("/v1/changes").json["cursor"]
    counter.ask(f"/v1/changes?since={cursor}")
    books(counter)
    with store.reading(counter.stand.site.engine) as connection:
        assert usage.list_places(connection) == []
        assert usage.list_answered(connection) == []


def test_the_ledger(counter: Counter) -> None:
    made = counter.add("=Care", per_day=100)
    full = counter.ask("/v1/changes", made.text)
    counter.ask("/v1/changes", made.text, If_None_Match=full.headers["ETag"])
    packed = counter.ask("/v1/snapshot", made.text, Accept_Encoding="gzip")
    counter.ask("/v1/changes?since=x", made.text)
    refused = counter.ask("/v1/nothing", made.text)
    assert refused.status_code == 404
    books(counter)
    found = counter.ask("/v1/me/ledger", made.text).json["ledger"]
    invalid = len(counter.ask("/v1/changes?since=x").data)
    assert [(row["endpoint"], row["requests"], row["bytes"]) for row in found] == [
        ("changes", 3, len(full.data) + invalid),
        ("snapshot", 1, len(packed.data)),
    ]
    month = found[0]["date"][:7]
    assert counter.ask(f"/v1/me/ledger?month={month}", made.text).json["ledger"]
    assert counter.ask("/v1/me/ledger?month=2001-01", made.text).json["ledger"] == []
    assert counter.code("/v1/me/ledger?month=2001-13", made.text) == (400, "bad-value")
    for path, accept in (("/v1/me/ledger.csv", "*/*"), ("/v1/me/ledger", "text/csv")):
        answer = counter.ask(path, made.text, Accept=accept)
        assert answer.content_type == "text/csv"
        assert answer.headers["Content-Disposition"] == 'attachment; filename="ledger.csv"'
        rows = list(csv.DictReader(io.StringIO(answer.text, newline="")))
        assert rows[0]["partner"] == "'=Care"
        assert [row["endpoint"] for row in rows][:2] == ["changes", "snapshot"]


def test_a_partner_sees_its_own_ledger_alone(counter: Counter) -> None:
    one, other = counter.add("One").text, counter.add("Other").text
    counter.ask("/v1/topics", one)
    books(counter)
    assert [r["endpoint"] for r in counter.ask("/v1/me/ledger", one).json["ledger"]] == ["topics"]
    assert counter.ask("/v1/me/ledger", other).json["ledger"] == []


def test_every_address_of_the_contract_asks_who_it_is(counter: Counter) -> None:
    """No rule of /v1 can be added that forgets it: each tells what is left of the quota."""
    counter.conditions("anonymous = [", 'anonymous = [] # ["')
    key = counter.add(per_day=2).text
    paths = [path for path in contract()["paths"] if "{" not in path]
    assert {counter.ask(path).status_code for path in paths} == {200, 401}
    for path in paths[:2]:
        assert counter.ask(path, key).status_code == 200
    for path in (*paths, "/v1/items/x", "/v1/items/by-doi/10.1/x", "/v1/problems/quota"):
        assert counter.code(path, key) == (429, "quota"), path


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
