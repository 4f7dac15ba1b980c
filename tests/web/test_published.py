from __future__ import annotations

import gzip
import io
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from syndicate.web.conditional import decide
from syndicate.web.published import Published
from tests.web.stand import Stand, get
from tests.web.test_conditional import accepted

DOCUMENTS = ("/feed.atom", "/topics/empathy/feed.rss", "/kinds/meta-analysis/feed.json", "/opml")


def call(app: Published, environ: dict[str, str]) -> tuple[str, list[tuple[str, str]], bytes]:
    """Call the application as a server does, without a client library between."""
    answers: list[tuple[str, list[tuple[str, str]]]] = []
    usual = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": "/feed.atom",
        "HTTP_HOST": "127.0.0.1:8000",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": io.StringIO(),
    }
    body = app(
        usual | environ, lambda status, headers, _exc=None: answers.append((status, headers))
    )
    ((status, headers),) = answers
    return status, headers, b"".join(body)


@pytest.mark.parametrize("path", DOCUMENTS)
def test_a_document_comes_in_every_coding_with_the_same_bytes(app: Published, path: str) -> None:
    plain = get(app, path)
    packed = get(app, path, Accept_Encoding="gzip")
    assert plain.status_code == packed.status_code == 200
    assert gzip.decompress(packed.data) == plain.data
    assert int(plain.headers["Content-Length"]) == len(plain.data)
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.headers["ETag"] == plain.headers["ETag"][:-1] + '-gz"'


def test_the_headers_of_a_feed(app: Published) -> None:
    headers = get(app, "/topics/empathy/feed.atom").headers
    assert headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    assert headers["Content-Language"] == "en"
    assert headers["Vary"] == "Accept-Encoding"
    assert "stale-while-revalidate=600" in headers["Cache-Control"]
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert headers["Surrogate-Key"] == "topics/empathy"
    assert headers["Link"] == '<http://127.0.0.1:8000/topics/empathy/feed.atom>; rel="self"'
    assert "Set-Cookie" not in headers


def test_the_hub_of_the_definitions_stands_in_the_link(stand: Stand) -> None:
    app = stand.open()
    stand.edit("network.toml", lambda text: f'{text}\n[hub]\nurl = "https://hub.example/"\n')
    stand.site.publish()
    app.generations.look()
    link = get(app, "/feed.rss").headers["Link"]
    assert link.endswith('rel="self", <https://hub.example/>; rel="hub"')
    assert "hub" not in get(app, "/opml").headers["Link"]


def test_a_query_changes_nothing(app: Published) -> None:
    plain = get(app, "/feed.atom")
    for query in ("utm_source=x", "null", "before=2020", "a=b&c=d", "%00", "x" * 500):
        answer = get(app, f"/feed.atom?{query}")
        assert (answer.data, answer.headers["ETag"]) == (plain.data, plain.headers["ETag"])


def test_head_and_other_methods(app: Published) -> None:
    full, head = get(app, "/feed.atom"), get(app, "/feed.atom", "HEAD")
    assert head.data == b""
    assert list(head.headers) == list(full.headers)
    for method in ("POST", "PUT", "DELETE", "PROPFIND"):
        refused = get(app, "/feed.atom", method)
        assert (refused.status_code, refused.headers["Allow"]) == (405, "GET, HEAD, OPTIONS")
    options = get(app, "/feed.atom", "OPTIONS", Origin="https://elsewhere.example")
    assert (options.status_code, options.headers["Access-Control-Allow-Origin"]) == (204, "*")


def test_range_and_feed_deltas_are_ignored(app: Published) -> None:
    answer = get(app, "/feed.atom", Range="bytes=0-9", A_IM="feed", If_None_Match='"other"')
    assert answer.status_code == 200
    assert answer.data == get(app, "/feed.atom").data


def test_clients_that_lost_their_coding_are_told_that_they_hold_the_newest(app: Published) -> None:
    tag = get(app, "/feed.atom", Accept_Encoding="gzip").headers["ETag"]
    for sent in (tag, f"W/{tag}", f'"a", {tag}', "*"):
        answer = get(app, "/feed.atom", If_None_Match=sent)
        assert (answer.status_code, answer.data) == (304, b"")
        assert "Content-Type" not in answer.headers
        assert "Content-Length" not in answer.headers


