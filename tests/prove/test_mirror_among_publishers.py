"""A mirror at work while several processes publish at once: it ends exact, on each database."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from syndicate.store import engine as store
from syndicate.store import pull
from tests.sites import REPOSITORY
from tests.web.served import Server
from tests.web.stand import KEY, new_site

TIMES = 12
PUBLISHERS = ("anna", "bert", "carl")

pytestmark = [pytest.mark.prove, pytest.mark.timeout(600)]

EDITOR = """
import subprocess, sys
from datetime import datetime
from pathlib import Path

from tests.sites import Site
from syndicate.store import engine as store

name, folder, url, times = sys.argv[1], Path(sys.argv[2]), sys.argv[3], int(sys.argv[4])
engine = store.connect(url)
site = Site(folder, engine)
for number in range(times):
    slug = f"{name}-{number % 3}"
    day = ord(name[0]) % 28
    withdrawn = {"date": f"2022-02-{day:02}T00:00:00Z", "reason": "error"}
    published = datetime.fromisoformat(f"2021-0{1 + number % 3}-{day:02}T00:00:00+00:00")
    path = site.write(
        slug,
        title=f"Version {number}",
        minor_edits=[{"date": "2022-01-01T00:00:00Z", "note": f"Edit {number}."}],
        published=published,
        **({"withdrawn": withdrawn} if number == times - 1 else {}),
    )
    done = subprocess.run([sys.executable, "-m", "syndicate", "publish", path])
    assert done.returncode == 0, done
"""


def test_a_mirror_ends_exact(database_url: str, tmp_path: Path, free_port: int) -> None:
    site = new_site(tmp_path / "site", database_url)
    assert site.publish().problems == ()
    base = f"http://127.0.0.1:{free_port}"
    settings = {
        "SYNDICATE_DATABASE_URL": database_url,
        "SYNDICATE_SECRET_KEY": KEY,
        "SYNDICATE_BASE_URL": base,
    }
    server = Server(site.folder, free_port, **settings)
    others = {n: v for n, v in os.environ.items() if not n.startswith("SYNDICATE_")}
    environ = {**others, **settings, "SYNDICATE_SITE": str(site.folder)}
    environ |= {"SYNDICATE_ALLOW_LOOPBACK": "1", "PYTHONPATH": str(REPOSITORY)}
    publishers = [
        subprocess.Popen(
            [sys.executable, "-c", EDITOR, name, str(site.folder), database_url, str(TIMES)],
            env=environ,
            stdout=subprocess.DEVNULL,
        )
        for name in PUBLISHERS
    ]
    copy = f"sqlite:///{tmp_path / 'copy.sqlite'}"
    command = [sys.executable, "-m", "syndicate", "mirror", f"{base}/v1/", "--to", copy]
    try:
        runs = 0
        while any(one.poll() is None for one in publishers):
            done = subprocess.run(command, check=False, env=environ, capture_output=True, text=True)
            assert done.returncode == 0, done.stdout + done.stderr
            runs += 1
        assert [one.returncode for one in publishers] == [0] * len(publishers)
        assert runs > 2, "the mirror was too slow to meet a publish"
        subprocess.run(command, check=True, env=environ)
        shown = subprocess.run(
            [*command, "--list"], check=True, env=environ, capture_output=True, text=True
        )
    finally:
        server.end()
        for one in publishers:
            one.kill()
            one.wait()
    copied = dict(line.split("\t") for line in shown.stdout.splitlines())
    with store.reading(site.engine) as connection:
        assert copied == dict(pull.iterate_hashes(connection))
    assert len(copied) >= len(PUBLISHERS)
    site.engine.dispose()
