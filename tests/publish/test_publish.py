"""Publishing from files to documents, as editors and subscribers see it, on both databases."""

from __future__ import annotations

import os
from datetime import timedelta

import pytest

from syndicate.errors import PublishRefused
from syndicate.publish import diff
from tests import checking
from tests.sites import BASE_URL, START, Site, written

LATER = START + timedelta(hours=5)


def test_a_new_summary_is_in_its_feeds_and_in_no_other(site: Site) -> None:
    site.write("one", topics=["empathy", "training"])
    outcome = site.publish()
    assert site.acts(outcome) == [("publish", "one")]
    assert outcome.problems == ()
    for stem in (
        "/feed",
        "/topics/empathy/feed",
        "/topics/training/feed",
        "/kinds/meta-analysis/feed",
    ):
        for name in ("atom", "rss", "json"):
            assert b"summary/one" in site.document(f"{stem}.{name}"), stem
    assert b"summary/one" not in site.document("/topics/termination/feed.atom")


def test_every_stored_document_passes_every_check(site: Site) -> None:
    for number, slug in enumerate(("one", "two", "three")):
        site.write(slug, number=number, topics=["empathy", "training"])
    site.publish()
    site.write(
        "two",
        number=1,
        withdrawn={"date": written(site.now), "reason": "error", "note": "A wrong table."},
    )
    site.publish()
    for path, body in site.stored().items():
        if path.startswith("/.well-known"):
            continue
        assert checking.problems(path, body, BASE_URL + path) == [], path


def test_publishing_again_changes_nothing(site: Site) -> None:
    site.write("one")
    first = site.publish()
    before = site.stored()
    again = site.publish()
    assert (again.steps, again.documents, again.generation) == ((), (), first.generation)
    assert site.stored() == before


def test_a_touched_file_is_read_and_changes_nothing(site: Site) -> None:
    path = site.folder / site.write("one")
    first = site.publish()
    os.utime(path, ns=(1, 1))
    assert site.publish().generation == first.generation


def test_a_correction_moves_updated_and_a_cosmetic_edit_does_not(site: Site) -> None:
    site.write("one")
    site.publish()
    site.write("one", description="Another short text that stands alone.")
    outcome = site.publish()
    assert [change.op for change in outcome.changes] == ["edit"]
    assert b"<updated>2024-01-01T12:00:00Z</updated>" in site.document("/feed.atom")
    site.write("one", corrections=[{"date": written(site.now), "note": "The r was 0.30."}])
    outcome = site.publish()
    assert [change.op for change in outcome.changes] == ["correct"]
    assert b"<updated>2024-01-01T13:02:00Z</updated>" in site.document("/feed.atom")


def test_a_changed_number_asks_for_an_explanation(site: Site) -> None:
    site.write("one")
    site.publish()
    before = site.stored()
    path = site.write(
        "one", body="It found that r = 0.35.\n\n## Practice implications\n\nAsk early.\n"
    )
    outcome = site.publish()
    assert [(p.path, "minor_edits" in p.remedy) for p in outcome.problems] == [(path, True)]
    assert site.stored() == before
    site.write(
        "one",
        body="It found that r = 0.35.\n\n## Practice implications\n\nAsk early.\n",
        minor_edits=[{"date": written(site.now), "note": "A slip of the pen."}],
    )
    assert [change.op for change in site.publish().changes] == ["edit"]


def test_a_notified_correction_and_a_withdrawal_put_notices_into_every_feed(site: Site) -> None:
    site.write("one")
    site.publish()
    told = [{"date": written(site.now), "note": "R.", "notify": True}]
    site.write("one", corrections=told)
    site.publish()
    for name in ("atom", "rss", "json"):
        assert b"Corrected: What is known of one" in site.document(f"/topics/empathy/feed.{name}")
    site.write(
        "one",
        corrections=told,
        withdrawn={"date": written(site.now), "reason": "retracted", "note": "By its authors."},
    )
    outcome = site.publish()
    assert outcome.problems == ()
    for name in ("atom", "rss", "json"):
        body = site.document(f"/topics/empathy/feed.{name}")
        assert b"Withdrawn: What is known of one" in body
        assert b"Corrected:" not in body
    assert b"deleted-entry" in site.document("/feed.atom")
    assert b"deleted-entry" not in site.document("/topics/termination/feed.atom")


