from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.web.conditional import Answer, Offer, decide
from syndicate.web.negotiation import Coding

CHANGED = datetime(2021, 4, 1, 12, 0, 30, tzinfo=UTC)
LENGTHS: dict[Coding, int] = {"identity": 900, "gzip": 300, "br": 250}
OFFER = Offer(
    tag="x",
    lengths=LENGTHS,
    cache_control="public, max-age=300",
    last_modified=CHANGED,
    always=(("X-Content-Type-Options", "nosniff"),),
    content=(("Content-Type", "application/atom+xml"),),
)
TAGS = ['"x"', '"x-gz"', '"x-br"']


def ask(method: str = "GET", **headers: str) -> Answer:
    return decide(OFFER, method=method, **headers)


def sent(answer: Answer) -> dict[str, str]:
    return dict(answer.headers)


def test_a_plain_get_is_answered_in_full() -> None:
    answer = ask()
    assert (answer.status, answer.coding) == (200, "identity")
    assert sent(answer) == {
        "Content-Type": "application/atom+xml",
        "Content-Length": "900",
        "ETag": '"x"',
        "Last-Modified": "Thu, 01 Apr 2021 12:00:30 GMT",
        "Cache-Control": "public, max-age=300",
        "Vary": "Accept-Encoding",
        "X-Content-Type-Options": "nosniff",
    }


@pytest.mark.parametrize("coding", ["gzip", "br"])
def test_each_coding_has_its_own_tag(coding: Coding) -> None:
    answer = ask(accept_encoding=coding)
    assert answer.coding == coding
    assert sent(answer)["Content-Encoding"] == coding
    assert sent(answer)["Content-Length"] == str(LENGTHS[coding])
    assert sent(answer)["ETag"] == {"gzip": '"x-gz"', "br": '"x-br"'}[coding]


def test_head_has_the_headers_of_get_and_no_body() -> None:
    for accepted in ("identity", "gzip", "br"):
        head = ask("HEAD", accept_encoding=accepted)
        assert head.headers == ask("GET", accept_encoding=accepted).headers
        assert (head.status, head.coding, head.text) == (200, None, b"")


@pytest.mark.parametrize(
    "tags",
    [
        *TAGS,
        'W/"x"',
        'W/"x-gz"',
        "*",
        " * ",
        '"a", "x-gz"',
        '"a","b" , W/"x-br", "c"',
        '"with, comma", "x"',
        ', "x",',
    ],
)
def test_a_tag_of_any_coding_gives_304(tags: str) -> None:
    for accepted in ("identity", "gzip", "br", "gzip;q=0.5, *;q=0.1"):
        assert ask(accept_encoding=accepted, if_none_match=tags).status == 304


@pytest.mark.parametrize(
    "tags",
    ["", '""', '"y"', "x", "x-gz", '"x', 'x"', "w/x", '"x-zstd"', '"*"', '"X"', "garbage, *"],
)
def test_other_tags_give_the_body_even_where_the_date_would_not(tags: str) -> None:
    later = format_datetime(CHANGED + timedelta(days=1), usegmt=True)
    assert ask(if_none_match=tags, if_modified_since=later).status == 200


def test_a_304_names_the_tag_that_the_client_holds() -> None:
    assert sent(ask(accept_encoding="gzip", if_none_match='"x"'))["ETag"] == '"x"'
    assert sent(ask(accept_encoding="gzip", if_none_match='W/"x-br"'))["ETag"] == '"x-br"'
    # of several, the one that would be sent now; so too for `*`
    assert sent(ask(accept_encoding="gzip", if_none_match='"x", "x-gz"'))["ETag"] == '"x-gz"'
    assert sent(ask(accept_encoding="gzip", if_none_match="*"))["ETag"] == '"x-gz"'


def test_a_304_has_the_headers_that_a_cache_needs_and_none_of_a_body() -> None:
    answer = ask(accept_encoding="gzip", if_none_match='"x-gz"')
    assert sent(answer) == {
        "ETag": '"x-gz"',
        "Last-Modified": "Thu, 01 Apr 2021 12:00:30 GMT",
        "Cache-Control": "public, max-age=300",
        "Vary": "Accept-Encoding",
        "X-Content-Type-Options": "nosniff",
    }
    assert (answer.coding, answer.text) == (None, b"")


