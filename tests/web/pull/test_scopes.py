"""What a key opens, what is open without one, and the terms to be accepted."""

from __future__ import annotations

from werkzeug.test import TestResponse

from syndicate import partners
from tests.web.pull.counter import Counter


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
