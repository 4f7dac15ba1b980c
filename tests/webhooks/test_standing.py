"""What an operator sees of webhooks: how many wait and since when, and what the doctor says."""

from __future__ import annotations

from datetime import timedelta

from syndicate.doctor import callers
from syndicate.store import calls
from syndicate.store import engine as store
from syndicate.store.calls import Standing
from syndicate.web import call_figures
from syndicate.webhooks.calling import WAITS
from tests.outgoing.stand import sent
from tests.sites import REPOSITORY
from tests.webhooks.conftest import Stand
from tests.webhooks.test_partners import switch


def look(stand: Stand) -> Standing:
    with store.reading(stand.site.engine) as connection:
        return calls.look(connection, stand.site.now)


def told(stand: Stand) -> list[tuple[str, str]]:
    with store.reading(stand.site.engine) as connection:
        found = callers.examine(connection, now=stand.site.now)
        return [(one.verdict, one.message) for one in found]


def test_where_there_is_none_nothing_is_said(stand: Stand) -> None:
    stand.publish("summary-0")
    assert look(stand) == Standing(live=0, ended=0, waiting=0, failed=0, oldest=None)
    assert told(stand) == []


def test_what_nobody_calls_is_overdue_planned_or_not(stand: Stand) -> None:
    stand.add()
    stand.publish("summary-0")
    changed = stand.site.now
    assert look(stand) == Standing(live=1, ended=0, waiting=0, failed=0, oldest=changed)
    stand.site.now += timedelta(minutes=15)
    assert told(stand) == [("ok", "partners called: 1; calls that wait: 0")]
    stand.site.now += timedelta(seconds=1)
    ((verdict, message),) = told(stand)
    assert verdict == "error"
    assert message.endswith(f"one has been due since {changed:%Y-%m-%dT%H:%M:%SZ}")
    with store.recording(stand.site.engine) as connection:
        assert calls.plan(connection, changed) == 1
    assert look(stand) == Standing(live=1, ended=0, waiting=1, failed=0, oldest=changed)
    stand.work()
    assert told(stand) == [("ok", "partners called: 1; calls that wait: 0")]


def test_one_that_fails_is_not_overdue_while_it_rests(stand: Stand) -> None:
    stand.add(reply=sent(b"", 503, Retry_After="3600"))
    stand.publish("summary-0")
    stand.work()
    stand.site.now += timedelta(minutes=50)
    assert told(stand) == [("ok", "partners called: 1; calls that wait: 1")]


def test_those_that_ended_and_what_failed_for_good_are_named(stand: Stand) -> None:
    stand.add("gone", "/gone", sent(b"", 410))
    stand.add("care", "/care", sent(b"", 500))
    stand.publish("summary-0")
    for wait in (timedelta(0), *WAITS):
        stand.site.now += wait * 1.2 + timedelta(seconds=1)
        stand.work()
    found = look(stand)
    assert (found.live, found.ended, found.waiting, found.failed) == (1, 1, 0, 2)
    with store.reading(stand.site.engine) as connection:
        figures = list(call_figures.collect(connection, stand.site.now))
    documented = (REPOSITORY / "docs/operators.md").read_text("utf-8")
    assert [one.name for one in figures if f"`{one.name}" not in documented] == []
    told_of = {
        " ".join([sample.name, *sample.labels.values()]): sample.value
        for family in figures
        for sample in family.samples
    }
    assert told_of["syndicate_webhooks live"] == told_of["syndicate_webhooks ended"] == 1
    assert told_of["syndicate_webhook_calls waiting"] == 0
    assert told_of["syndicate_webhook_calls failed"] == 2
    assert told_of["syndicate_webhook_calls_oldest_seconds"] == 0
    state, ended, failed = told(stand)
    assert state == ("ok", "partners called: 1; calls that wait: 0")
    assert ended[0] == failed[0] == "warning"
    assert ended[1].startswith("gone answered 410 at ")
    assert failed[1] == "calls that failed for good: 2"


def test_switched_off_nothing_is_overdue(stand: Stand) -> None:
    stand.add()
    switch(stand, "false")
    stand.publish("summary-0")
    stand.site.now += timedelta(days=1)
    assert told(stand) == [("ok", "switched off in network.toml")]
