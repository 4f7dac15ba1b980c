"""What an origin refuses or spoils: how long is waited, and what the copy keeps."""

from __future__ import annotations

import pytest

from syndicate.errors import OriginBusy, OriginError
from syndicate.partnercheck.exchange import Reply, Request, problem
from syndicate.partnercheck.origin import Origin
from tests.mirror.stand import Stand


def _busy(status: int, **headers: str) -> Reply:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return problem(status, "quota", "too many requests", sent)


def test_waiting_as_long_as_it_is_asked_to(one: Stand) -> None:
    one.put(*"abcdefg")
    when = {"Retry_After": "Mon, 01 Jan 2024 12:00:07 GMT", "Date": "Mon, 01 Jan 2024 12:00:00 GMT"}
    for reply in (
        _busy(429, Retry_After="5"),
        _busy(503, **when),
        _busy(503),
        Reply(cut=True),
        _busy(429, Retry_After="soon"),
    ):
        one.script.refusals.append(lambda _request, _origin, reply=reply: reply)
    assert one.mirror().verdict == "exact"
    assert one.waits == [5, 7, 1, 2, 4]


def test_waiting_no_longer_than_allowed(one: Stand) -> None:
    one.put(*"abcdefg")
    one.script.between.append(
        lambda _origin: one.script.refusals.append(lambda *_: _busy(429, Retry_After="3600"))
    )
    with pytest.raises(
        OriginBusy, match=r"429: too many requests; the copy has 3 .*; it asks to wait 3600 s"
    ) as busy:
        one.mirror()
    assert busy.value.exit_code == 75
    assert len(one.held()) == 3  # what was taken in stays
    one.asked()
    assert one.mirror().verdict == "exact"
    assert one.asked().count("snapshot") == 2  # and is not asked for again
    assert one.held() == one.has()


@pytest.mark.parametrize(
    ("status", "code", "told"),
    [
        (401, "key-invalid", "check the key"),
        (403, "key-scope", "a key that reaches so far"),
        (404, "topic-unknown", "check the address and the filter's slugs"),
        (400, "unknown-param", "look at the address in a browser"),
    ],
)
def test_a_refusal_says_what_to_do(one: Stand, status: int, code: str, told: str) -> None:
    one.script.refusals.append(lambda *_: problem(status, code, "That is so.", {}))
    with pytest.raises(OriginError, match=f"{status}: That is so.; .*{told}") as refused:
        one.mirror()
    assert "secret" not in str(refused.value)


def test_the_key_is_sent_as_a_header_and_stands_nowhere_else(one: Stand) -> None:
    one.put("a")
    one.mirror()
    assert {headers["authorization"] for headers in one.sent} == {"Bearer sk_1_secret"}
    assert all("secret" not in seen.request.query for seen in one.script.seen)
    assert "secret" not in repr(one.service())


@pytest.mark.parametrize(
    "body",
    [
        b"<html>",
        b"[]",
        b'{"changes":[{"seq":1,"op":"put","item":{}}],"cursor":"c","more":false,"seq_head":1}',
        b'{"changes":[{"seq":1,"op":"move","id":"x"}],"cursor":"c","more":false,"seq_head":1}',
        b'{"changes":[{"seq":true,"op":"delete","id":"x"}],"cursor":"c","more":0,"seq_head":1}',
        b'{"changes":[],"cursor":"c","more":false}',
    ],
)
def test_an_answer_that_is_none_changes_nothing(one: Stand, body: bytes) -> None:
    one.put(*"ab")
    one.mirror()
    held = one.held()
    one.script.refusals.append(lambda *_: Reply(body=body))
    with pytest.raises(OriginError, match="the origin sends"):
        one.mirror()
    assert one.held() == held
    assert one.mirror().verdict == "exact"


def test_changes_that_do_not_go_on(one: Stand) -> None:
    one.put(*"ab")
    one.mirror()

    def again(request: Request, _origin: Origin) -> Reply:
        cursor = request.query.partition("since=")[2].partition("&")[0]
        body = b'{"changes":[],"cursor":"%s","more":true,"seq_head":9}' % cursor.encode()
        return Reply(body=body)

    one.script.refusals.extend([again] * 3)
    with pytest.raises(OriginError, match="do not go on"):
        one.mirror()
