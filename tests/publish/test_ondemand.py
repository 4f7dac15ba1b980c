"""Archives and free selections: made when asked for, equal in every process, complete."""

from __future__ import annotations

import pytest

from syndicate import addresses, selection
from syndicate.errors import NotFound
from syndicate.model import FORMATS
from syndicate.publish import ondemand
from syndicate.store import engine as store
from tests import checking
from tests.checking import reading
from tests.sites import BASE_URL, Site, written


@pytest.fixture
def filled(site: Site) -> Site:
    path = site.folder / "feeds" / "feeds.toml"
    path.write_text(path.read_text().replace("window = 50", "window = 6"))
    for number in range(11):
        topics = [("empathy", "training", "termination")[number % 3]]
        site.write(f"s{number}", number=number, topics=topics)
    site.publish()
    return site


def names(body: bytes) -> list[str]:
    return [e.id.rpartition("/")[2] for e in reading.read(body, "application/atom+xml")]


def test_archives_hold_fixed_sets_and_pass_every_check(filled: Site) -> None:
    definitions = filled.definitions
    full = definitions.feeds[0]
    with store.reading(filled.engine) as connection:
        for number in (1, 2, 3):
            for name in FORMATS:
                made = ondemand.archive(connection, definitions, full, number, name)
                url = BASE_URL + addresses.archived(full.stem, number, name)
                assert checking.problems(name, made.body, url) == []
        first = ondemand.archive(connection, definitions, full, 1, "atom")
        assert names(first.body) == ["s2", "s1", "s0"]
        for number in (0, 4, 99):
            with pytest.raises(NotFound):
                ondemand.archive(connection, definitions, full, number, "atom")
    assert b'rel="prev-archive"' in filled.document("/feed.atom")


def test_a_withdrawn_entry_becomes_a_tombstone_in_its_archive(filled: Site) -> None:
    filled.write(
        "s1",
        number=1,
        topics=["training"],
        withdrawn={"date": written(filled.now), "reason": "error", "note": "Wrong."},
    )
    filled.publish()
    full = filled.definitions.feeds[0]
    with store.reading(filled.engine) as connection:
        made = ondemand.archive(connection, filled.definitions, full, 1, "atom")
    assert names(made.body) == ["s2", "s0"]
    assert b"deleted-entry" in made.body
    assert made.last_modified == filled.now


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("empathy+training", ["s10", "s9", "s7", "s6", "s4", "s3"]),
        ("~empathy", ["s10", "s8", "s7", "s5", "s4", "s2"]),
        ("kind:meta-analysis+termination", ["s8", "s5", "s2"]),
        ("form:announcement", []),
    ],
)
def test_a_free_selection_has_what_it_selects(filled: Site, text: str, expected: list[str]) -> None:
    definitions = filled.definitions
    feed = definitions.selected_feed(selection.parse(text))
    with store.reading(filled.engine) as connection:
        for name in FORMATS:
            made = ondemand.selected(connection, definitions, feed, name)
            url = BASE_URL + addresses.document(feed.stem, name)
            found = checking.problems(name, made.body, url)
            # no document of a selection goes back in time: the price is that it may be ahead
            assert [p for p in found if not p.endswith("newest entry or tombstone")] == []
        made = ondemand.selected(connection, definitions, feed, "atom")
    assert names(made.body) == expected