@pytest.mark.parametrize(
    ("since", "status"),
    [
        ("Thu, 01 Apr 2021 12:00:30 GMT", 304),
        ("Thu, 01 Apr 2021 12:00:31 GMT", 304),
        ("Thu, 01 Apr 2021 12:00:29 GMT", 200),
        ("Thursday, 01-Apr-21 12:00:30 GMT", 304),  # RFC 850's form
        ("Thu Apr  1 12:00:30 2021", 304),  # asctime's
        ("2021-04-01T12:00:30Z", 200),
        ("Thu, 99 Apr 2021 12:00:30 GMT", 200),
        ("Thu, 01 Apr 99999 12:00:30 GMT", 200),
        ("now", 200),
        ("", 200),
        ("Thu, 01 Apr 2021 12:00:31 GMT" + " " * 100, 200),
    ],
)
def test_the_date_counts_where_no_tag_is_sent(since: str, status: int) -> None:
    assert ask(if_modified_since=since).status == status


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "PROPFIND", "get", ""])
def test_other_methods_are_refused_by_name(method: str) -> None:
    answer = ask(method, if_none_match='"x"')
    assert answer.status == 405
    assert sent(answer)["Allow"] == "GET, HEAD, OPTIONS"
    assert answer.text


def test_options_tell_what_browsers_ask_before_a_request_from_elsewhere() -> None:
    answer = ask("OPTIONS")
    assert (answer.status, answer.text) == (204, b"")
    assert sent(answer)["Allow"] == "GET, HEAD, OPTIONS"
    assert sent(answer)["Access-Control-Allow-Methods"] == "GET, HEAD"


def test_nothing_acceptable_is_406_before_any_precondition() -> None:
    answer = ask(accept_encoding="identity;q=0, *;q=0", if_none_match='"x"')
    assert answer.status == 406
    assert b"gzip" in answer.text


def test_a_page_without_a_date_is_not_compared_by_date() -> None:
    page = Offer(tag="x", lengths=LENGTHS, cache_control="public")
    answer = decide(page, method="GET", if_modified_since="Thu, 01 Apr 2100 12:00:30 GMT")
    assert answer.status == 200
    assert "Last-Modified" not in sent(answer)


# Laws -------------------------------------------------------------------------------------------

dates = st.datetimes(datetime(1994, 1, 1), datetime(2090, 1, 1)).map(  # noqa: DTZ001 - UTC is added
    lambda date: date.replace(tzinfo=UTC, microsecond=0)
)
tags = st.sampled_from([*TAGS, *(f"W/{tag}" for tag in TAGS), '"y"', '"x-zstd"', "x", "*", '"', ""])
lists = st.lists(tags, max_size=4).map(", ".join)
accepted = st.one_of(
    st.none(),
    st.text(max_size=60),
    st.lists(
        st.builds(
            "{}{}".format,
            st.sampled_from(["gzip", "br", "identity", "*", "deflate", "zstd", "x-gzip", "GZIP"]),
            st.sampled_from(["", ";q=0", ";q=1", ";q=0.5", "; q=0.001", ";q=2", ";q=x"]),
        ),
        max_size=5,
    ).map(", ".join),
)


@given(accepted, st.none() | lists | st.text(max_size=40), st.none() | dates)
def test_a_304_has_a_reason(
    accept_encoding: str | None, if_none_match: str | None, since: datetime | None
) -> None:
    answer = decide(
        OFFER,
        method="GET",
        accept_encoding=accept_encoding,
        if_none_match=if_none_match,
        if_modified_since=format_datetime(since, usegmt=True) if since else None,
    )
    assert answer.status in (200, 304, 406)
    if answer.status != 304:
        return
    if if_none_match is None:
        assert since is not None
        assert since >= CHANGED
    else:
        assert if_none_match.strip() == "*" or any(tag in if_none_match for tag in TAGS)


@given(accepted, dates)
def test_what_was_sent_is_not_sent_again(accept_encoding: str | None, since: datetime) -> None:
    first = decide(OFFER, method="GET", accept_encoding=accept_encoding)
    if first.status != 200:
        return
    held = dict(first.headers)
    again = decide(OFFER, method="GET", accept_encoding=accept_encoding, if_none_match=held["ETag"])
    assert (again.status, dict(again.headers)["ETag"]) == (304, held["ETag"])
    by_date = decide(
        OFFER,
        method="GET",
        accept_encoding=accept_encoding,
        if_modified_since=held["Last-Modified"],
    )
    assert by_date.status == 304
    changed = decide(
        OFFER,
        method="GET",
        accept_encoding=accept_encoding,
        if_modified_since=format_datetime(since, usegmt=True),
    )
    assert changed.status == (304 if since >= CHANGED else 200)


@given(st.text(max_size=30), st.text(), st.text(), st.text())
def test_no_header_can_break_it(method: str, accept: str, tags: str, since: str) -> None:
    answer = decide(
        OFFER, method=method, accept_encoding=accept, if_none_match=tags, if_modified_since=since
    )
    assert answer.status < 500
