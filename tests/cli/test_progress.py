"""Counting is shown on a terminal after a second, and nowhere else."""

from __future__ import annotations

import os
import pty
import subprocess
import sys

from tests.sites import REPOSITORY

COUNT = """
import sys
from syndicate.cli import progress
progress.PATIENCE = float(sys.argv[1])
with progress.counting("checking") as count:
    count.add(20)
    count.add(22)
    count.reach(1234, 2000)
print("rich" in sys.modules)
"""


def _run(patience: float, *, terminal: bool) -> tuple[str, str]:
    """Return what a program that counts writes to stdout and to stderr."""
    ours, theirs = pty.openpty()
    ended = subprocess.run(
        [sys.executable, "-c", COUNT, str(patience)],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        stderr=theirs if terminal else subprocess.PIPE,
        text=True,
        check=True,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "80"},
    )
    os.write(theirs, b".")  # so that there is something to read
    shown = os.read(ours, 65536).decode() if terminal else ended.stderr
    os.close(ours)
    os.close(theirs)
    return ended.stdout.strip(), shown.removesuffix(".")


def test_on_a_terminal_a_long_wait_is_shown() -> None:
    imported, shown = _run(-1, terminal=True)
    assert imported == "True"
    assert "checking" in shown
    assert "1,234" in shown


def test_a_short_wait_is_not_shown_and_imports_nothing() -> None:
    assert _run(60, terminal=True) == ("False", "")


def test_no_terminal_no_progress() -> None:
    assert _run(-1, terminal=False) == ("False", "")
