"""`/v1` over its whole width: what is answered, what is refused and how, in which form."""

from __future__ import annotations

import gzip
import hashlib
import itertools
import re
import zlib
from typing import Any
from urllib.parse import quote

import orjson
import pytest

from syndicate import sync
from syndicate.web.published import Published
from syndicate.web.pull.problems import CODES
from tests.checking import reading
from tests.web.pull.contract import Ask, contract
from tests.web.stand import Stand, get

ID = "tag:pprnet.example,2013:summary/v9ffcqu9"
SLUG = "expressing-emotion-in-therapy"


def test_the_contract_and_the_routes_are_the_same(app: Published) -> None:
    routes = {
        re.sub(r"<(?:path:)?(\w+)>", r"{\1}", rule.rule)
        for rule in app._rest.url_map.iter_rules()  # type: ignore[attr-defined]
        if rule.rule.startswith("/v1/")
    }
    assert routes == set(contract()["paths"])


def test_the_contract_names_every_code_that_a_problem_has(ask: Ask) -> None:
    listed = ask("/v1/problems/").json["problems"]
    assert {one["code"]: one["status"] for one in listed} == {
        code: known.status for code, known in CODES.items()
    }
    for code in CODES:
        assert ask(f"/v1/problems/{code}").json["code"] == code


def test_the_service_document_leads_everywhere(ask: Ask) -> None:
    found = ask("/v1/").json
    assert found["languages"] == ["en"]
    for address in found["links"].values():
        wanted = 401 if address.endswith("/v1/me") else 200
        assert ask(address.removeprefix("http://127.0.0.1:8000")).status_code == wanted, address


# Records ----------------------------------------------------------------------------------------


def test_a_summary_by_its_id(ask: Ask) -> None:
    found = ask(f"/v1/items/{quote(ID, safe='')}").json
    assert (found["id"], found["language"], found["status"]) == (ID, "en", "published")
    assert found["content_sha256"] == hashlib.sha256(found["content_html"].encode()).hexdigest()
    assert [each["value"] for each in found["findings"]] == ["0.28", "0.40"]
    assert found["licence"]["spdx"] == "CC-BY-4.0"
    assert found["url"] in found["attribution"]["html"]
    assert found["availability_notice"]["fr"].startswith("Les résumés")
    assert found["implications_html"] in found["content_html"]


def test_parts_leave_out_what_is_not_asked_for(ask: Ask) -> None:
    short = ask(f"/v1/items/{ID}?parts=summary").json
    implications = ask(f"/v1/items/{ID}?parts=implications").json
    assert "content_html" not in short
    assert short["description"]
    assert "content_html" not in implications
    assert implications["implications_html"]
    assert implications["citation"]["text"].startswith("Peluso")
    assert len(implications["findings"]) == 2
    assert short["content_hash"] == implications["content_hash"]


def test_a_summary_by_the_doi_of_its_article(ask: Ask) -> None:
    all_of_them = ask("/v1/items?limit=200").json["items"]
    cited = [one for one in all_of_them if one["citation"] and one["citation"]["doi"]]
    assert cited
    for one in cited:
        for doi in (one["citation"]["doi"], one["citation"]["doi"].upper()):
            assert ask(f"/v1/items/by-doi/{doi}").json["id"] == one["id"]


def test_a_withdrawn_summary_is_gone_with_its_tombstone(stand: Stand) -> None:
    stand.withdraw(SLUG, reason="error", note="The figures were those of another study.")
    answer = get(stand.open(), f"/v1/items/{ID}")
    assert answer.status_code == 410
    assert answer.json["code"] == "withdrawn"
    assert answer.json["tombstone"]["reason"] == "withdrawn"
    assert answer.json["tombstone"]["note"] == "The figures were those of another study."


def test_browsing_walks_through_everything_once(ask: Ask) -> None:
    seen: list[str] = []
    address = "/v1/items?limit=2&form=research"
    while address:
        page = ask(address).json
        seen += [one["id"] for one in page["items"]]
        address = (page["next"] or "").removeprefix("http://127.0.0.1:8000")
    assert len(seen) == len(set(seen)) == 6


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("month=2021-04", 3),
        ("month=1999-01", 0),
        ("author=demonstration%20EDITORS", 7),
        ("author=nobody", 0),
        ("q=alliance", 1),
        ("q=psychotherapy%20-alliance&form=announcement", 1),
        ("q=%22no%20such%20words%22", 0),
        ("q=topic:adherance", 1),
        ("q=!", 0),
        ("kind=meta-analysis", 5),
        ("topic=adherance", 1),
    ],
)
def test_browsing_is_narrowed(ask: Ask, query: str, count: int) -> None:
    assert len(ask(f"/v1/items?{query}").json["items"]) == count


