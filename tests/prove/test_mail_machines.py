"""Workers of the distributed engine are killed with a job in hand: the next takes over.

What a dead worker held is free again after its lease and its heartbeat have ended. The test does
not wait for that: it dates both back.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text, update

from syndicate.cli import here
from syndicate.deliver.audit import audit
from syndicate.deliver.sender import NOTE_EVERY
from syndicate.store import engine as store
from syndicate.store import instants, jobs
from syndicate.store.alert_tables import delivery
from tests import readers
from tests.deliver.engines import until
from tests.readers import KEY, Network
from tests.sink import Answer
from tests.sites import REPOSITORY

pytestmark = [pytest.mark.prove, pytest.mark.timeout(300)]
READERS = 120
KILLS = (15, 16, 70)  # at these mails
IN_HAND = "SELECT id FROM procrastinate_jobs WHERE status = 'doing'"


def start(network: Network) -> subprocess.Popen[bytes]:
    environ = {
        **{name: value for name, value in os.environ.items() if not name.startswith("SYNDICATE_")},
        "SYNDICATE_DATABASE_URL": network.site.engine.url.render_as_string(hide_password=False),
        "SYNDICATE_SECRET_KEY": KEY,
        "SYNDICATE_SMTP_URL": network.sink.url,
        "SYNDICATE_ENGINE": "distributed",
        "PYTHONPATH": str(REPOSITORY),
    }
    command = [sys.executable, "-m", "syndicate", "worker"]
    return subprocess.Popen(command, cwd=network.site.folder, env=environ)


def ask(network: Network, query: str) -> list[object]:
    with store.recording(network.site.engine) as connection:
        found = connection.execute(text(query))
        return list(found.scalars()) if found.returns_rows else []


def let_time_pass(network: Network) -> None:
    """Let heartbeats and leases be old, as they are ten minutes later."""
    ask(network, "UPDATE procrastinate_workers SET last_heartbeat = now() - interval '10 minutes'")
    past = instants.write(here.now() - timedelta(minutes=1))
    with store.recording(network.site.engine) as connection:
        held = update(delivery).where(delivery.c.state == "sending")
        connection.execute(held.values(due_at=past))


def test_killed_with_a_job_in_hand(tmp_path: Path, postgresql_url: str) -> None:
    with readers.running(tmp_path, postgresql_url, clock=here.now) as network:
        network.fill(READERS)
        network.site.write("one")
        network.site.publish()
        taken, reached, killed = [0], threading.Event(), threading.Event()

        def hold(stage: str, _address: str) -> Answer:
            taken[0] += stage == "data"
            if stage == "data" and taken[0] in KILLS:
                reached.set()
                assert killed.wait(30)
                return "drop-after"
            return None

        network.sink.rule = hold
        for _ in KILLS:
            reached.clear()
            killed.clear()
            worker = start(network)
            assert reached.wait(60)
            worker.kill()
            assert worker.wait(30) == -signal.SIGKILL
            assert ask(network, f"{IN_HAND} AND task_name = 'send'")
            killed.set()
            let_time_pass(network)
        left = set(ask(network, IN_HAND))
        worker = start(network)
        until(lambda: len({mail.recipient for mail in network.sink.mails}) == READERS)
        until(lambda: not left & set(ask(network, IN_HAND)))
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(30) == 0
        sent = Counter(mail.message["Message-ID"] for mail in network.sink.mails)
        print(f"{sent.total() - READERS} went twice in {len(KILLS)} kills")
        assert len(sent) == READERS
        assert len(KILLS) <= sent.total() - READERS <= NOTE_EVERY * len(KILLS)
        found = audit(network.site.engine)
        assert (found.sent, found.pending, found.faults) == (READERS, 0, [])
        with store.reading(network.site.engine) as connection:
            health = jobs.find_health(connection)
        assert health
        assert (health.workers, health.stalled) == (0, 0)
