"""Changes, snapshot and state say the same, whatever is published between."""

from __future__ import annotations

import itertools

import orjson
import pytest

from syndicate import sync
from syndicate.web.published import Published
from tests.checking import reading
from tests.web.pull.contract import Ask
from tests.web.stand import Stand, get

ID = "tag:pprnet.example,2013:summary/v9ffcqu9"


SLUG = "expressing-emotion-in-therapy"


@pytest.fixture
def app(demo_app: Published) -> Published:
    """Return the application that all share who only read."""
    return demo_app


def follow(ask: Ask, query: str = "", since: str = "") -> tuple[dict[str, str], str]:
    """Return (id -> content_hash, cursor) of a mirror that follows changes, from the beginning."""
    held: dict[str, str] = {}
    while True:
        page = ask(f"/v1/changes?limit=3{since and f'&since={since}'}{query}").json
        for change in page["changes"]:
            if change["op"] == "put":
                held[change["item"]["id"]] = change["item"]["content_hash"]
            else:
                held.pop(change["id"], None)
        since = page["cursor"]
        if not page["more"]:
            return held, since


def hash_of(held: dict[str, str]) -> str:
    return sync.set_hash(sync.hashes_of(held.items()))


@pytest.mark.parametrize("query", ["", "&topic=empathy,depression-and-depressive-symptoms"])
def test_changes_snapshot_and_state_agree(ask: Ask, query: str) -> None:
    held, cursor = follow(ask, query)
    state = ask(f"/v1/state?buckets=1{query}").json
    assert (state["live_count"], state["set_hash"]) == (len(held), hash_of(held))
    assert sync.set_hash(dict(enumerate(state["buckets"]))) == state["set_hash"]
    answer = ask(f"/v1/snapshot?{query.removeprefix('&')}")
    lines = [orjson.loads(line) for line in answer.data.splitlines()]
    assert {one["id"]: one["content_hash"] for one in lines} == held
    assert answer.content_type == "application/x-ndjson"
    for since in (cursor, answer.headers["Cursor"]):
        assert ask(f"/v1/changes?since={since}{query}").json["changes"] == []


def test_the_state_of_a_filter_is_remembered_and_never_stale(stand: Stand) -> None:
    app = stand.open()
    path = "/v1/state?topic=therapist-factors"
    before = get(app, path).json
    assert get(app, path).json == before
    topics = [one["slug"] for one in get(app, "/v1/topics").json["topics"]]
    for one, other in itertools.pairwise([*topics, *topics[::3]]):  # enough to forget some
        assert get(app, f"/v1/state?topic={one}&kind=meta-analysis").status_code == 200
        assert get(app, f"/v1/state?topic={one},{other}").status_code == 200
    stand.withdraw(SLUG)
    app.generations.look()
    after = get(app, path).json
    assert (after["live_count"], after["seq"]) == (before["live_count"] - 1, before["seq"] + 1)
    assert after["set_hash"] != before["set_hash"]


def test_a_change_comes_after_the_cursor_and_a_withdrawal_as_a_delete(stand: Stand) -> None:
    app = stand.open()
    _, cursor = follow(lambda path: get(app, path))
    stand.withdraw(SLUG, reason="superseded", note="A better one.")
    app.generations.look()
    page = get(app, f"/v1/changes?since={cursor}").json
    (change,) = page["changes"]
    assert (change["op"], change["id"], change["reason"]) == ("delete", ID, "superseded")
    assert page["seq_head"] == change["seq"] == 8


def test_a_legal_withdrawal_tells_nothing_more(stand: Stand) -> None:
    stand.withdraw(SLUG, reason="legal", note="A court has ruled.")
    app = stand.open()
    changes = get(app, "/v1/changes").json["changes"]
    (gone,) = [one for one in changes if one["op"] == "delete"]
    assert (gone["reason"], gone["note"]) == ("legal", "")
    assert b"court" not in get(app, "/v1/changes.atom").data


def test_the_same_changes_as_atom_with_tombstones(stand: Stand) -> None:
    stand.withdraw(SLUG, reason="error")
    app = stand.open()
    answer = get(app, "/v1/changes.atom?limit=500")
    entries = {entry.id for entry in reading.read(answer.data, "application/atom+xml")}
    changes = get(app, "/v1/changes?limit=500").json["changes"]
    assert entries == {one["item"]["id"] for one in changes if one["op"] == "put"}
    assert f'ref="{ID}"'.encode() in answer.data
    first = get(app, "/v1/changes.atom?limit=1")
    assert b'rel="next"' in first.data


def test_checked_at_is_a_header_and_leaves_the_tag_alone(ask: Ask) -> None:
    first, second = ask("/v1/state"), ask("/v1/state")
    assert "Checked-At" in first.headers
    assert first.headers["ETag"] == second.headers["ETag"]
    assert b"checked" not in first.data
