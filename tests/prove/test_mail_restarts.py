"""PostgreSQL is restarted, and crashes, while alerts are on their way: nobody is lost.

The server is one of our own, started for the test; the machine's is not touched.
"""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import URL

from syndicate.cli import here
from syndicate.deliver.audit import audit
from syndicate.deliver.sender import NOTE_EVERY
from tests import postgres, readers
from tests.deliver.engines import Stand
from tests.deliver.kills import expected
from tests.sink import Answer

pytestmark = [pytest.mark.prove, pytest.mark.timeout(600)]
READERS = 500
RESTARTS = (30, 180, 330)  # at these mails
AWAY = 1.5  # seconds


class Server:
    """A PostgreSQL server that can be stopped and started again."""

    def __init__(self, url: URL) -> None:
        self.url = url
        self._data = Path(str(url.query["host"])) / "data"
        self._command = shlex.split((self._data / "postmaster.opts").read_text())
        self._process: subprocess.Popen[bytes] | None = None
        # a commit that was answered must outlast a crash, as at a site
        with (self._data / "postgresql.conf").open("a") as conf:
            conf.write("synchronous_commit = on\n")

    def stop(self, how: signal.Signals) -> None:
        lock = self._data / "postmaster.pid"
        os.kill(int(lock.read_text().splitlines()[0]), how)
        while lock.exists():
            time.sleep(0.02)
        if self._process:
            self._process.wait()

    def start(self) -> None:
        prefix, _account = postgres._account()
        self._process = subprocess.Popen(
            [*prefix, *self._command],
            cwd=self._data,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def wait(self) -> None:
        while True:
            try:
                postgres.connect(self.url).close()
            except psycopg.OperationalError:
                time.sleep(0.05)
            else:
                return


@pytest.fixture
def server() -> Iterator[Server]:
    binaries = postgres.installed_binaries()
    way = postgres.started_server(binaries) if binaries else postgres.wheel_server()
    with way as url:
        made = Server(url)
        made.stop(signal.SIGINT)
        made.start()
        made.wait()
        yield made
        made.stop(signal.SIGINT)


@pytest.mark.parametrize("kind", ["local", "distributed"])
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT])
def test_restarted_in_the_middle(
    how: signal.Signals, kind: str, server: Server, tmp_path: Path
) -> None:
    """SIGINT ends every session; SIGQUIT is a crash, and the next start recovers."""
    url = postgres.create_database(server.url).render_as_string(hide_password=False)
    ahead = timedelta()
    with readers.running(tmp_path, url, clock=lambda: here.now() + ahead) as network:
        network.fill(READERS)
        network.site.write("one")
        network.site.publish()
        left = list(RESTARTS)

        def restart(stage: str, _address: str) -> Answer:
            if stage == "data" and left and len(network.sink.mails) >= left[0]:
                left.pop(0)
                server.stop(how)
                threading.Timer(AWAY, server.start).start()
            return None

        network.sink.rule = restart
        stand = Stand(kind, network.site.engine)
        stand.start(network.worker().duties)
        (thread,) = stand.threads
        quiet, before = 0, -1
        while left or quiet < 30:  # until nothing has gone out for three seconds
            time.sleep(0.1)
            assert thread.is_alive()
            quiet = quiet + 1 if len(network.sink.mails) == before else 0
            before = len(network.sink.mails)
        server.wait()
        stand.end()
        ahead = timedelta(minutes=11)  # what was claimed as the server went is free again
        network.work()
        sent = Counter(mail.message["Message-ID"] for mail in network.sink.mails)
        assert set(sent) == expected(network)
        doubled = sent.total() - READERS
        print(f"{how.name}: {doubled} went twice in {len(RESTARTS)} restarts")
        assert 0 <= doubled <= NOTE_EVERY * len(RESTARTS)
        found = audit(network.site.engine)
        assert (found.sent, found.pending, found.faults) == (READERS, 0, [])
