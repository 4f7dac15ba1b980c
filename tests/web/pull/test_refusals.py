"""What `/v1` refuses: each with its documented code, and nothing of what was sent in the log."""

from __future__ import annotations

import logging
import time

import pytest

from syndicate.store import engine as store
from syndicate.store import journal
from syndicate.web.published import Published
from tests.web.pull.contract import Ask
from tests.web.pull.test_changes import follow
from tests.web.stand import Stand, get

LONG = "x" * 1900


@pytest.fixture
def app(demo_app: Published) -> Published:
    """Return the application that all share who only read."""
    return demo_app


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/v1/changes?foo=1", 400, "unknown-param"),
        ("/v1/state?since=x", 400, "unknown-param"),
        ("/v1/topics?topic=empathy", 400, "unknown-param"),
        ("/v1/items?q=", 400, "bad-value"),
        ("/v1/items?author=", 400, "bad-value"),
        (f"/v1/items?author={'a' * 201}", 400, "bad-value"),
        ("/v1/items?q=a+b+c+d+e+f+g+h+i+j+k+l+m", 400, "bad-value"),
        (f"/v1/items?q={'a' * 201}", 400, "bad-value"),
        ("/v1/items?q=topic:adheranse", 404, "topic-unknown"),
        ("/v1/changes?q=alliance", 400, "unknown-param"),
        ("/v1/changes?limit=0", 400, "bad-value"),
        ("/v1/changes?limit=-1", 400, "bad-value"),
        ("/v1/changes?limit=1000000000", 400, "bad-value"),
        ("/v1/changes?limit=501", 400, "bad-value"),
        ("/v1/changes?limit=5.0", 400, "bad-value"),
        ("/v1/changes?limit=%D9%A5", 400, "bad-value"),
        ("/v1/changes?limit=", 400, "bad-value"),
        ("/v1/changes?wait=31", 400, "bad-value"),
        ("/v1/changes?limit=5&limit=5", 400, "bad-value"),
        ("/v1/changes?topic=empathy&topic=training", 400, "bad-value"),
        ("/v1/changes?topic=", 400, "bad-value"),
        ("/v1/changes?topic=a%00b", 400, "bad-value"),
        ("/v1/changes?topic=%0D%0ASet-Cookie:x", 400, "bad-value"),
        ("/v1/changes?topic=%FF", 400, "bad-value"),
        ("/v1/changes?topic=Empathy", 400, "bad-value"),
        ("/v1/changes?topic=empathy&not_topic=empathy", 409, "contradiction"),
        ("/v1/changes?topic=a,b,c,d,e,f,g,h,i", 400, "bad-value"),
        ("/v1/changes?topic_mode=some", 400, "bad-value"),
        ("/v1/changes?form=poem", 404, "topic-unknown"),
        ("/v1/changes?topic=empathi", 404, "topic-unknown"),
        ("/v1/changes?kind=meta-analisis", 404, "topic-unknown"),
        ("/v1/changes?since=", 400, "cursor-invalid"),
        ("/v1/changes?since=abc", 400, "cursor-invalid"),
        (f"/v1/changes?since={LONG}", 400, "cursor-invalid"),
        ("/v1/snapshot?page=abc", 400, "cursor-invalid"),
        ("/v1/items?page=abc", 400, "cursor-invalid"),
        ("/v1/items?month=2021-13", 400, "bad-value"),
        ("/v1/items?month=0000-01", 400, "bad-value"),
        ("/v1/items?month=9999-12", 400, "bad-value"),
        ("/v1/items?parts=all", 400, "bad-value"),
        ("/v1/items/tag:nobody.example,2013:x", 404, "not-found"),
        ("/v1/items/by-doi/10.1/none", 404, "not-found"),
        ("/v1/nothing", 404, "not-found"),
        ("/v1/problems/nothing", 404, "not-found"),
        ("/v1/state?buckets=yes", 400, "bad-value"),
    ],
)
def test_each_refusal_has_its_code(
    ask: Ask, caplog: pytest.LogCaptureFixture, path: str, status: int, code: str
) -> None:
    with caplog.at_level(logging.DEBUG):
        answer = ask(path)
    assert (answer.status_code, answer.json["code"]) == (status, code)
    assert answer.content_type == "application/problem+json"
    assert answer.json["type"] == f"http://127.0.0.1:8000/v1/problems/{code}"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert b"Traceback" not in answer.data
    assert caplog.records == []


def test_near_misses_are_named(ask: Ask) -> None:
    assert "'empathy'" in ask("/v1/changes?topic=empathi").json["detail"]
    assert "'topic'" in ask("/v1/changes?topics=empathy").json["detail"]


@pytest.mark.parametrize(
    ("query", "param", "allowed"),
    [
        ("topic=empathi", "topic", "did you mean 'empathy'"),
        ("not_topic=empathi", "not_topic", "did you mean 'empathy'"),
        ("kind=meta-analisis", "kind", "did you mean 'meta-analysis'"),
        ("topic=empathy&not_topic=empathy", "not_topic", "slugs that `topic` has not"),
        ("limit=0", "limit", "a whole number from 1 to 500"),
    ],
)
def test_the_parameter_that_is_wrong_is_named(
    ask: Ask, query: str, param: str, allowed: str
) -> None:
    (wrong,) = ask(f"/v1/changes?{query}").json["errors"]
    assert wrong["param"] == param
    assert allowed in wrong["allowed"]


