"""What `diff` tells is what `publish` then does, for changes of feeds/*.toml too."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from syndicate.errors import PublishRefused
from syndicate.publish import Outcome, diff
from tests.sites import Site

MINE = '\n[[feed]]\nslug = "mine"\ntitle = "Mine"\nselection = "{}"\n'
ANEW: dict[str, list[str]] = {"shown anew, with no news": []}


@pytest.fixture
def written(site: Site) -> Site:
    for number, topics in enumerate([["empathy"], ["empathy", "training"], ["training"]]):
        site.write(f"s{number}", number=number, topics=topics)
    site.publish()
    return site


def would(site: Site) -> Outcome:
    """Return what `diff` says, having seen that it changes nothing."""
    before = site.stored()
    now = site.now + timedelta(minutes=1)
    found = diff(site.engine, site.folder, site.definitions, now=now)
    assert site.stored() == before
    return found


def add_feed(site: Site, selection: str) -> None:
    path = site.folder / "feeds/feeds.toml"
    path.write_text(path.read_text().partition(MINE[:28])[0] + MINE.format(selection))


def edit(path: Path, *changes: tuple[str, str]) -> None:
    text = path.read_text("utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text, "utf-8")


def others(found: Outcome, *keys: str) -> dict[str, Any]:
    return {key: events for key, events in found.feeds.items() if key not in keys}


def test_a_feed_of_feeds_toml_begins_changes_and_ends(written: Site) -> None:
    site = written
    add_feed(site, "empathy")
    assert would(site).feeds == {"feeds/mine": {"new feed": [], "in it": ["s0", "s1"]}}
    site.publish()
    add_feed(site, "training")
    found = would(site)
    assert found.feeds == {"feeds/mine": {"joins": ["s2"], "leaves": ["s0"]}}
    assert found.documents == site.publish().documents
    assert set(site.ids("/feeds/mine/feed.atom")) == {"s1", "s2"}
    edit(site.folder / "feeds/feeds.toml", (MINE.format("training"), ""))
    assert would(site).feeds == {"feeds/mine": {"ends": []}}
    site.publish()
    assert would(site).feeds == {}


def test_a_changed_selection_and_a_changed_file_are_each_told_once(written: Site) -> None:
    site = written
    add_feed(site, "empathy")
    site.publish()
    add_feed(site, "empathy+training")
    site.write("s3", number=3, topics=["training"])
    found = would(site).feeds
    assert found["feeds/mine"] == {"new": ["s3"], "joins": ["s2"]}
    assert found["full"] == {"new": ["s3"]}


def test_a_renamed_and_a_merged_topic(written: Site) -> None:
    site = written
    path = site.folder / "feeds/topics.toml"
    edit(path, ('slug = "empathy"', 'slug = "feeling"\nkey = "empathy"\nformer = ["empathy"]'))
    found = would(site)
    assert found.feeds["topics/feeling"] == {
        "comes from topics/empathy": [],
        "cosmetic": ["s0", "s1"],
    }
    assert found.documents == site.publish().documents
    text = path.read_text("utf-8")
    head, *blocks = text.split("[[topic]]")
    kept = [block for block in blocks if 'slug = "feeling"' not in block]
    into = 'slug = "training"'
    also = into + '\nformer = ["feeling", "empathy"]'
    path.write_text("[[topic]]".join([head, *kept]).replace(into, also))
    found = would(site)
    assert found.feeds["topics/feeling"] == {"ends: merged into another": []}
    assert found.feeds["topics/training"] == {"joins": ["s0"], "cosmetic": ["s1"]}
    site.publish()
    assert set(site.ids("/topics/training/feed.atom")) == {"s0", "s1", "s2"}


def test_what_only_looks_different_is_no_news(written: Site) -> None:
    site = written
    edit(site.folder / "feeds/topics.toml", ('feed_label = "Empathy"', 'feed_label = "On empathy"'))
    found = would(site)
    assert found.feeds["full"] == found.feeds["topics/empathy"] == ANEW
    assert set(map(str, found.feeds.values())) == {str(ANEW)}
    assert found.documents == site.publish().documents


def test_a_refusal_of_everything_is_told_before(written: Site) -> None:
    site = written
    path = site.folder / "feeds/topics.toml"
    head, *blocks = path.read_text("utf-8").split("[[topic]]")
    path.write_text("[[topic]]".join([head, *(b for b in blocks if 'slug = "training"' not in b)]))
    feeds = site.folder / "feeds/feeds.toml"
    feeds.write_text("")
    with pytest.raises(PublishRefused, match="'training' is no longer defined"):
        would(site)
