"""No two entries, notices or tombstones stand at one instant, and no feed goes back in time."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from syndicate import selection
from syndicate.publish import editing, ondemand, topics
from syndicate.store import documents, feeds, summaries
from syndicate.store import engine as store
from tests.checking import reading
from tests.sites import START, Site, written

NOON = START + timedelta(minutes=30)


def told(site: Site) -> dict[str, list[str]]:
    """Publish, and return what each file is told."""
    problems = site.publish().problems
    return {problem.path: [problem.message, problem.remedy] for problem in problems}


def noticed(at: datetime) -> list[dict[str, object]]:
    return [{"date": written(at), "note": "It was wrong.", "notify": True}]


@pytest.mark.parametrize("first", ["correction", "withdrawal", "notice"])
def test_a_new_summary_may_not_stand_where_a_published_one_is_told_of(
    site: Site, first: str
) -> None:
    site.write("old", number=1)
    site.publish()
    if first == "withdrawal":
        withdrawn = {"date": written(NOON), "reason": "error", "note": "No."}
        site.write("old", number=1, withdrawn=withdrawn)
    else:
        before = timedelta(seconds=first == "notice")
        site.write("old", number=1, corrections=noticed(NOON - before))
    assert told(site) == {}
    path = site.write("new", published=NOON)
    # at the next minute and the one after there is something, too
    site.write("other", published=NOON + timedelta(minutes=1))
    site.write("third", published=NOON + timedelta(minutes=2, seconds=1))
    assert told(site) == {
        path: [
            f"{site.path('old')} has the same time, {written(NOON)}",
            f"change one of them; the next free minute is {written(NOON + timedelta(minutes=3))}",
        ]
    }
    site.write("new", published=NOON + timedelta(minutes=3))
    assert told(site) == {}


def test_the_remedy_for_two_new_files_knows_what_the_store_has(site: Site) -> None:
    site.write("old", published=NOON + timedelta(minutes=1))
    site.publish()
    paths = [site.write(slug, published=NOON) for slug in ("anna", "bert")]
    free = f"change one of them; the next free minute is {written(NOON + timedelta(minutes=2))}"
    assert {path: remedy for path, (_, remedy) in told(site).items()} == dict.fromkeys(paths, free)


def test_what_has_given_up_an_instant_holds_it_no_more(site: Site) -> None:
    site.write("old", number=1, corrections=noticed(NOON))
    site.publish()
    later = {"date": written(NOON + timedelta(minutes=5)), "note": "Again."}
    site.write("old", number=1, corrections=[*noticed(NOON), later])
    site.publish()
    site.write("new", published=NOON)  # the entry has moved on from it
    assert told(site) == {}
    with store.reading(site.engine) as connection:
        row = summaries.find(connection, slug="old")
        assert row is not None
        held = summaries.list_instants(connection, [row.id])[row.id]
    seconds = (timedelta(minutes=-29), timedelta(seconds=1), timedelta(minutes=5))
    assert held == {NOON + after for after in seconds}


def test_withdraw_takes_a_second_that_is_free(site: Site) -> None:
    then = site.now + timedelta(minutes=1)
    path = site.write("old", number=1)
    site.write("now", published=then)
    site.write("soon", published=then + timedelta(seconds=1))  # scheduled
    site.publish()
    assert site.now == then
    outcome = editing.withdraw(
        site.engine, site.folder, site.definitions, "old", reason="error", now=then
    )
    assert outcome.problems == ()
    assert f"date: {written(then + timedelta(seconds=2))}" in (site.folder / path).read_text()


def test_files_that_are_gone_are_withdrawn_at_free_seconds(site: Site) -> None:
    then = site.now + timedelta(minutes=2)
    for number, slug in enumerate(["anna", "bert", "carl"]):
        site.write(slug, number=number)
    site.write("kept", published=then - timedelta(seconds=1))
    site.publish()
    site.write("new", published=then)
    for slug in ("anna", "bert", "carl"):
        site.remove(slug)
    site.publish(withdraw_missing=True)
    assert site.now == then
    entries = reading.read(site.document("/feed.atom"), "application/atom+xml")
    dates = [entry.updated for entry in entries]
    assert len(set(dates)) == len(dates) == 5
    assert {then - timedelta(seconds=n) for n in (2, 3, 4)} < set(dates)


# Feeds do not go back ---------------------------------------------------------------------------


def said(site: Site, wanted: str = "") -> datetime:
    """Return what a stored feed's document, or a free selection's, says of its change."""
    if not wanted:
        body = site.document("/topics/empathy/feed.atom")
    else:
        feed = site.definitions.selected_feed(selection.parse(wanted))
        with store.reading(site.engine) as connection:
            body = ondemand.selected(connection, site.definitions, feed, "atom").body
    return datetime.fromisoformat(body.partition(b"<updated>")[2].partition(b"<")[0].decode())


@pytest.mark.parametrize("wanted", ["", "empathy+termination", "empathy+~termination"])
def test_a_feed_that_loses_its_newest_entry_does_not_go_back(site: Site, wanted: str) -> None:
    site.write("old", number=1)
    site.write("new", number=2)
    site.publish()
    newest = said(site, wanted)
    site.write("new", number=2, topics=["training"])
    outcome = site.publish()
    assert "/topics/empathy/feed.atom" in outcome.documents
    assert said(site, wanted) == newest == START + timedelta(minutes=2)
    site.write("third", number=3)
    site.publish()
    assert said(site, wanted) == START + timedelta(minutes=3)


def test_a_merged_or_renamed_feed_does_not_go_back(site: Site) -> None:
    site.write("old", number=1, topics=["training"])
    site.write("new", number=2)
    site.publish()
    site.write("new", number=2, topics=["training"])
    site.publish()
    for change, old, new in (
        (topics.merge, "empathy", "termination"),
        (topics.rename, "termination", "ending"),
    ):
        change(site.engine, site.folder, old, new, base_url=site.base_url, now=site.now)
    with store.reading(site.engine) as connection:
        kept = feeds.list_feeds(connection)["topics/ending"]
    assert kept.updated == START + timedelta(minutes=2)


def test_the_clock_of_another_machine_does_not_take_last_modified_back(site: Site) -> None:
    site.write("old", number=1)
    site.publish()
    modified = stored_dates(site)
    site.write("new", number=2)
    site.publish(later=timedelta(minutes=-30))
    again = stored_dates(site)
    assert again.keys() == modified.keys()
    assert all(again[path] >= modified[path] for path in modified)


def stored_dates(site: Site) -> dict[str, datetime]:
    with store.reading(site.engine) as connection:
        return {d.path: d.last_modified for d in documents.list_since(connection, -1)}
