"""A callback that asks to be left alone is, with all that waits for it, but not for ever."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from syndicate.webhooks.calling import WAITS
from tests.outgoing.stand import Asked, Handler, sent
from tests.webhooks.conftest import Stand


def seqs(asked: list[Asked]) -> list[int]:
    return [json.loads(one.body)["data"]["seq"] for one in asked]


def in_an_hour(handler: Handler) -> None:
    """Answer with a date; the server's own Date stands beside it."""
    when = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
    sent(b"", 503, Retry_After=when)(handler)


@pytest.mark.parametrize(
    "reply",
    [sent(b"", 429, Retry_After="3600"), sent(b"", 503, Retry_After="3600"), in_an_hour],
    ids=["429", "503", "date"],
)
def test_it_rests_as_long_as_it_asks(stand: Stand, reply: object) -> None:
    stand.add(reply=reply)  # type: ignore[arg-type]
    stand.publish("summary-0", "summary-1")
    assert seqs(stand.work()) == [2]
    stand.server.answers["/hook"] = sent(b"")
    stand.publish("summary-2")  # a minute later
    assert stand.work() == []
    stand.site.now += timedelta(minutes=57)
    assert stand.work() == []
    stand.site.now += timedelta(minutes=3)
    assert seqs(stand.work()) == [3]


@pytest.mark.parametrize(
    ("status", "asked"),
    [(500, "3600"), (429, "soon"), (429, "0"), (503, "-5")],
)
def test_what_is_no_wish_for_a_rest_is_a_failure_like_others(
    stand: Stand, status: int, asked: str
) -> None:
    stand.add(reply=sent(b"", status, Retry_After=asked))
    stand.publish("summary-0")
    assert len(stand.work()) == 1
    stand.site.now += timedelta(seconds=7)
    assert len(stand.work()) == 1


def test_nobody_rests_for_more_than_a_day(stand: Stand) -> None:
    stand.add(reply=sent(b"", 503, Retry_After="999999999"))
    stand.publish("summary-0")
    assert len(stand.work()) == 1
    stand.site.now += WAITS[-1] - timedelta(seconds=1)
    assert stand.work() == []
    stand.site.now += timedelta(seconds=1)
    assert len(stand.work()) == 1


def test_others_are_called_meanwhile(stand: Stand) -> None:
    stand.add("busy", "/busy", sent(b"", 429, Retry_After="3600"))
    stand.add("care", "/care")
    stand.publish("summary-0", "summary-1")
    assert sorted(one.path for one in stand.work()) == ["/busy", "/care"]
