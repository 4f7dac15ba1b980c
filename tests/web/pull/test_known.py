"""What a partner is told of itself: its copies, its quotas and its ledger."""

from __future__ import annotations

import csv
import io

from syndicate.store import engine as store
from syndicate.store import usage
from tests.web.pull.contract import contract
from tests.web.pull.counter import Counter, books


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
