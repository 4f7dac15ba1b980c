"""`--watch` publishes what was saved, and only that; what is due goes live; br codings are made."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from datetime import timedelta

import brotli
import pytest

from syndicate.errors import SyndicateError
from syndicate.publish import Outcome, background, watching
from syndicate.store import documents
from syndicate.store import engine as store
from tests.sites import Site


@pytest.fixture
def told(small_site: Site) -> Iterator[queue.Queue[Outcome | SyndicateError]]:
    heard: queue.Queue[Outcome | SyndicateError] = queue.Queue()
    stop, ready = threading.Event(), threading.Event()
    thread = threading.Thread(
        target=watching.watch,
        args=(small_site.engine, small_site.folder),
        kwargs={
            "base_url": small_site.base_url,
            "clock": lambda: small_site.now,
            "told": heard.put,
            "stop": stop,
            "ready": ready.set,
        },
    )
    thread.start()
    assert ready.wait(20)
    yield heard
    stop.set()
    thread.join(20)
    assert not thread.is_alive()


def test_a_saved_file_is_published_at_once(
    small_site: Site, told: queue.Queue[Outcome | SyndicateError]
) -> None:
    first = told.get(timeout=20)
    assert isinstance(first, Outcome)
    assert first.steps == ()
    small_site.write("one")
    outcome = told.get(timeout=20)
    assert isinstance(outcome, Outcome)
    assert small_site.acts(outcome) == [("publish", "one")]
    assert b"summary/one" in small_site.document("/feed.atom")


def test_errors_are_told_and_the_watch_goes_on(
    small_site: Site, told: queue.Queue[Outcome | SyndicateError]
) -> None:
    told.get(timeout=20)
    topics = small_site.folder / "feeds" / "topics.toml"
    good = topics.read_text()
    topics.write_text("broken")
    assert isinstance(told.get(timeout=20), SyndicateError)
    topics.write_text(good.replace('"Empathy"', '"Warmth"'))
    outcome = told.get(timeout=20)
    assert isinstance(outcome, Outcome)
    assert outcome.documents


def test_what_is_no_summary_is_not_published(
    small_site: Site, told: queue.Queue[Outcome | SyndicateError]
) -> None:
    told.get(timeout=20)
    (small_site.folder / "content" / "notes").mkdir()
    (small_site.folder / "content" / "notes" / "names.txt").write_text("Anna, Bert")
    small_site.write("one")
    outcome = told.get(timeout=20)
    assert isinstance(outcome, Outcome)
    assert small_site.acts(outcome) == [("publish", "one")]


def test_a_watch_that_begins_with_broken_definitions_waits_for_good_ones(small_site: Site) -> None:
    heard: list[Outcome | SyndicateError] = []
    publisher = watching._Publisher(
        small_site.engine, small_site.folder, small_site.base_url, lambda: small_site.now,
        heard.append,
    )  # fmt: skip
    topics = small_site.folder / "feeds" / "topics.toml"
    good = topics.read_text()
    topics.write_text("broken")
    path = small_site.write("one")
    publisher.publish_all()
    publisher.publish({path})
    (refused,) = heard
    assert isinstance(refused, SyndicateError)
    topics.write_text(good)
    publisher.publish_all()
    assert isinstance(heard[-1], Outcome)
    assert small_site.acts(heard[-1]) == [("publish", "one")]
    publisher.publish({path})  # saved without a change
    assert len(heard) == 2


@pytest.mark.parametrize("damage", ["DROP TABLE change", "DELETE FROM head"])
def test_a_store_that_fails_does_not_end_the_watch(small_site: Site, damage: str) -> None:
    heard: list[Outcome | SyndicateError] = []
    publisher = watching._Publisher(
        small_site.engine, small_site.folder, small_site.base_url, lambda: small_site.now,
        heard.append,
    )  # fmt: skip
    small_site.publish()
    with store.writing(small_site.engine) as connection:
        connection.exec_driver_sql(damage)
    small_site.write("one")
    publisher.publish_all()
    (told,) = heard
    assert isinstance(told, SyndicateError)
    assert told.remedy


def test_the_background_publishes_what_is_due_and_makes_br(small_site: Site) -> None:
    small_site.write("later", published=small_site.now + timedelta(hours=1))
    small_site.publish()
    assert not background.is_due(small_site.engine, small_site.now)
    assert background.is_due(small_site.engine, small_site.now + timedelta(hours=1))
    small_site.now += timedelta(hours=1)
    stop = threading.Event()
    thread = threading.Thread(
        target=background.run,
        args=(small_site.engine,),
        kwargs={"clock": lambda: small_site.now, "stop": stop},
    )
    thread.start()
    for _ in range(200):
        if _all_have_br(small_site):
            break
        stop.wait(0.05)
    stop.set()
    thread.join(20)
    assert _all_have_br(small_site)
    with store.reading(small_site.engine) as connection:
        found = documents.find(connection, "/feed.atom")
    assert found is not None
    assert found.br is not None
    assert b"summary/later" in brotli.decompress(found.br)
    assert brotli.decompress(found.br) == small_site.document("/feed.atom")


def _all_have_br(site: Site) -> bool:
    with store.reading(site.engine) as connection:
        later = b"summary/later" in site.document("/feed.atom")
        return later and not documents.list_without_br(connection, 1)


def test_a_file_saved_together_with_its_new_folder_is_published(
    small_site: Site, told: queue.Queue[Outcome | SyndicateError]
) -> None:
    told.get(timeout=20)
    for number in range(5):
        folder = small_site.folder / f"content/summaries/2025/{number + 1:02d}"
        text = (small_site.folder / small_site.write(f"s{number}", number=number)).read_text()
        (small_site.folder / small_site.path(f"s{number}")).unlink()
        folder.mkdir(parents=True)
        (folder / f"s{number}.md").write_text(text)
    published: set[str] = set()
    while len(published) < 5:
        outcome = told.get(timeout=20)
        assert isinstance(outcome, Outcome)
        published |= {step.summary.slug for step in outcome.steps if step.act == "publish"}
