"""Postfix's own test server takes our mails, and refuses them in its ways: all go out later."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from syndicate.deliver import engine as engines
from syndicate.deliver.audit import audit
from syndicate.deliver.smtp import SmtpRelay
from syndicate.deliver.worker import Worker
from tests import readers
from tests.readers import Network

SMTP_SINK = shutil.which("smtp-sink") or shutil.which("smtp-sink", path="/usr/sbin")
pytestmark = [pytest.mark.prove, pytest.mark.timeout(300)]
READERS = 150


@contextmanager
def taking(folder: Path, port: int, *options: str) -> Iterator[None]:
    """Run smtp-sink, which writes each mail that it takes into a file of `folder`."""
    assert SMTP_SINK
    account = ["-u", "root"] if os.geteuid() == 0 else []
    command = [SMTP_SINK, *account, *options, "-d", f"{folder}/mail.", f"127.0.0.1:{port}", "100"]
    process = subprocess.Popen(command)
    try:
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait(10)


def taken(folder: Path) -> Counter[tuple[str, str]]:
    """Return how often each recipient got each Message-ID, to the end."""
    found: Counter[tuple[str, str]] = Counter()
    for file in folder.glob("mail.*"):
        text = file.read_text("utf-8")
        recipient = re.search(r"^X-Rcpt-Args: <(.+)>", text, re.MULTILINE)
        id = re.search(r"^Message-ID: (\S+)", text, re.MULTILINE)
        if recipient and id and "</html>" in text:
            found[recipient[1], id[1]] += 1
    return found


def work(network: Network, port: int) -> None:
    relay = SmtpRelay(f"smtp://127.0.0.1:{port}", name="localhost", timeout=10)
    worker = Worker(network.site.engine, network.keyring, relay, clock=lambda: network.now)
    engines.run_once(worker.duties, threading.Event())
    worker.close()


@pytest.fixture
def news(tmp_path: Path, database_url: str) -> Iterator[Network]:
    """Return a network with readers, and a summary that none of them has been told of."""
    with readers.running(tmp_path, database_url) as network:
        network.fill(READERS)
        network.site.write("one")
        network.site.publish()
        yield network


if SMTP_SINK:

    def test_it_takes_every_mail_once(news: Network, tmp_path: Path, free_port: int) -> None:
        with taking(tmp_path / "mails", free_port):
            work(news, free_port)
        got = taken(tmp_path / "mails")
        assert {recipient for recipient, _ in got} == {
            f"reader-{number}@example.org" for number in range(READERS)
        }
        assert len(got) == READERS
        assert set(got.values()) == {1}
        assert audit(news.site.engine).sent == READERS

    @pytest.mark.parametrize(
        "options",
        [("-r", "MAIL"), ("-r", "RCPT"), ("-r", "."), ("-Q", "RCPT"), ("-q", "DATA"), ("-q", ".")],
        ids=["soft-mail", "soft-rcpt", "soft-end", "421-rcpt", "drop-data", "drop-end"],
    )
    def test_what_it_refuses_goes_out_later(
        news: Network, tmp_path: Path, free_port: int, options: tuple[str, str]
    ) -> None:
        with taking(tmp_path / "refused", free_port, *options):
            for _ in range(3):
                work(news, free_port)
                news.wait(minutes=20)
        assert audit(news.site.engine).sent == 0
        refused = taken(tmp_path / "refused")  # it may have read one to the end all the same
        with taking(tmp_path / "mails", free_port):
            for _ in range(12):
                work(news, free_port)
                news.wait(hours=1)
        got = taken(tmp_path / "mails")
        assert len(got) == READERS
        assert set(got.values()) == {1}
        assert set(refused) <= set(got)  # those that came twice have the same Message-ID
        found = audit(news.site.engine)
        assert (found.sent, found.faults) == (READERS, [])