def test_a_page_of_the_list_cannot_be_made_up(ask: Ask) -> None:
    following = ask("/v1/items?limit=2").json["next"].removeprefix("http://127.0.0.1:8000")
    assert "~" not in following
    assert ask(following).status_code == 200
    head, _, token = following.partition("page=")
    letter = "A" if token[0] != "A" else "B"
    answer = ask(f"{head}page={letter}{token[1:]}")
    assert (answer.status_code, answer.json["code"]) == (400, "cursor-invalid")


def test_a_query_of_a_megabyte(ask: Ask) -> None:
    answer = ask(f"/v1/changes?topic={'a' * 1_000_000}")
    assert (answer.status_code, answer.json["code"]) == (400, "too-large")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Language"] == "en"


def test_an_address_that_cannot_be_read_and_another_host(ask: Ask) -> None:
    assert ask("/v1/items/a%0Ab").json["code"] == "bad-address"
    assert ask("/v1/state", Host="elsewhere.example").json["code"] == "other-host"


def test_no_coding_at_all(ask: Ask) -> None:
    answer = ask("/v1/state", Accept_Encoding="identity;q=0, gzip;q=0")
    assert (answer.status_code, answer.json["code"]) == (406, "coding-not-available")


# Cursors ----------------------------------------------------------------------------------------


def test_a_cursor_is_bound_to_its_filter(ask: Ask) -> None:
    _, cursor = follow(ask, "&topic=empathy")
    assert ask(f"/v1/changes?since={cursor}&topic=empathy").status_code == 200
    for other in ("", "&topic=training", "&topic=empathy,training", "&not_topic=empathy"):
        answer = ask(f"/v1/changes?since={cursor}{other}")
        assert (answer.status_code, answer.json["code"]) == (400, "cursor-invalid")


def test_a_tampered_cursor(ask: Ask) -> None:
    _, cursor = follow(ask)
    for place in range(0, len(cursor) - 1, 5):
        letter = "A" if cursor[place] != "A" else "B"
        changed = cursor[:place] + letter + cursor[place + 1 :]
        assert ask(f"/v1/changes?since={changed}").json["code"] == "cursor-invalid"


def test_a_cursor_of_another_history_or_of_the_future(stand: Stand) -> None:
    app = stand.open()
    _, cursor = follow(lambda path: get(app, path))
    with store.writing(stand.site.engine) as connection:
        journal.begin_epoch(connection)
    app.generations.look()
    answer = get(app, f"/v1/changes?since={cursor}")
    assert (answer.status_code, answer.json["code"]) == (410, "cursor-expired")
    assert answer.json["snapshot"] == "http://127.0.0.1:8000/v1/snapshot"


def test_a_cursor_holds_through_a_rename_and_expires_with_a_merge(stand: Stand) -> None:
    app = stand.open()
    _, cursor = follow(lambda path: get(app, path), "&topic=empathy")
    stand.edit(
        "topics.toml",
        lambda text: text.replace(
            'slug = "empathy"', 'slug = "understanding"\nkey = "empathy"\nformer = ["empathy"]'
        ),
    )
    assert stand.site.publish().problems == ()
    app.generations.look()
    for slug in ("empathy", "understanding"):
        answer = get(app, f"/v1/changes?since={cursor}&topic={slug}")
        assert [one["op"] for one in answer.json["changes"]] == ["put"]
    _, merged = follow(lambda path: get(app, path), "&topic=training")
    block = stand.site.folder / "feeds" / "topics.toml"
    head, *rest = block.read_text().split("[[topic]]")
    kept = [part for part in rest if 'slug = "training"' not in part]
    kept = [
        part.replace('former = ["empathy"]', 'former = ["empathy", "training"]') for part in kept
    ]
    block.write_text("[[topic]]".join([head, *kept]))
    assert stand.site.publish().problems == ()
    app.generations.look()
    answer = get(app, f"/v1/changes?since={merged}&topic=training")
    assert (answer.status_code, answer.json["code"]) == (410, "cursor-expired")


# Trouble ----------------------------------------------------------------------------------------


def test_a_store_that_is_away(stand: Stand) -> None:
    app = stand.open()
    path = stand.site.folder / "store.sqlite"
    stand.site.engine.dispose()
    path.rename(path.with_suffix(".away"))
    limit = time.monotonic() + 10
    while app.generations.trouble is None:  # connections that are open still see the file
        assert time.monotonic() < limit
        time.sleep(0.02)
    answer = get(app, "/v1/changes")
    assert (answer.status_code, answer.json["code"]) == (503, "unavailable")
    assert answer.headers["Retry-After"] == "30"
    assert str(path).encode() not in answer.data


def test_a_store_without_a_secret_key_says_so_to_the_operator_alone(stand: Stand) -> None:
    stand.environ["SYNDICATE_SECRET_KEY"] = ""
    answer = get(stand.open(), "/v1/changes")
    assert (answer.status_code, answer.json["code"]) == (503, "unavailable")
