"""What the web shows of history that was brought in, and of a feed that was just described."""

from __future__ import annotations

from datetime import UTC, datetime

from tests.web.stand import Stand, get

OLD = "what-was-known-in-2015"
BLOCK = """
[[feed]]
slug = "of-training"
title = "Of training"
selection = "training"
"""


def test_history_is_in_pages_archives_feeds_by_date_and_v1(stand: Stand) -> None:
    site = stand.site
    site.write(OLD, published=datetime(2015, 5, 1, 12, tzinfo=UTC), backfill=True)
    assert site.publish().problems == ()
    app = stand.open()
    for path in (
        f"/summaries/{OLD}/",
        "/archive/2015/05/",
        "/topics/empathy/",
        "/feed.atom",
        "/feed.rss",
        "/feed.json",
        "/v1/items?month=2015-05",
        "/v1/changes",
        "/v1/snapshot",
    ):
        answer = get(app, path)
        assert answer.status_code == 200, path
        assert OLD in answer.text, path
    ids = [item["url"] for item in get(app, "/feed.json").json["items"]]
    assert OLD in ids[-1]  # by its date, not by when it came


def test_one_block_is_a_feed_with_a_page(stand: Stand) -> None:
    stand.edit("feeds.toml", lambda text: text + BLOCK)
    assert stand.site.publish().problems == ()
    app = stand.open()
    for path in ("feed.atom", "feed.rss", "feed.json", ""):
        assert get(app, f"/feeds/of-training/{path}").status_code == 200
    assert "/feeds/of-training/feed" in get(app, "/opml").text
    assert "Of training" in get(app, "/feeds/").text
