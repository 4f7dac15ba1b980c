"""Renaming and merging topics: one transaction, and nobody loses a feed."""

from __future__ import annotations

from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from syndicate.errors import NotFound, PublishRefused, StoreError
from syndicate.publish import topics
from syndicate.publish.editing import replace_text
from syndicate.store import engine as store
from syndicate.store import feeds, journal
from tests.checking import reading
from tests.sites import Site


def feed_id(body: bytes) -> bytes:
    return body.partition(b"<id>")[2].partition(b"</id>")[0]


def test_a_renamed_topic_keeps_its_feed_and_tells_partners(site: Site) -> None:
    site.write("one", topics=["empathy"])
    site.write("two", topics=["training"], number=1)
    site.publish()
    before = site.document("/topics/empathy/feed.atom")
    outcome = topics.rename(
        site.engine,
        site.folder,
        "empathy",
        "empathic-concern",
        label="Empathic concern",
        base_url=site.base_url,
        now=site.now,
    )
    assert [(c.op, c.summary_id[-3:]) for c in outcome.changes] == [("edit", "one")]
    after = site.document("/topics/empathic-concern/feed.atom")
    assert feed_id(after) == feed_id(before)
    assert [e.id for e in reading.read(after, "application/atom+xml")] == [
        e.id for e in reading.read(before, "application/atom+xml")
    ]
    assert site.definitions.topic("empathy").slug == "empathic-concern"
    assert "/topics/empathy/feed.atom" not in site.stored()
    assert site.publish().changes == ()
    site.write("three", topics=["empathy"], number=2)  # files may go on naming the former slug
    site.publish()
    assert b"summary/three" in site.document("/topics/empathic-concern/feed.atom")


def test_where_the_store_refuses_the_file_is_put_back(site: Site) -> None:
    site.write("one")
    site.publish()
    file = site.folder / "feeds/topics.toml"
    before = file.read_bytes()
    with store.writing(site.engine) as connection:
        connection.exec_driver_sql("DROP TABLE fragment")
    with pytest.raises(StoreError):
        topics.merge(
            site.engine, site.folder, "training", "empathy", base_url=site.base_url, now=site.now
        )
    assert file.read_bytes() == before


def test_merged_topics_hand_their_members_on(site: Site) -> None:
    site.write("one", topics=["empathy"])
    site.write("two", topics=["training"], number=1)
    site.write("both", topics=["empathy", "training"], number=2)
    site.publish()
    topics.merge(
        site.engine, site.folder, "empathy", "training", base_url=site.base_url, now=site.now
    )
    body = site.document("/topics/training/feed.atom")
    seen = sorted(e.id.rpartition("/")[2] for e in reading.read(body, "application/atom+xml"))
    assert seen == ["both", "one", "two"]
    assert site.definitions.topic("empathy").slug == "training"
    # a file that names both slugs is right: they are one topic now
    site.write("both", topics=["empathy", "training"], number=2, description="Short, and new.")
    assert site.publish().problems == ()
    with store.reading(site.engine) as connection:
        stored = feeds.list_feeds(connection)
        places = [m.position for m in feeds.list_all(connection, stored["topics/training"].number)]
        assert places == [0, 1, 2]
        assert "topics/empathy" not in stored
        assert [c.op for c in journal.list_since(connection, 3, limit=9)] == ["edit"] * 3


def test_a_merge_and_a_rename_in_one_publish_keep_the_id_of_the_one_that_stays(site: Site) -> None:
    """As after a backup of the store was put back under files that had gone on."""
    site.write("one", topics=["empathy"])
    site.write("two", topics=["training"], number=1)
    site.publish()
    before = feed_id(site.document("/topics/training/feed.atom"))
    path = site.folder / "feeds" / "topics.toml"
    head, *blocks = path.read_text().split("[[topic]]")
    kept = [block for block in blocks if 'slug = "empathy"' not in block]
    path.write_text("[[topic]]".join([head, *kept]))
    text = path.read_text().replace(
        'slug = "training"', 'slug = "teaching"\nkey = "training"\nformer = ["empathy", "training"]'
    )
    path.write_text(text)
    assert site.publish().problems == ()
    body = site.document("/topics/teaching/feed.atom")
    assert feed_id(body) == before
    seen = sorted(e.id.rpartition("/")[2] for e in reading.read(body, "application/atom+xml"))
    assert seen == ["one", "two"]


def test_what_cannot_be_done_leaves_the_file_as_it_was(small_site: Site) -> None:
    site = small_site
    site.write("one")
    site.publish()
    path = site.folder / "feeds" / "topics.toml"
    before = path.read_text()
    with pytest.raises(NotFound, match="did you mean 'empathy'"):
        topics.rename(site.engine, site.folder, "empathi", "x", now=site.now)
    with pytest.raises(PublishRefused, match="topics merge"):
        topics.rename(site.engine, site.folder, "empathy", "training", now=site.now)
    with pytest.raises(PublishRefused, match="one topic"):
        topics.merge(site.engine, site.folder, "empathy", "empathy", now=site.now)
    assert path.read_text() == before


def test_two_who_edit_the_topics_at_once_lose_neither_edit(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.write("one", topics=["empathy", "training"])
    site.publish()
    given: dict[str, Any] = {"base_url": site.base_url, "now": site.now}
    args = (site.engine, site.folder, "training", "teaching")
    other = Thread(target=lambda: topics.rename(*args, **given))

    def meanwhile(path: Path, text: str) -> None:
        if other.ident is None:
            other.start()
            other.join(0.5)  # it waits for the lock
        replace_text(path, text)

    monkeypatch.setattr(topics, "replace_text", meanwhile)
    topics.rename(site.engine, site.folder, "empathy", "empathic-concern", **given)
    other.join()
    with store.reading(site.engine) as connection:
        stored = feeds.list_feeds(connection)
    assert {"topics/empathic-concern", "topics/teaching"} <= stored.keys()
    assert site.definitions.topic("empathy").slug == "empathic-concern"
    assert site.definitions.topic("training").slug == "teaching"
    assert site.publish().problems == ()


def test_a_topic_with_summaries_cannot_disappear(small_site: Site) -> None:
    site = small_site
    site.write("one", topics=["empathy"])
    site.publish()
    path = site.folder / "feeds" / "topics.toml"
    head, _, tail = path.read_text().partition('[[topic]]\nslug = "empathy"')
    path.write_text(head + tail[tail.index("[[topic]]") :])
    with pytest.raises(PublishRefused, match="topics merge empathy"):
        site.publish()
