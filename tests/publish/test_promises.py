"""Promises to subscribers that a hostile reviewer broke once; each stays mended."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from syndicate import definitions
from syndicate.errors import DefinitionError, PublishRefused
from syndicate.publish import Options, background, commit, editing, publish, publish_due, topics
from syndicate.store import engine as store
from syndicate.store import journal
from syndicate.store import site as site_values
from tests import checking
from tests.checking import reading
from tests.sites import BASE_URL, Site, written

MINE = '\n[[feed]]\nslug = "mine"\ntitle = "Mine"\nselection = "{}"\nwindow = {}\n'


def names(site: Site, path: str) -> list[str]:
    entries = reading.read(site.document(path), "application/atom+xml")
    return [entry.id.rpartition(":")[2] for entry in entries]


def add_feed(site: Site, selection: str, window: int = 9) -> None:
    with (site.folder / "feeds" / "feeds.toml").open("a") as file:
        file.write(MINE.format(selection, window))


def rename(site: Site, old: str, new: str) -> None:
    topics.rename(site.engine, site.folder, old, new, base_url=site.base_url, now=site.now)


def test_a_partial_publish_does_not_say_that_the_tree_was_read(
    small_site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = small_site
    one = site.write("one")
    site.publish()
    monkeypatch.setattr(commit, "POLICY", "another")
    site.publish(only=[one])
    publish_due(site.engine, now=site.now)
    with store.reading(site.engine) as connection:
        kept = site_values.get_values(connection)[site_values.READ_WITH]
    assert kept != commit.read_with(site.definitions)
    site.publish()
    with store.reading(site.engine) as connection:
        kept = site_values.get_values(connection)[site_values.READ_WITH]
    assert kept == commit.read_with(site.definitions)


def test_a_refused_file_is_told_of_again_and_again(small_site: Site) -> None:
    path = small_site.write("one")
    small_site.publish()
    small_site.write("one", title="Another title")
    assert [p.path for p in small_site.publish().problems] == [path]
    assert [p.path for p in small_site.publish().problems] == [path]


def test_a_scheduled_summary_follows_its_renamed_topic(site: Site) -> None:
    due = site.now + timedelta(hours=1)
    site.write("later", published=due, topics=["empathy"])
    site.publish()
    rename(site, "empathy", "empathic-care")
    publish_due(site.engine, now=due)
    assert names(site, "/topics/empathic-care/feed.atom") == ["summary/later"]


def test_a_renamed_topic_leaves_tombstones_and_order_of_defined_feeds_alone(site: Site) -> None:
    add_feed(site, "empathy", 3)
    told = [{"date": "2024-01-01T12:30:00Z", "note": "N.", "notify": True}]
    site.write("gone", topics=["empathy"])
    site.write("told", topics=["empathy"], number=1, corrections=told)
    site.publish()
    for number in range(2, 5):
        site.write(f"n{number}", topics=["empathy"], number=number)
        site.publish()
    withdrawn = {"date": written(site.now), "reason": "error"}
    site.write("gone", topics=["empathy"], withdrawn=withdrawn)
    site.publish()
    before = names(site, "/feeds/mine/feed.atom")
    rename(site, "empathy", "empathic")
    assert names(site, "/feeds/mine/feed.atom") == before
    assert b'ref="tag:pprnet.example,2013:summary/gone"' in site.document("/feeds/mine/feed.atom")


def test_a_fresh_withdrawal_of_an_old_summary_has_its_tombstone(site: Site) -> None:
    add_feed(site, "empathy", 2)
    for number in range(4):
        site.write(f"s{number}", number=number)
        site.publish()
    for slug in ("s3", "s2", "s0"):
        withdrawn = {"date": written(site.now), "reason": "error"}
        site.write(slug, number=int(slug[1]), withdrawn=withdrawn)
        site.publish()
    body = site.document("/feeds/mine/feed.atom")
    assert b"summary/s0" in body
    assert b"summary/s3" not in body


def test_a_refused_withdrawal_leaves_the_file_as_it_was(
    small_site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = small_site
    path = site.folder / site.write("one")
    site.publish()
    before = path.read_bytes()
    loaded = site.definitions
    network = site.folder / "feeds" / "network.toml"
    network.write_text(network.read_text() + "\n# changed meanwhile\n")
    with pytest.raises(PublishRefused, match="changed meanwhile"):
        editing.withdraw(site.engine, site.folder, loaded, "one", reason="error", now=site.now)
    assert path.read_bytes() == before
    path.write_bytes(before.replace(b"\n", b"\r\n"))
    editing.withdraw(
        site.engine, site.folder, site.definitions, "one", reason="error", now=site.now
    )
    assert path.read_bytes().count(b"\n") == path.read_bytes().count(b"\r\n")


def test_a_feed_without_a_topic_that_was_merged_into_it_goes_on(small_site: Site) -> None:
    add_feed(small_site, "empathy+~training")
    small_site.write("one", topics=["empathy"])
    small_site.write("two", topics=["training"], number=1)
    small_site.publish()
    topics.merge(small_site.engine, small_site.folder, "training", "empathy", now=small_site.now)
    feed = small_site.definitions.feeds[-1]
    assert str(feed.selection) == "empathy"
    body = small_site.document(f"{feed.stem}.atom")
    assert b"summary/one" in body
    assert b"summary/two" in body


def test_files_are_read_again_when_the_topics_change(site: Site) -> None:
    site.write("one", topics=["empathy"])
    site.write("two", topics=["training"], number=1)
    site.publish()
    path = site.folder / "feeds" / "topics.toml"
    before = path.read_text()
    topics.merge(
        site.engine, site.folder, "training", "empathy", base_url=site.base_url, now=site.now
    )
    path.write_text(before)
    site.publish()
    assert names(site, "/topics/training/feed.atom") == ["summary/two"]
    assert names(site, "/topics/empathy/feed.atom") == ["summary/one"]


def test_a_changed_author_shows_everywhere(site: Site) -> None:
    site.write("one")
    site.publish()
    network = site.folder / "feeds" / "network.toml"
    network.write_text(network.read_text().replace('"Demonstration editors"', '"The editors"'))
    site.publish()
    assert b"Demonstration editors" not in site.document("/feed.atom")


def test_withdrawn_together_they_have_instants_of_their_own(site: Site) -> None:
    for number in range(3):
        site.write(f"s{number}", number=number)
    site.publish()
    for number in range(3):
        site.remove(f"s{number}")
    site.publish(withdraw_missing=True)
    assert checking.problems("atom", site.document("/feed.atom"), f"{BASE_URL}/feed.atom") == []


def test_the_last_summary_of_a_topic_and_the_topic_can_go_together(site: Site) -> None:
    site.write("one", topics=["termination"])
    site.publish()
    site.write("one", topics=["training"])
    site.write("two", number=1)
    path = site.folder / "feeds" / "topics.toml"
    head, _, tail = path.read_text().partition('[[topic]]\nslug = "termination"')
    path.write_text(head + tail[tail.index("[[topic]]") :])
    outcome = site.publish()
    assert site.acts(outcome) == [("edit", "one"), ("publish", "two")]


def test_definitions_that_changed_since_are_not_put_back(small_site: Site) -> None:
    site = small_site
    site.write("one")
    old = site.definitions
    path = site.folder / "feeds" / "topics.toml"
    path.write_text(path.read_text().replace('"Empathy"', '"Warmth"'))
    with pytest.raises(PublishRefused, match="feeds/ was changed meanwhile"):
        publish(site.engine, site.folder, old, now=site.now, options=Options())


def test_an_absent_folder_unschedules_nothing(small_site: Site) -> None:
    site = small_site
    due = site.now + timedelta(hours=1)
    site.write("later", published=due)
    site.publish()
    (site.folder / "content").rename(site.folder / "away")
    assert site.publish().steps == ()
    assert [step.summary.slug for step in publish_due(site.engine, now=due).steps] == ["later"]


def test_a_scheduled_file_may_take_another_id_and_a_slug_be_used_again(site: Site) -> None:
    due = site.now + timedelta(hours=1)
    site.write("later", published=due)
    site.publish()
    site.write("later", published=due, id="urn:x:other")
    assert site.publish().problems == ()
    publish_due(site.engine, now=due)
    assert [name for name in names(site, "/feed.atom") if "other" in name or "later" in name] == [
        "other"
    ]


def test_a_saved_copy_is_compared_by_its_bytes(small_site: Site) -> None:
    site = small_site
    path = site.folder / site.write("one")
    first = site.publish()
    path.rename(path.with_suffix(".old"))
    path.write_bytes(path.with_suffix(".old").read_bytes())
    outcome = site.publish()
    assert (outcome.steps, outcome.generation) == ((), first.generation)


def test_due_publishing_notices_an_older_copy_too(small_site: Site) -> None:
    site = small_site
    site.write("one")
    site.publish()
    with store.reading(site.engine) as connection:
        epoch = journal.get_head(connection).epoch
    mark = Path(f"{site.engine.url.database}.highwater")
    mark.write_text(f'{{"epoch": "{epoch}", "seq": 99}}')
    publish_due(site.engine, now=site.now)
    with store.reading(site.engine) as connection:
        assert journal.get_head(connection).epoch != epoch


def test_what_the_program_cannot_write_beside_the_store_ends_nothing(small_site: Site) -> None:
    site = small_site
    mark = Path(f"{site.engine.url.database}.highwater")
    mark.mkdir()
    site.write("one")
    assert len(site.publish().changes) == 1
    background.publish_due(site.engine, now=site.now)


@pytest.mark.parametrize("text", ["Mix \\\\uFFFE", "x \\\\u0001", "a \\\\u202e b"])
def test_definitions_without_characters_that_feeds_cannot_hold(small_site: Site, text: str) -> None:
    path = small_site.folder / "feeds" / "feeds.toml"
    path.write_text(
        path.read_text()
        + MINE.format("empathy", 5).replace('"Mine"', f'"{text}"'.replace("\\\\", "\\"))
    )
    with pytest.raises(DefinitionError, match="title"):
        definitions.load(small_site.folder)


def test_the_journals_dates_go_with_its_order_though_the_clock_goes_back(small_site: Site) -> None:
    small_site.write("anna")
    small_site.publish()
    small_site.write("bert", number=1)
    small_site.publish(later=timedelta(minutes=-30))
    with store.reading(small_site.engine) as connection:
        dates = [change.at for change in journal.list_since(connection, 0, limit=9)]
    assert dates == sorted(dates)
    assert len(dates) == 2
