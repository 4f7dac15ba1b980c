"""The memory of a publisher does not grow with the number of files that it publishes at once."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from tests.sites import BODY, REPOSITORY, Site

pytestmark = [pytest.mark.prove, pytest.mark.timeout(900)]

FEW, MANY = 400, 3000
PROGRAM = """
import re, sys
from datetime import datetime
from pathlib import Path
from syndicate import definitions
from syndicate.publish import publish
from syndicate.store import engine
folder, url, base_url, now = sys.argv[1:]
found = definitions.load(Path(folder), base_url=base_url)
outcome = publish(engine.connect(url), Path(folder), found, now=datetime.fromisoformat(now))
status = Path("/proc/self/status").read_text()
print(len(outcome.steps), re.search(r"VmHWM:\\s+(\\d+) kB", status)[1])
"""


def _peak(folder: Path, files: int) -> int:
    """Publish so many files for the first time in a process; return its peak memory in kB."""
    site = Site.make(folder / "site", f"sqlite:///{folder}/store.sqlite")
    for number in range(files):
        site.write(f"s{number}", number=number, body=BODY + "\nThat was repeated.\n" * 50)
    site.now += timedelta(minutes=files)
    url = site.engine.url.render_as_string(hide_password=False)
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, site.folder, url, site.base_url, site.now.isoformat()],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    )
    site.engine.dispose()
    steps, peak = map(int, done.stdout.split())
    assert steps == files
    return peak


def test_ten_times_the_files_take_little_more_memory(tmp_path: Path) -> None:
    few, many = _peak(tmp_path / "few", FEW), _peak(tmp_path / "many", MANY)
    print(f"{FEW} files: {few / 1000:.0f} MB; {MANY}: {many / 1000:.0f} MB")
    # held in memory, these files and what is made of them are some 100 MB
    assert many - few < 12_000
