"""What every engine promises, asked of each: these tests know no engine by name."""

from __future__ import annotations

import random
import re
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from syndicate.alerts.subscription import Schedule
from syndicate.deliver.audit import Audit, audit
from syndicate.deliver.engine import Duty
from syndicate.errors import StoreError
from syndicate.store import engine as store
from tests import readers
from tests.deliver.engines import Spoiler, Stand, is_done, until
from tests.readers import Network

READERS = 250  # more than one claim takes
FEW = 40


@pytest.fixture(params=["local sqlite", "local postgresql", "distributed postgresql"])
def stand(request: pytest.FixtureRequest) -> Iterator[Stand]:
    kind, _, database = request.param.partition(" ")
    made = Stand(kind, store.connect(request.getfixturevalue(f"{database}_url")))
    yield made
    made.end()
    made.store.dispose()


@pytest.fixture
def network(stand: Stand, tmp_path: Path) -> Iterator[Network]:
    url = stand.store.url.render_as_string(hide_password=False)
    with readers.running(tmp_path, url) as found:
        yield found
        stand.end()


def test_every_duty_is_run_until_it_finds_nothing_and_then_again(stand: Stand) -> None:
    calls: Counter[str] = Counter()

    def duty(name: str, most: int) -> Duty:
        def run(_stop: threading.Event) -> bool:
            calls[name] += 1
            return calls[name] < most

        return run

    stand.start({"one": duty("one", 1), "three": duty("three", 3), "seven": duty("seven", 7)})
    until(lambda: calls["one"] > 1 and calls["three"] > 3 and calls["seven"] > 7)


def test_duties_that_fail_are_tried_again_and_hold_up_no_other(stand: Stand) -> None:
    calls: list[str] = []

    def duty(name: str, error: Exception | None = None) -> Duty:
        def run(_stop: threading.Event) -> bool:
            calls.append(name)
            if error and calls.count(name) == 1:
                raise error
            return False

        return run

    errors = {"foreseen": StoreError("no"), "unforeseen": ValueError("no")}
    failing = {name: duty(name, error) for name, error in errors.items()}
    stand.start({**failing, "other": duty("other")})
    until(lambda: all(calls.count(name) > 1 for name in errors))
    for name in errors:
        first = calls.index(name)
        assert "other" in calls[first : calls.index(name, first + 1)]


def test_it_ends_when_told_and_lets_a_duty_end_first(stand: Stand) -> None:
    begun, ended = threading.Event(), threading.Event()

    def duty(stop: threading.Event) -> bool:
        begun.set()
        stop.wait()
        ended.set()
        return True

    stand.start({"duty": duty})
    assert begun.wait(30)
    stand.end()
    assert ended.is_set()


def test_two_at_once_send_each_mail_once(stand: Stand, network: Network) -> None:
    network.fill(READERS)
    network.site.write("one")
    network.site.publish()
    for _ in range(2):
        stand.start(network.worker().duties)
    until(lambda: is_done(network))
    stand.end()
    sent = Counter(mail.recipient for mail in network.sink.mails)
    assert sent == {f"reader-{number}@example.org": 1 for number in range(READERS)}
    found = audit(stand.store)
    assert (found.sent, found.pending, found.faults) == (READERS, 0, [])


# Triggers that are lost, doubled and out of turn -------------------------------------------------


def live(network: Network, work: Callable[[], None]) -> tuple[list[tuple[str, str, str]], Audit]:
    """Have some days; return each alert that went out, without its tokens, and the audit."""
    for name, schedule in (("now", readers.AT_ONCE), ("day", Schedule(rhythm="daily", zone="UTC"))):
        network.sign_up(f"{name}@example.org", "empathy", schedule=schedule)
        work()
        network.confirm(network.sink.to(f"{name}@example.org")[0])
    network.fill(FEW)
    for step in range(2):
        network.site.write(f"s-{step}", number=step, topics=[("empathy", "training")[step]])
        network.site.publish()
        work()
        network.wait(hours=30)
        work()
    shown = [
        (mail.recipient, mail.message["Subject"], re.sub("[0-9a-f]{36}", "TOKEN", mail.text))
        for mail in network.sink.mails
    ]
    return sorted(shown), audit(network.site.engine)


def test_lost_doubled_and_reordered_triggers_change_nothing(
    stand: Stand, network: Network, tmp_path: Path
) -> None:
    with readers.running(tmp_path / "calm", f"sqlite:///{tmp_path}/calm.sqlite") as calm:

        def work() -> None:
            calm.work()

        expected = live(calm, work)
    for _ in range(2):
        stand.start(network.worker().duties)
    with Spoiler(stand, random.Random(1)) as spoiler:
        found = live(network, lambda: until(lambda: is_done(network)))
    assert len(expected[0]) > 2 * FEW
    assert found == expected
    assert found[1].faults == []
    assert stand.kind == "local" or set(spoiler.acts) == {"drop", "double", "reorder", "call"}
