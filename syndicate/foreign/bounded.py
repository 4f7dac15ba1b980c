"""Runs the child that loads feedparser, within limits that the kernel keeps."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from syndicate.errors import ForeignFeedError


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one feed may cost: sizes in bytes, times in seconds; `memory` is address space."""

    raw: int = 10_000_000
    memory: int = 1_000_000_000
    cpu_seconds: int = 20
    seconds: float = 60.0
    output: int = 60_000_000


DEFAULT_LIMITS = Limits()


def read_in_child(raw: bytes, address: str, media_type: str, limits: Limits) -> dict[str, Any]:
    """Run the child on files, not pipes: nothing blocks, and the kernel bounds what it writes."""
    command = [
        *(sys.executable, "-P", "-m", "syndicate.foreign.child"),
        *map(str, (limits.memory, limits.cpu_seconds, limits.output)),
        *(address.replace("\0", ""), media_type.replace("\0", "")),
    ]
    environment = {"PYTHONPATH": str(Path(__file__).parents[2]), "PYTHONIOENCODING": "utf-8"}
    with (
        tempfile.TemporaryFile() as given,
        tempfile.TemporaryFile() as written,
        tempfile.TemporaryFile() as complaint,
    ):
        given.write(raw)
        given.seek(0)
        child = subprocess.Popen(
            command,
            stdin=given,
            stdout=written,
            stderr=complaint,
            env=environment,
            start_new_session=True,
        )
        try:
            code = child.wait(limits.seconds)
        except subprocess.TimeoutExpired as error:
            raise ForeignFeedError(
                f"the feed took longer than {limits.seconds:g} s to read", "ask for a shorter one"
            ) from error
        finally:
            _end(child)
        if code:
            raise _explained(code, _last_line(complaint), limits)
        written.seek(0)
        answer: dict[str, Any] = json.load(written)
        return answer


def _end(child: subprocess.Popen[bytes]) -> None:
    """End the child and whatever it started; it leads a process group of its own."""
    if child.poll() is None:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def _last_line(complaint: IO[bytes]) -> str:
    size = complaint.seek(0, os.SEEK_END)
    complaint.seek(max(0, size - 2000))
    lines = complaint.read().decode("utf-8", "replace").split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), "")


def _explained(code: int, complaint: str, limits: Limits) -> ForeignFeedError:
    if code == -signal.SIGXCPU:
        cause = f"it takes more than {limits.cpu_seconds} s of processor time"
    elif complaint.startswith("MemoryError"):
        cause = f"it takes more than {limits.memory:,} bytes of memory"
    elif complaint.startswith("OSError: [Errno 27]"):
        cause = f"what it holds is larger than {limits.output:,} bytes"
    elif code < 0:
        cause = f"the parser was ended by {signal.Signals(-code).name}"
    else:
        cause = f"the parser failed: {complaint[:200]}"
    return ForeignFeedError(f"the feed cannot be read: {cause}", "ask its publisher to mend it")
