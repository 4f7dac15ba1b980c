"""`mirror`: from a real `/v1` over a real connection, as a person, a timer and a program run it."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from werkzeug.serving import BaseWSGIServer, make_server

from syndicate import config
from syndicate.web import create_app
from tests.cli.conftest import Terminal
from tests.mirror.network import small_parts

KEY = "sk_1_secret-that-nobody-may-see"
_COLOURS = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]")


@dataclass
class Served:
    """A published site at `url`; `refuse` is given in place of the next answers.

    Each answer takes `delay` seconds.
    """

    terminal: Terminal
    url: str
    refuse: list[tuple[str, list[tuple[str, str]]]] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)
    delay: float = 0

    def publish(self, *slugs: str, **front: Any) -> None:
        for slug in slugs:
            self.terminal.site.write(slug, number=ord(slug[0]), **front)
        self.terminal.run("publish")


@pytest.fixture
def served(terminal: Terminal) -> Iterator[Served]:
    here = Served(terminal, "")

    def application(environ: Any, start_response: Any) -> Any:
        here.keys.append(environ.get("HTTP_AUTHORIZATION"))
        time.sleep(here.delay)
        if here.refuse:
            start_response(*here.refuse.pop(0))
            return [b"{}"]
        environ.pop("HTTP_AUTHORIZATION", None)
        return app(environ, start_response)

    server: BaseWSGIServer = make_server("127.0.0.1", 0, application, threaded=True)
    here.url = f"http://127.0.0.1:{server.port}"
    terminal.environ |= {"SYNDICATE_BASE_URL": here.url, "SYNDICATE_ALLOW_LOOPBACK": "1"}
    here.publish("anna", "bert", "carl")
    app = create_app(config.load(terminal.environ, cwd=terminal.site.folder))
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield here
    server.shutdown()
    server.server_close()
    app.close()


def test_a_copy_in_a_folder(served: Served) -> None:
    run = served.terminal.run
    shown = run("mirror", served.url, "--to", "copy").stdout
    first = f"{served.url}/v1/: exact at change 3: 3 entries, last change 20"
    assert shown.startswith(first)
    assert shown.endswith("\n3 taken in\n")
    served.publish("dora")
    told = run("mirror", "--to", "copy", "--check", status=3).stdout
    assert "3 entries, 1 changes behind" in told
    assert "exact at change 4" in run("mirror", "--to", "copy").stdout
    assert "exact at change 4" in run("mirror", "--to", "copy", "--check").stdout
    assert len(list(Path("copy/entries").rglob("*.json"))) == 4


def test_what_a_program_is_told(served: Served) -> None:
    run = served.terminal.run
    told = json.loads(run("mirror", f"{served.url}/v1", "--to", "copy", "--json").stdout)
    assert (told["exact"], told["entries"], told["seq"], told["behind"]) == (True, 3, 3, 0)
    lines = run("mirror", "--to", "copy", "--list").stdout.splitlines()
    assert [line.partition("\t")[0].rpartition("/")[2] for line in lines] == [
        "anna",
        "bert",
        "carl",
    ]
    assert all("\tsha-256:" in line for line in lines)
    records = run("mirror", "--to", "copy", "--list", "--json").stdout.splitlines()
    assert [json.loads(record)["seq"] for record in records] == [1, 2, 3]


def test_a_filter(served: Served) -> None:
    served.publish("dora", topics=["training"])
    run = served.terminal.run
    run("mirror", served.url, "--to", "copy", "--topic", "training", "--kind", "meta-analysis")
    assert len(run("mirror", "--to", "copy", "--list").stdout.splitlines()) == 1
    told = run("mirror", "--to", "copy", "--not-topic", "training", status=1).stderr
    assert "copy is a copy of topic=training&kind=meta-analysis, not not_topic=training;" in told
    told = run("mirror", served.url, "--to", "other", "--topic", "trainin", status=1).stderr
    assert "answers 404: unknown topic 'trainin'; did you mean 'training'?" in told


def test_the_key_is_shown_to_the_origin_and_to_nobody_else(served: Served) -> None:
    served.terminal.environ["SYNDICATE_MIRROR_KEY"] = KEY
    result = served.terminal.run("mirror", served.url, "--to", "copy", "--json")
    assert f"Bearer {KEY}" in served.keys
    for path in Path("copy").rglob("*"):
        assert not path.is_file() or b"nobody-may-see" not in path.read_bytes()
    Path("key").write_text("sk_2_other\n")
    Path("key").chmod(0o640)
    result = served.terminal.run("mirror", "--to", "copy", "--key-file", "key")
    assert served.keys[-1] == "Bearer sk_2_other"
    assert "sk_" not in result.output
    assert result.stderr == "others can read key: chmod 600 key\n"
    Path("key").chmod(0o600)
    assert served.terminal.run("mirror", "--to", "copy", "--key-file", "key").stderr == ""
    Path("key").write_text("two words")
    told = served.terminal.run("mirror", "--to", "copy", "--key-file", "key", status=2).stderr
    assert "a key without spaces" in told
    assert "two words" not in told


@pytest.mark.parametrize("text", ["", " \n\t\n"])
def test_a_key_file_without_a_key_is_no_pull_without_one(served: Served, text: str) -> None:
    Path("key").write_text(text)
    asked = len(served.keys)
    told = served.terminal.run(
        "mirror", served.url, "--to", "copy", "--key-file", "key", status=2
    ).stderr
    assert "key is empty: put the key into it, or leave out --key-file" in told
    assert len(served.keys) == asked
    assert not Path("copy").exists()


def test_an_origin_that_cannot_answer_now(served: Served) -> None:
    run = served.terminal.run
    served.refuse = [("429 Too Many Requests", [("Retry-After", "1")])] * 2
    told = run("mirror", f"{served.url}/v1/", "--to", "copy", "--patience", "1", status=75).stderr
    assert "/v1/state answers 429; waiting 1 s\n" in told
    assert told.endswith("a snapshot that is not finished; it asks to wait 1 s\n")
    assert "exact at change 3" in run("mirror", f"{served.url}/v1/", "--to", "copy").stdout
    served.refuse = [("503 Service Unavailable", [("Retry-After", "9999")])]
    told = run("mirror", "--to", "copy", status=75).stderr
    assert "the copy stands at change 3, 0 behind" in told


def test_a_copy_that_differs_and_cannot_be_mended(served: Served) -> None:
    run = served.terminal.run
    run("mirror", f"{served.url}/v1/", "--to", "copy")
    path = next(Path("copy/entries").rglob("anna*.json"))
    path.write_text("{}")
    told = run("mirror", "--to", "copy", "--check", status=3).stdout
    assert "NOT EXACT: 3 entries" in told
    assert (
        f"altered: tag:pprnet.example,2013:summary/anna: its file {path.relative_to('copy')}"
        in told
    )
    run("mirror", "--to", "copy", "--anew")
    run("mirror", "--to", "copy", "--check")


def test_wrong_use(served: Served) -> None:
    run = served.terminal.run
    assert "there is no copy at none" in run("mirror", "--to", "none", "--check", status=1).stderr
    assert "give the address to mirror" in run("mirror", "--to", "none", status=1).stderr
    assert "Missing option '--to'" in run("mirror", served.url, status=2).stderr
    served.terminal.environ["SYNDICATE_ALLOW_LOOPBACK"] = "0"
    told = run("mirror", served.url, "--to", "copy", status=1).stderr
    assert "is not a public address" in told


def watch_over(process: subprocess.Popen[str], terminal: int) -> str:
    """Return all that a process writes to a terminal until it ends."""
    shown = b""
    while process.poll() is None or select.select([terminal], [], [], 0)[0]:
        if select.select([terminal], [], [], 0.1)[0]:
            shown += os.read(terminal, 65536)
    return shown.decode()


def test_whoever_waits_at_a_terminal_sees_how_far_it_is(served: Served) -> None:
    served.delay = 0.4
    ours, theirs = pty.openpty()
    words = ("mirror", f"{served.url}/v1/", "--to", "copy")
    with small_parts(1):
        process = served.terminal.start(*words, stderr=theirs)
        shown = watch_over(process, ours)
    printed, _ = process.communicate()
    os.close(ours)
    os.close(theirs)
    assert process.returncode == 0, shown
    counts = re.findall(r"mirroring [^\r\n]*? (\d) 0:00:0\d", _COLOURS.sub("", shown))
    assert {"2", "3"} <= set(counts), shown
    assert counts == sorted(counts)
    assert "mirroring" not in printed
    assert "exact at change 3" in printed


def test_nobody_is_shown_progress_who_is_no_terminal(served: Served) -> None:
    served.delay = 0.4
    with small_parts(1):
        process = served.terminal.start("mirror", f"{served.url}/v1/", "--to", "copy")
        printed, told = process.communicate(timeout=60)
    assert (process.returncode, told) == (0, "")
    first, second = printed.splitlines()
    assert first.startswith(f"{served.url}/v1/: exact at change 3: 3 entries, last change ")
    assert second == "3 taken in"


def test_watching_until_sigterm(served: Served) -> None:
    process = served.terminal.start("mirror", f"{served.url}/v1/", "--to", "copy", "--watch", "1")
    assert process.stdout is not None
    assert "exact at change 3" in process.stdout.readline()
    served.publish("dora")
    while "exact at change 4" not in process.stdout.readline():
        assert process.poll() is None
    process.send_signal(signal.SIGTERM)
    _, told = process.communicate(timeout=30)
    assert (process.returncode, told) == (0, "stopped\n")
    served.terminal.run("mirror", "--to", "copy", "--check")