def test_a_legal_withdrawal_leaves_the_title_out(site: Site) -> None:
    site.write("one")
    site.publish()
    site.write("one", withdrawn={"date": written(site.now), "reason": "legal", "note": "Secret."})
    site.publish()
    for name in ("atom", "rss", "json"):
        body = site.document(f"/feed.{name}")
        assert b"What is known" not in body
        assert b"Secret" not in body


def test_ids_of_feeds_are_guarded(site: Site) -> None:
    site.write("one")
    site.publish()
    before = site.stored()
    network = site.folder / "feeds" / "network.toml"
    network.write_text(network.read_text().replace("pprnet.example", "other.example"))
    with pytest.raises(PublishRefused, match="id of the feed"):
        site.publish()
    assert site.stored() == before


def test_a_draft_is_nowhere_and_cannot_replace_what_is_published(site: Site) -> None:
    site.write("one", draft=True)
    assert site.publish().changes == ()
    assert b"summary/one" not in site.document("/feed.atom")
    site.write("one")
    site.publish()
    path = site.write("one", draft=True)
    assert [p.path for p in site.publish().problems] == [path]


def test_a_re_tagged_summary_leaves_one_topic_for_another(site: Site) -> None:
    site.write("one", topics=["empathy"])
    site.publish()
    site.write("one", topics=["training"])
    site.publish()
    assert site.ids("/topics/empathy/feed.atom") == []
    assert site.ids("/topics/training/feed.atom") == ["one"]
    assert site.ids("/feed.atom") == ["one"]


def test_diff_says_what_publish_would_do_and_does_nothing(site: Site) -> None:
    site.write("one")
    site.publish()
    site.write("two", number=1)
    before = site.stored()
    told = diff(site.engine, site.folder, site.definitions, now=site.now)
    assert site.acts(told) == [("publish", "two")]
    assert site.stored() == before


def test_a_feed_block_is_all_it_takes_for_a_new_feed(site: Site) -> None:
    site.write("one", topics=["empathy", "training"])
    site.write("two", topics=["empathy"], number=1)
    site.publish()
    with (site.folder / "feeds" / "feeds.toml").open("a") as file:
        file.write(
            '\n[[feed]]\nslug = "listening"\ntitle = "Listening"\n'
            'selection = "empathy+~training"\nwindow = 5\n'
        )
    site.publish()
    for name in ("atom", "rss", "json"):
        body = site.document(f"/feeds/listening/feed.{name}")
        assert b"summary/two" in body
        assert b"summary/one" not in body
    assert b"/feeds/listening/feed.atom" in site.document("/opml")


def test_a_changed_label_renders_what_shows_it_and_nothing_else(site: Site) -> None:
    site.write("one")
    site.publish()
    topics = site.folder / "feeds" / "topics.toml"
    topics.write_text(topics.read_text().replace('"Empathy"', '"Empathy and warmth"'))
    outcome = site.publish()
    assert outcome.changes == ()
    assert b'term="Empathy and warmth"' in site.document("/feed.atom")
    assert "/topics/termination/feed.atom" not in outcome.documents


def test_backfill_is_listed_by_its_date(site: Site) -> None:
    site.write("news", number=0)
    site.publish()
    site.write("old", published=START - timedelta(days=900), backfill=True)
    site.publish()
    assert site.ids("/feed.atom") == ["news", "old"]


def test_a_new_store_gives_the_same_bytes(
    site: Site, tmp_path_factory: pytest.TempPathFactory
) -> None:
    for number, slug in enumerate(("one", "two", "three")):
        site.write(slug, number=number)
        site.publish()
    other = Site.make(
        tmp_path_factory.mktemp("other") / "site",
        f"sqlite:///{tmp_path_factory.mktemp('store')}/other.sqlite",
    )
    for slug in ("one", "two", "three"):
        other.write_text(slug, (site.folder / site.path(slug)).read_text())
    other.now = site.now + timedelta(days=400)
    other.publish()
    lists = {"/opml", "/.well-known/feeds"}  # they say when the definitions were published
    assert other.stored().keys() == site.stored().keys()
    assert [
        p for p, body in site.stored().items() if other.stored()[p] != body and p not in lists
    ] == []
    other.engine.dispose()
