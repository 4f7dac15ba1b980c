"""A publish of many files is planned and written in parts: nobody can tell by what it does."""

from __future__ import annotations

from datetime import timedelta

import pytest

from syndicate.publish import steps
from syndicate.store import engine as store
from syndicate.store import feeds, journal, summaries
from tests.sites import BODY, START, Site


@pytest.fixture(autouse=True)
def _small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps, "PART", 1)


def test_the_journal_and_the_feeds_follow_the_dates_and_not_the_files(site: Site) -> None:
    for slug, number in (("c", 1), ("a", 3), ("b", 2)):
        site.write(slug, number=number)
    outcome = site.publish()
    assert site.acts(outcome) == [("publish", "c"), ("publish", "b"), ("publish", "a")]
    with store.reading(site.engine) as connection:
        changes = list(journal.list_since(connection, 0, limit=9))
        full = feeds.list_feeds(connection)["full"]
        members = feeds.list_all(connection, full.number)
    assert [(c.seq, c.summary_id[-1]) for c in changes] == [(1, "c"), (2, "b"), (3, "a")]
    assert changes == list(outcome.changes)
    assert [(m.position, m.summary_id[-1]) for m in members] == [(0, "c"), (1, "b"), (2, "a")]


def test_summaries_exchange_their_slugs(site: Site) -> None:
    ids = {slug: f"tag:pprnet.example,2013:summary/{slug}" for slug in "abc"}
    alike = {"title": "What is known", "body": BODY.replace("{slug}", "it")}
    for number, slug in enumerate("abc"):
        site.write(slug, number=number, **alike)
    site.publish()
    for number, (slug, was) in enumerate([("b", "a"), ("c", "b"), ("d", "c")]):
        site.write(slug, id=ids[was], number=number, **alike)
    site.remove("a")
    outcome = site.publish()
    assert outcome.problems == ()
    assert site.acts(outcome) == [("edit", "b"), ("edit", "c"), ("edit", "d")]
    with store.reading(site.engine) as connection:
        found = {slug: summaries.find(connection, slug=slug) for slug in "abcd"}
        former = summaries.find_by_former_slug(connection, "a")
        taken = [summaries.find_by_former_slug(connection, slug) for slug in "bcd"]
    assert {slug: row and row.id for slug, row in found.items()} == {
        "a": None,
        "b": ids["a"],
        "c": ids["b"],
        "d": ids["c"],
    }
    assert former is not None
    assert former.id == ids["a"]
    assert taken == [None, None, None]


def test_scheduled_summaries_exchange_their_files(site: Site) -> None:
    due = START + timedelta(days=9)
    ids = {slug: f"tag:pprnet.example,2013:summary/{slug}" for slug in "ab"}
    for minute, slug in enumerate("ab"):
        site.write(slug, published=due + timedelta(minutes=minute))
    site.publish()
    for minute, (slug, was) in enumerate([("b", "a"), ("a", "b")]):
        site.write(slug, id=ids[was], published=due + timedelta(minutes=minute))
    outcome = site.publish()
    assert outcome.problems == ()
    assert site.acts(outcome) == [("schedule", "b"), ("schedule", "a")]


def test_files_that_share_something_are_refused_wherever_they_are(site: Site) -> None:
    site.write("published")
    site.publish()
    site.write("a", number=5)
    site.write("b", number=6)
    site.write("c", number=5)
    site.write("d", number=7, id="tag:pprnet.example,2013:summary/b")
    site.write("e", number=0)
    site.write("f", number=8)
    outcome = site.publish()
    assert site.acts(outcome) == [("publish", "f")]
    told = [(p.path[-4], p.message, p.remedy) for p in outcome.problems]
    assert [place for place, _, _ in told] == ["a", "b", "c", "d", "e"]
    for place, other in (("a", "c"), ("c", "a"), ("b", "d"), ("d", "b"), ("e", "published")):
        assert any(name == place and f"/{other}.md" in message for name, message, _ in told)
    # ...05, 06, 07 and 08 are taken by files of other parts
    minutes = [remedy.rpartition("minute is ")[2] for _, _, remedy in told if "minute" in remedy]
    assert minutes[:2] == ["2024-01-01T12:09:00Z"] * 2
    again = site.publish()
    assert [p.message for p in again.problems] == [message for _, message, _ in told]


def test_a_file_may_move_from_one_part_to_another(site: Site) -> None:
    site.write("a", number=0)
    site.write("b", number=1)
    site.publish()
    old = site.folder / "content/summaries/2024/01"
    old.rename(site.folder / "content/summaries/2024/02")
    outcome = site.publish(withdraw_missing=True)
    assert outcome.problems == ()
    assert site.acts(outcome) == [("move", "a"), ("move", "b")]


def test_missing_files_are_withdrawn_each_at_a_second_of_its_own(site: Site) -> None:
    for number, slug in enumerate("abc"):
        site.write(slug, number=number)
    site.publish()
    for slug in "abc":
        site.remove(slug)
    outcome = site.publish(withdraw_missing=True)
    assert site.acts(outcome) == [("withdraw", slug) for slug in "abc"]
    with store.reading(site.engine) as connection:
        rows = [summaries.find(connection, slug=slug) for slug in "abc"]
        texts = [summaries.get(connection, row) for row in rows if row]
    assert len({text.withdrawn.date for text in texts if text.withdrawn}) == 3
    assert site.publish().steps == ()
