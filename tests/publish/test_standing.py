"""Feeds follow the definitions: new ones are filled, removed ones end, changed ones keep places."""

from __future__ import annotations

from syndicate.store import engine as store
from syndicate.store import feeds
from tests.sites import Site

BLOCK = '\n[[feed]]\nslug = "mine"\ntitle = "Mine"\nselection = "{}"\n'


def test_a_feed_comes_changes_its_selection_goes_and_comes_back(site: Site) -> None:
    for number, topic in enumerate(("empathy", "training", "termination")):
        site.write(topic, topics=[topic], number=number)
    site.publish()
    path = site.folder / "feeds" / "feeds.toml"
    before = path.read_text()

    path.write_text(before + BLOCK.format("empathy+training"))
    site.publish()
    assert site.ids("/feeds/mine/feed.atom") == ["training", "empathy"]

    path.write_text(before + BLOCK.format("empathy+termination"))
    site.publish()
    assert site.ids("/feeds/mine/feed.atom") == ["termination", "empathy"]
    with store.reading(site.engine) as connection:
        stored = feeds.list_feeds(connection)["feeds/mine"]
        held = feeds.list_all(connection, stored.number)
    assert [(m.position, m.entry_id[-7:], m.state) for m in held] == [
        (0, "empathy", "live"),
        (1, "raining", "left"),
        (2, "ination", "live"),
    ]

    path.write_text(before)
    outcome = site.publish()
    assert "/feeds/mine/feed.atom" in outcome.documents
    assert "/feeds/mine/feed.atom" not in site.stored()
    with store.reading(site.engine) as connection:
        assert feeds.list_feeds(connection)["feeds/mine"].removed

    site.write("later", topics=["empathy"], number=9)
    site.publish()
    path.write_text(before + BLOCK.format("empathy+termination"))
    site.publish()
    assert site.ids("/feeds/mine/feed.atom") == ["later", "termination", "empathy"]
