"""Calls of the duties that are lost, doubled and out of turn, from three workers at once.

Whoever runs the duties may do so badly: the tables say what is to be done. After each burst every
duty runs until it has nothing to do, as it does when whoever runs them looks again a second later.
"""

from __future__ import annotations

import random
import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import URL

from syndicate.alerts.subscription import Schedule
from syndicate.deliver.audit import Audit, audit
from syndicate.deliver.engine import Duty
from tests import postgres, readers
from tests.deliver.engines import Spoiler, Stand, is_done, until
from tests.readers import Network

pytestmark = [pytest.mark.prove, pytest.mark.timeout(1800)]
WORKERS = 3
CORRECTION = {"date": "2024-01-01T12:50:00Z", "note": "A figure was wrong."}
WITHDRAWAL = {"date": "2024-01-01T12:55:00Z", "reason": "error", "note": "The table was wrong."}
Run = Callable[[Network], None]


def in_order(network: Network) -> None:
    network.work()


class Chaos:
    """Runs duties as no engine should, then once as one does."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.calls = 0

    def __call__(self, network: Network) -> None:
        while len(network.workers) < WORKERS:
            network.worker()
        stop = threading.Event()
        failed: list[Exception] = []

        def follow(calls: list[Duty]) -> None:
            try:
                for duty in calls:
                    duty(stop)
            except Exception as error:  # noqa: BLE001 - told below, in the test
                failed.append(error)

        threads = [
            threading.Thread(target=follow, args=(self.burst(list(worker.duties.values())),))
            for worker in network.workers
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failed == []
        network.work()

    def burst(self, duties: list[Duty]) -> list[Duty]:
        """Return some of the duties, some of them twice or more, in any order; or none."""
        calls = self.rng.choices(duties, k=self.rng.randint(0, 6))
        self.calls += len(calls)
        return calls


def history(network: Network) -> Iterator[str]:
    """Have a month, step by step; after each what is due is done."""
    rhythms = {
        "now": Schedule(rhythm="immediate"),
        "day": Schedule(rhythm="daily", zone="America/Toronto"),
        "week": Schedule(rhythm="weekly", zone="Europe/Paris", weekday=3),
        "month": Schedule(rhythm="monthly", zone="UTC", day=31),
    }
    for name, schedule in rhythms.items():
        for selection in ("", "empathy", "training"):
            network.subscribe(
                f"{name}-{selection or 'all'}@example.org", selection, schedule=schedule
            )
    network.fill(250)  # more than one claim takes
    yield "readers"
    write = network.site.write
    for step in range(8):
        if step == 4:
            write("s-0", number=0, corrections=[CORRECTION])
        if step == 6:
            write("s-1", number=1, topics=["training"], withdrawn=WITHDRAWAL)
        for number in (2 * step, 2 * step + 1):
            write(f"s-{number}", number=number, topics=[("empathy", "training")[number % 2]])
        assert network.site.publish().problems == ()
        yield f"published {step}"
        network.wait(hours=60)
        yield f"waited {step}"


def live(folder: Path, url: str, run: Run) -> tuple[list[tuple[str, str, str]], Audit]:
    """Return each mail that went out, without what differs by its key; and the audit."""
    with readers.running(folder, url) as network:
        for _step in history(network):
            run(network)
        return result(network)


def result(network: Network) -> tuple[list[tuple[str, str, str]], Audit]:
    alerts = [mail for mail in network.sink.mails if mail.html]
    ids = [mail.message["Message-ID"] for mail in alerts]
    assert len(ids) == len(set(ids))
    shown = [
        (mail.recipient, mail.message["Subject"], re.sub("[0-9a-f]{36}", "TOKEN", mail.text))
        for mail in alerts
    ]
    return sorted(shown), audit(network.site.engine)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_the_result_is_the_same(kind: str, tmp_path: Path, postgres_server: URL) -> None:
    expected, expected_audit = live(tmp_path / "o", f"sqlite:///{tmp_path}/o.sqlite", in_order)
    assert len(expected) > 8 * 250
    for seed in range(2):
        made = postgres.create_database(postgres_server)
        url = made.render_as_string(hide_password=False)
        chaos = Chaos(seed)
        try:
            url = url if kind == "postgresql" else f"sqlite:///{tmp_path}/{seed}.sqlite"
            found, found_audit = live(tmp_path / str(seed), url, chaos)
        finally:
            postgres.drop_database(postgres_server, made)
        assert found == expected
        assert found_audit == expected_audit
        assert found_audit.faults == []
        print(f"{kind}: {len(found)} mails, the same after {chaos.calls} calls out of turn")


def test_so_it_is_where_jobs_of_the_distributed_engine_are_spoilt(
    tmp_path: Path, postgresql_url: str
) -> None:
    expected = live(tmp_path / "o", f"sqlite:///{tmp_path}/o.sqlite", in_order)
    with readers.running(tmp_path, postgresql_url) as network:
        steps = history(network)
        next(steps)  # the readers' letters are awaited one by one, and need no engine
        network.work()
        stand = Stand("distributed", network.site.engine)
        for _ in range(WORKERS):
            stand.start(network.worker().duties)
        with Spoiler(stand, random.Random(3)) as spoiler:
            for _step in steps:
                until(lambda: is_done(network))
        stand.end()
        assert result(network) == expected
        print(f"the same after jobs were spoilt: {spoiler.acts}")
