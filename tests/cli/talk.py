"""A command at a terminal that somebody sits at."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

from tests.cli.conftest import PROGRAM
from tests.sites import REPOSITORY


def talk(
    words: tuple[str, ...],
    answers: list[tuple[str, str]],
    folder: Path,
    environ: Mapping[str, str] | None = None,
    status: int = 0,
    *,
    terminal: str = "dumb",
) -> str:
    """Run a command at a terminal, answering each question when it is asked."""
    ours, theirs = pty.openpty()
    environ = {**os.environ, **(environ or {}), "PYTHONPATH": str(REPOSITORY), "TERM": terminal}
    with subprocess.Popen(
        [*PROGRAM, *words], cwd=folder, env=environ, stdin=theirs, stdout=theirs, stderr=theirs
    ) as process:
        os.close(theirs)
        seen = ""
        for question, answer in answers:
            seen += _until(ours, question)
            os.write(ours, f"{answer}\n".encode())
        seen += _until(ours, None)
    os.close(ours)
    assert process.returncode == status, seen
    return seen


def _until(terminal: int, text: str | None) -> str:
    """Read until `text` has come, or to the end."""
    seen, deadline = "", time.monotonic() + 30
    while text is None or text not in seen:
        assert time.monotonic() < deadline, seen
        if select.select([terminal], [], [], 1)[0]:
            try:
                seen += os.read(terminal, 4096).decode()
            except OSError:  # Linux says so when the other side is closed
                break
    return seen
