from __future__ import annotations

import logging
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from syndicate.store import engine as store
from syndicate.store import journal
from tests.web.stand import Stand, get, new_site

SLUG = "alliance-predicts-outcome"


def until(happened: Callable[[], bool]) -> None:
    for _ in range(1000):
        if happened():
            return
        time.sleep(0.01)
    raise AssertionError("it did not happen within ten seconds")


def title(stand: Stand, text: str) -> None:
    """Give a summary another title, as a further minor edit, and publish it."""
    count = stand.edits = stand.edits + 1
    edits = ", ".join(f'{{date: 2022-01-01T00:{n:02}:00Z, note: "Edit {n}"}}' for n in range(count))

    def change(old: str) -> str:
        rest = re.sub(r"\n(title|minor_edits): .*", "", old)
        return rest.replace("\nform:", f"\ntitle: {text}\nminor_edits: [{edits}]\nform:", 1)

    stand.edit(SLUG, change)
    assert stand.site.publish().problems == ()


@pytest.fixture
def either(tmp_path: Path, database_url: str) -> Iterator[Stand]:
    """Return an installation on each kind of database, published once."""
    stand = Stand(new_site(tmp_path / "site", database_url))
    stand.site.publish()
    yield stand
    stand.close()


def test_a_publish_is_noticed_and_keeps_what_did_not_change(either: Stand) -> None:
    app = either.open()
    before = app.generations.current
    title(either, "Version one of it")
    until(lambda: app.generations.current.generation > before.generation)
    after = app.generations.current
    assert b"Version one of it" in get(app, "/feed.atom").data
    assert b"Version one of it" in get(app, f"/summaries/{SLUG}/").data
    changed = {p for p in after.documents if after.documents[p] is not before.documents[p]}
    assert "/feed.atom" in changed
    assert "/topics/trauma-and-ptsd/feed.atom" not in changed


def test_a_snapshot_is_of_one_generation(either: Stand) -> None:
    app = either.open()
    title(either, "Version 0 of it")
    app.generations.look()
    seen: list[tuple[str, ...]] = []
    stop = threading.Event()

    def read() -> None:
        while not stop.is_set():
            documents = app.generations.current.documents
            bodies = [
                documents[path].body(documents[path].answer({"REQUEST_METHOD": "GET"}))
                for path in ("/feed.atom", "/feed.json", "/topics/adherence/feed.rss")
            ]
            seen.append(tuple(re.findall(rb"Version (\d+) of it", b)[0].decode() for b in bodies))

    reader = threading.Thread(target=read)
    reader.start()
    try:
        for number in range(1, 5):
            title(either, f"Version {number} of it")
            until(lambda number=number: seen[-1][0] == str(number))  # type: ignore[misc]
    finally:
        stop.set()
        reader.join()
    assert all(len(set(versions)) == 1 for versions in seen)
    assert seen == sorted(seen)


def test_a_page_and_the_feeds_agree_as_soon_as_the_page_is_read(either: Stand) -> None:
    app = either.open()
    app.generations.stop()  # nobody else looks
    title(either, "Version two of it")
    assert b"Version two" not in get(app, "/feed.json").data
    assert b"Version two" in get(app, f"/summaries/{SLUG}/").data
    assert b"Version two" in get(app, "/feed.json").data


# A store in trouble -----------------------------------------------------------------------------


