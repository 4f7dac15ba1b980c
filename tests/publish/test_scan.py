"""Finding what changed: moved folders, unreadable places, many files on all cores."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from syndicate.editorial import parallel
from syndicate.publish import Options, publish, scan
from syndicate.store import engine as store
from syndicate.store import journal
from syndicate.store.highwater import check
from tests.sites import Site


def test_many_files_are_read_on_all_cores(small_site: Site) -> None:
    for number in range(parallel.MANY + 5):
        small_site.write(f"s{number}", number=number)
    small_site.write("bad", topics=["nothing-such"], number=parallel.MANY + 9)
    counted: list[tuple[int, ...]] = []
    small_site.now = small_site.now.replace(hour=23)
    options = Options(processes=2, progress=lambda *counts: counted.append(counts))
    outcome = publish(
        small_site.engine,
        small_site.folder,
        small_site.definitions,
        now=small_site.now,
        options=options,
    )
    assert [change.summary_id.rpartition("/")[2] for change in outcome.changes] == [
        f"s{number}" for number in range(parallel.MANY + 5)
    ]
    assert [p.path.rpartition("/")[2] for p in outcome.problems] == ["bad.md"]
    total = parallel.MANY + 6
    assert counted == [(done, total) for done in range(1, total + 1)]


def test_a_whole_folder_can_move(small_site: Site) -> None:
    small_site.write("one")
    small_site.write("two", number=1)
    small_site.publish()
    old = small_site.folder / "content/summaries/2024/01"
    old.rename(small_site.folder / "content/summaries/2024/02")
    outcome = small_site.publish()
    assert outcome.problems == ()
    assert small_site.acts(outcome) == [("move", "one"), ("move", "two")]
    assert outcome.changes == ()
    assert small_site.publish().steps == ()


def test_a_link_in_the_place_of_a_file_is_a_problem_and_no_deletion(
    small_site: Site, tmp_path: Path
) -> None:
    path = small_site.folder / small_site.write("one")
    small_site.publish()
    path.rename(tmp_path / "elsewhere.md")
    path.symlink_to(tmp_path / "elsewhere.md")
    for options in ({}, {"only": [small_site.path("one")]}):
        (problem,) = small_site.publish(withdraw_missing=True, **options).problems
        assert "symbolic link" in problem.message
    assert b"summary/one" in small_site.document("/feed.atom")


def test_a_missing_content_folder_withdraws_nothing(small_site: Site) -> None:
    small_site.write("one")
    small_site.publish()
    (small_site.folder / "content").rename(small_site.folder / "elsewhere")
    outcome = small_site.publish(withdraw_missing=True)
    assert any("no such folder" in problem.message for problem in outcome.problems)
    assert outcome.changes == ()


def test_what_is_saved_while_others_are_read_is_published_as_it_is_then(small_site: Site) -> None:
    """The last moment before the writer's lock: all files were read, two are saved once more."""
    small_site.write("one")
    small_site.write("two", number=1)
    small_site.write("three", number=2, topics=["nonsense"])

    def save_again(read: int, files: int) -> None:
        if read == files:
            small_site.write("two", number=1, title="The newest title")
            small_site.write("three", number=2)

    options = Options(processes=1, progress=save_again)
    outcome = publish(
        small_site.engine,
        small_site.folder,
        small_site.definitions,
        now=small_site.now,
        options=options,
    )
    assert outcome.problems == ()
    feed = small_site.document("/feed.atom")
    assert feed.count(b"<entry") == 3
    assert b"The newest title" in feed


def test_what_was_saved_since_it_was_read_is_read_again(small_site: Site) -> None:
    path = small_site.write("one")
    with store.reading(small_site.engine) as connection:
        before = scan.changed(connection, small_site.folder).files
    assert scan.stale(small_site.folder, before) == []
    small_site.write("one", title="A longer title than before")
    (newer,) = scan.stale(small_site.folder, before)
    assert newer.source.path == path
    (small_site.folder / path).unlink()
    assert scan.stale(small_site.folder, before) == []


def _epoch(site: Site) -> str:
    """Return the epoch once the store was checked against the file beside it."""
    with store.writing(site.engine) as connection:
        found = check(connection)
        assert journal.get_head(connection) == found
    return found.epoch


def test_an_older_copy_of_the_store_gets_a_new_epoch(small_site: Site) -> None:
    small_site.write("one")
    small_site.publish()
    database = Path(str(small_site.engine.url.database))
    copy = database.with_suffix(".copy")
    with closing(sqlite3.connect(database)) as present, closing(sqlite3.connect(copy)) as older:
        present.backup(older)
    small_site.write("two", number=1)
    small_site.publish()
    epoch = _epoch(small_site)
    small_site.engine.dispose()
    for leftover in database.parent.glob(f"{database.name}-*"):
        leftover.unlink()
    copy.replace(database)
    assert (new := _epoch(small_site)) != epoch
    assert _epoch(small_site) == new


def test_a_broken_high_water_file_is_no_obstacle(small_site: Site) -> None:
    small_site.write("one")
    small_site.publish()
    epoch = _epoch(small_site)
    Path(f"{small_site.engine.url.database}.highwater").write_text("{broken")
    assert _epoch(small_site) == epoch
    assert small_site.publish().problems == ()