def test_answers_do_not_share_their_header_lists(app: Published) -> None:
    """A server may change the list that it gets (PEP 3333)."""
    for more in ({}, {"HTTP_IF_NONE_MATCH": "*"}, {"HTTP_ACCEPT_ENCODING": "gzip"}):
        _, headers, _ = call(app, more)
        expected = list(headers)
        headers.clear()
        assert call(app, more)[1] == expected


def test_a_feed_that_left_the_definitions_is_gone(stand: Stand) -> None:
    app = stand.open()
    assert get(app, "/feeds/therapist-development/feed.atom").status_code == 200
    stand.edit("feeds.toml", lambda text: text[: text.rindex("[[feed]]")])
    stand.site.publish()
    app.generations.look()
    for path in ("feed.atom", "feed.rss", "feed.json", "feed/archive/1.atom", ""):
        answer = get(app, f"/feeds/therapist-development/{path}")
        assert answer.status_code == 410
        assert b"withdrawn for good" in answer.data
    assert get(app, "/feeds/depression-and-anxiety/feed.atom").status_code == 200


def test_br_is_served_once_it_is_there(stand: Stand) -> None:
    brotli = pytest.importorskip("brotli")
    from syndicate.publish.background import add_codings

    app = stand.open()
    before = get(app, "/feed.atom", Accept_Encoding="gzip, br")
    assert before.headers["Content-Encoding"] == "gzip"
    while add_codings(stand.site.engine, stand.site.now):
        pass
    app.generations.look()
    after = get(app, "/feed.atom", Accept_Encoding="gzip, br")
    assert after.headers["Content-Encoding"] == "br"
    assert brotli.decompress(after.data) == gzip.decompress(before.data)
    # who holds the gzip still holds the newest
    again = get(app, "/feed.atom", Accept_Encoding="gzip, br", If_None_Match=before.headers["ETag"])
    assert again.status_code == 304


def test_pages_are_answered_from_memory_once_they_were_asked_for(app: Published) -> None:
    passed = app.counts.passed
    first = get(app, "/topics/empathy/", Accept_Encoding="gzip")
    assert app.counts.passed == passed + 1
    again = get(app, "/topics/empathy/?utm_source=x", Accept_Encoding="gzip")
    assert app.counts.passed == passed + 1
    assert (again.data, list(again.headers)) == (first.data, list(first.headers))
    tag = first.headers["ETag"]
    assert get(app, "/topics/empathy/", If_None_Match=tag).status_code == 304


tags = st.sampled_from(['"{}"', '"{}-gz"', 'W/"{}-br"', '"{}x"', "*", '"a", "{}"', "{}"])
dates = st.sampled_from(["Thu, 01 Apr 1999 12:00:30 GMT", "Thu, 01 Apr 2100 12:00:30 GMT", "x"])


@pytest.fixture(scope="module")
def module_app(long_app: Published) -> Published:
    return long_app


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(["GET", "HEAD", "OPTIONS", "POST"]),
    accepted,
    st.none() | tags,
    st.none() | dates,
)
def test_the_short_way_gives_the_answers_of_the_long_one(
    module_app: Published, method: str, accept: str | None, tag: str | None, since: str | None
) -> None:
    prepared = module_app.generations.current.documents["/feed.atom"]
    headers: dict[str, Any] = {
        "HTTP_ACCEPT_ENCODING": accept,
        "HTTP_IF_NONE_MATCH": tag and tag.format(prepared.offer.tag),
        "HTTP_IF_MODIFIED_SINCE": since,
    }
    environ = {name: value for name, value in headers.items() if value is not None}
    status, sent, body = call(module_app, {"REQUEST_METHOD": method, **environ})
    expected = decide(
        prepared.offer,
        method=method,
        accept_encoding=accept,
        if_none_match=environ.get("HTTP_IF_NONE_MATCH"),
        if_modified_since=since,
    )
    assert (int(status[:3]), tuple(sent)) == (expected.status, expected.headers)
    assert body == prepared.body(expected)
