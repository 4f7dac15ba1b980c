"""Says on what machine, and with what, the measurements were taken."""

from __future__ import annotations

import os
import platform
import shutil
import sqlite3
import subprocess
from importlib import metadata
from pathlib import Path
from typing import Final

_PACKAGES: Final = ("feedgen", "flask", "granian", "sqlalchemy", "bleach", "click", "isal")
_PROGRAMS: Final = {"hugo": ("hugo", "version"), "wrk": ("wrk", "-v")}


def notes() -> list[str]:
    """Return what a reader must know to judge the figures."""
    load = " ".join(f"{value:.1f}" for value in os.getloadavg())
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in _PACKAGES)
    return [
        f"cpu       {_cpu()}, {os.cpu_count()} cores; load {load} at the start",
        f"system    {platform.platform()}, {_memory()}",
        f"python    {platform.python_version()}, SQLite {sqlite3.sqlite_version}",
        f"packages  {versions}",
        *(f"{name:<9} {version(name) or 'not installed: left out'}" for name in _PROGRAMS),
    ]


def version(program: str) -> str | None:
    """Return what a program says of itself in one line; None where it is not installed."""
    if shutil.which(program) is None:
        return None
    done = subprocess.run(_PROGRAMS[program], capture_output=True, text=True, check=False)
    return (done.stdout or done.stderr).strip().partition("\n")[0]


def _cpu() -> str:
    path = Path("/proc/cpuinfo")
    lines = path.read_text().splitlines() if path.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def _memory() -> str:
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return f"{pages / 2**30:.0f} GiB"
