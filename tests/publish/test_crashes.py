"""A publisher killed at any point leaves the old state or the new, and the next one ends it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from syndicate.publish.failpoints import POINTS
from syndicate.store import engine as store
from syndicate.store import journal
from syndicate.store import site as site_
from tests.sites import REPOSITORY, Site

PROGRAM = """
import sys
from datetime import datetime
from pathlib import Path
from syndicate import definitions
from syndicate.publish import Options, publish
from syndicate.store import engine
folder, url, base_url, now = sys.argv[1:]
found = definitions.load(Path(folder), base_url=base_url)
outcome = publish(engine.connect(url), Path(folder), found,
                  now=datetime.fromisoformat(now), options=Options(processes=1))
print(len(outcome.changes), len(outcome.problems))
"""


MERGING = """
import sys
from datetime import datetime
from pathlib import Path
from syndicate.publish import topics
from syndicate.store import engine
folder, url, base_url, now = sys.argv[1:]
topics.merge(engine.connect(url), Path(folder), "training", "empathy",
             base_url=base_url, now=datetime.fromisoformat(now))
"""


def run(
    site: Site, *, program: str = PROGRAM, failpoint: str = ""
) -> subprocess.CompletedProcess[str]:
    url = site.engine.url.render_as_string(hide_password=False)
    return subprocess.run(
        [sys.executable, "-c", program, site.folder, url, site.base_url, site.now.isoformat()],
        cwd=REPOSITORY,
        env={**os.environ, "SYNDICATE_FAILPOINT": failpoint},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("point", POINTS)
def test_kill_leaves_the_old_or_the_new_state(site: Site, point: str) -> None:
    site.write("one")
    site.publish()
    before = site.stored()
    site.write("two", number=1)
    killed = run(site, failpoint=f"{point}:kill")
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    after = site.stored()
    with store.reading(site.engine) as connection:
        seq = journal.get_head(connection).seq
    if point == "committed":
        assert (seq, after != before) == (2, True)
    else:
        assert (seq, after) == (1, before)
    site.publish()
    assert b"summary/two" in site.document("/feed.atom")
    with store.reading(site.engine) as connection:
        assert [c.seq for c in journal.list_since(connection, 0, limit=9)] == [1, 2]


@pytest.mark.parametrize("point", POINTS)
def test_a_merge_of_topics_that_was_killed_is_ended_by_the_next_publish(
    site: Site, point: str
) -> None:
    """topics.toml is written before the store, so it alone is enough to go on from."""
    site.write("one", topics=["training"])
    site.write("two", number=1)
    site.publish()
    before = site.stored()
    killed = run(site, program=MERGING, failpoint=f"{point}:kill")
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert (site.stored() != before) == (point == "committed")
    site.publish()
    assert not site.publish().changes
    assert b"summary/one" in site.document("/topics/empathy/feed.atom")
    with store.reading(site.engine) as connection:
        assert site_.get_definitions(connection).topic("training").slug == "empathy"
        told = [
            one.summary_id.rpartition("/")[2] for one in journal.list_since(connection, 0, limit=9)
        ]
    assert (sorted(told[:2]), told[2:]) == (["one", "two"], ["one"])


def test_publishers_at_once_publish_everything_once(site: Site) -> None:
    for number in range(6):
        site.write(f"summary-{number}", number=number)
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda _n: run(site), range(4)))
    assert [r.returncode for r in results] == [0] * 4, results
    assert sorted(r.stdout for r in results) == ["0 0\n"] * 3 + ["6 0\n"]
    with store.reading(site.engine) as connection:
        assert [c.seq for c in journal.list_since(connection, 0, limit=99)] == [1, 2, 3, 4, 5, 6]
    assert site.document("/feed.atom").count(b"<entry") == 6