def test_a_store_that_is_not_there_yet(tmp_path: Path) -> None:
    site = new_site(tmp_path / "site", f"sqlite:///{tmp_path / 'elsewhere.sqlite'}")
    site.engine.dispose()
    path = tmp_path / "store.sqlite"
    site.engine = store.connect(f"sqlite:///{path}")
    stand = Stand(site)
    app = stand.open()
    answer = get(app, "/feed.atom")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    assert "run `syndicate db upgrade`" in answer.text
    assert str(tmp_path) not in answer.text
    ready = get(app, "/readyz")
    assert ready.status_code == 503
    assert ready.json
    assert ready.json["remedy"] == "run `syndicate db upgrade`"
    assert str(tmp_path) not in ready.text
    assert get(app, "/healthz").status_code == 200
    assert not path.exists()  # asking does not make one
    # the operator follows the remedy, then the next
    shutil.copy(tmp_path / "elsewhere.sqlite", path)
    app.generations.look()
    assert "run `syndicate publish`" in get(app, "/opml").text
    assert "run `syndicate publish`" in get(app, "/").text
    site.publish()
    until(lambda: get(app, "/feed.atom").status_code == 200)
    assert get(app, "/readyz").status_code == 200
    stand.close()


def test_what_was_loaded_is_served_while_the_store_is_away(
    stand: Stand, caplog: pytest.LogCaptureFixture
) -> None:
    app = stand.open()
    body = get(app, "/feed.atom").data
    kept = get(app, "/topics/").data
    path = stand.site.folder / "store.sqlite"
    stand.site.engine.dispose()
    with caplog.at_level(logging.INFO, "syndicate"):
        broken = path.with_name("broken")
        broken.write_bytes(b"not a database at all, but as long as it has to be" * 100)
        path.with_name("away").hardlink_to(path)
        broken.replace(path)  # at once: a moment without any file would be told of, too
        until(lambda: app.generations.trouble is not None)
        assert get(app, "/feed.atom").data == body
        assert get(app, "/topics/").data == kept
        assert get(app, "/kinds/").status_code == 503
        assert get(app, "/readyz").status_code == 503
        told = [record for record in caplog.records if record.name == "syndicate.web.generations"]
        assert len(told) <= 2
        path.with_name("away").replace(path)
        until(lambda: app.generations.trouble is None)
    assert get(app, "/kinds/").status_code == 200
    assert "the store is back" in caplog.text


def test_an_older_store_that_is_put_back_is_served_from_its_beginning(stand: Stand) -> None:
    app = stand.open()
    path = stand.site.folder / "store.sqlite"
    stand.site.engine.dispose()
    shutil.copy(path, path.with_name("backup"))
    title(stand, "Version three of it")
    until(lambda: b"Version three" in get(app, "/feed.atom").data)
    stand.site.engine.dispose()
    for name in ("store.sqlite-wal", "store.sqlite-shm"):
        path.with_name(name).unlink(missing_ok=True)
    path.with_name("backup").replace(path)
    stand.site.engine = store.connect(f"sqlite:///{path}")
    with store.writing(stand.site.engine) as connection:
        journal.begin_epoch(connection)
    until(lambda: b"Version three" not in get(app, "/feed.atom").data)


# Processes --------------------------------------------------------------------------------------

FORKING = """
import os, pathlib, sys, time
from syndicate import config
from syndicate.web import create_app
app = create_app(config.load(os.environ, cwd=pathlib.Path.cwd()))
before = app.generations.current.generation
print("loaded", flush=True)
child = os.fork()
if child == 0:
    print("forked", flush=True)
    for _ in range(1000):
        if app.generations.current.generation > before:
            os._exit(0)
        time.sleep(0.01)
    os._exit(3)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


def test_a_forked_worker_follows_the_store_too(stand: Stand) -> None:
    environ = {
        **os.environ,
        "SYNDICATE_DATABASE_URL": stand.settings().database_url,
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    with subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", FORKING], env=environ, stdout=subprocess.PIPE
    ) as parent:
        assert parent.stdout
        assert [parent.stdout.readline(), parent.stdout.readline()] == [b"loaded\n", b"forked\n"]
        title(stand, "Version four of it")
        assert parent.wait(20) == 0


def test_closing_ends_the_thread(stand: Stand) -> None:
    before = set(threading.enumerate())
    app = stand.open()
    assert [t.name for t in set(threading.enumerate()) - before] == ["generations"]
    app.close()
    assert set(threading.enumerate()) <= before