def test_topics_and_kinds_say_what_there_is(ask: Ask) -> None:
    topics = ask("/v1/topics").json["topics"]
    assert len(topics) == 36
    first = topics[0]
    assert (first["slug"], first["former"]) == ("adherence", ["adherance"])
    path = first["items"].removeprefix("http://127.0.0.1:8000")
    assert len(ask(path).json["items"]) == first["live_count"] == 1
    assert len(ask("/v1/kinds").json["kinds"]) == 6


# Changes, snapshot and state --------------------------------------------------------------------


def follow(ask: Ask, query: str = "") -> tuple[dict[str, str], str]:
    """Return (id -> content_hash, cursor) of a mirror that follows changes from the beginning."""
    held: dict[str, str] = {}
    since = ""
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


# Forms ------------------------------------------------------------------------------------------

OF_NOBODY = [path for path in contract()["paths"] if "{" not in path and "/me" not in path]
EVERY = [*OF_NOBODY, f"/v1/items/{ID}"]  # test_access.py has what needs a key


@pytest.mark.parametrize("path", EVERY)
def test_conditional_requests(ask: Ask, path: str) -> None:
    plain, packed = ask(path), ask(path, Accept_Encoding="gzip")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    stream = zlib.decompressobj(31)
    stream.decompress(packed.data)
    assert stream.eof
    assert stream.unused_data == b""
    assert plain.headers["Content-Language"] == "en"
    assert plain.headers["ETag"][0] == '"'
    for tag in (plain.headers["ETag"], packed.headers["ETag"], "*"):
        unmodified = ask(path, If_None_Match=tag)
        assert (unmodified.status_code, unmodified.data) == (304, b"")
        assert unmodified.headers["ETag"]
        assert "Authorization" in unmodified.headers["Vary"]
    since = ask(path, If_Modified_Since=plain.headers["Last-Modified"])
    assert since.status_code == 304


@pytest.mark.parametrize("path", EVERY)
def test_head_and_options(ask: Ask, path: str) -> None:
    full, head = ask(path), ask(path, "HEAD")
    assert (head.status_code, head.data) == (200, b"")
    assert head.headers["Content-Length"] == full.headers["Content-Length"] == str(len(full.data))
    options = ask(path, "OPTIONS")
    assert options.status_code == 204
    assert options.headers["Allow"] == "GET, HEAD, OPTIONS"
    refused = ask(path, "POST")
    assert (refused.status_code, refused.json["code"]) == (405, "method-not-allowed")


@pytest.mark.parametrize(
    "path", [path for path in EVERY if path not in ("/v1/changes.atom", "/v1/snapshot")]
)
def test_a_browser_gets_a_page(ask: Ask, path: str) -> None:
    browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    page = ask(path, Accept=browser)
    assert page.content_type == "text/html; charset=utf-8"
    assert b"<h1>" in page.data
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert page.headers["ETag"] != ask(path).headers["ETag"]
    for accept in ("*/*", "application/json", "image/png", "application/json, text/html;q=0.5"):
        assert ask(path, Accept=accept).is_json


# English only -----------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["en", "EN", "en-CA", "en-GB-oxendict"])
def test_english_may_be_asked_for(ask: Ask, lang: str) -> None:
    assert ask(f"/v1/state?lang={lang}").status_code == 200


@pytest.mark.parametrize("lang", ["fr", "fr-CA", "", "english", "*"])
def test_any_other_language_is_refused_in_two(ask: Ask, lang: str) -> None:
    answer = ask(f"/v1/items?lang={lang}")
    assert answer.status_code == 406
    body: dict[str, Any] = answer.json
    assert (body["code"], body["available"]) == ("language-not-available", ["en"])
    assert "anglais" in body["detail_fr"]
    assert "English" in body["detail_en"]
    assert body["english"] == "http://127.0.0.1:8000/v1/items"
    assert answer.headers["Content-Language"] == "en, fr"


@pytest.mark.parametrize(
    ("header", "status"),
    [
        ("fr", 200),
        ("fr-CA, fr;q=0.9", 200),
        ("en;q=0", 406),
        ("fr, en;q=0", 406),
        ("fr, en;q=0, *;q=0.1", 200),
        ("fr, en;q=0, *;q=0", 406),
        ("fr, en;q=0, en-CA;q=0.5", 200),
        ("rubbish;;;q=x", 200),
        ("en;q=0," * 400, 200),
    ],
)
def test_a_wish_for_another_language_is_answered_in_english(
    ask: Ask, header: str, status: int
) -> None:
    answer = ask("/v1/state", Accept_Language=header)
    assert answer.status_code == status
    if status == 200:
        assert answer.headers["Content-Language"] == "en"
