"""Changes are dated after their commit, never backwards; what has no date is the newest."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from syndicate.store import datestamps, harvest
from syndicate.store import engine as store
from syndicate.store.engine import Connection
from syndicate.store.harvest import Part
from tests import small
from tests.sites import Site, written

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.fixture
def site(tmp_path: Path, database_url: str) -> Iterator[Site]:
    made = small.make(tmp_path / "site", database_url)
    for number in range(3):
        made.write(
            f"p-{number}", number=number, published=datetime(2022 + number, 1, 1, tzinfo=UTC)
        )
        made.publish()
    yield made
    made.engine.dispose()


def date(site: Site, seq: int, now: datetime, basis: str = "a") -> bool:
    with store.writing(site.engine) as connection:
        return datestamps.date(connection, basis, seq=seq, now=now)


def seen(
    connection: Connection,
    now: datetime,
    since: datetime | None = None,
    until: datetime | None = None,
    basis: str = "a",
) -> list[tuple[int, datetime]]:
    """Return (seq, date) of what is dated between two instants."""
    dated = datestamps.get(connection, basis, now)
    after, upto = datestamps.get_bounds(connection, dated, since, until)
    found = harvest.list_changed(connection, Part(), dated, after=after, upto=upto, limit=9)
    assert harvest.count_changed(connection, Part(), after=after, upto=upto) == len(found)
    return [(one.seq, one.at) for one in found]


def test_what_has_no_date_is_as_new_as_can_be(site: Site) -> None:
    with store.reading(site.engine) as connection:
        later = NOON + SECOND
        assert seen(connection, NOON) == [(1, later), (2, later), (3, later)]
        assert len(seen(connection, NOON, since=later)) == 3
        assert seen(connection, NOON, since=later + SECOND) == []
        assert seen(connection, NOON, until=NOON) == []
        assert len(seen(connection, NOON, until=later)) == 3
        dated = datestamps.get(connection, "a", NOON)
        assert datestamps.get_earliest(connection, dated) == later


def test_a_change_is_dated_once_by_the_clock_and_a_second_more(site: Site) -> None:
    assert date(site, 2, NOON)
    assert not date(site, 2, NOON + timedelta(hours=1))
    first, newest = NOON + SECOND, NOON + timedelta(days=1) + SECOND
    with store.reading(site.engine) as connection:
        now = NOON + timedelta(days=1)
        assert seen(connection, now) == [(1, first), (2, first), (3, newest)]
        assert seen(connection, now, since=first + SECOND) == [(3, newest)]
        assert [seq for seq, _ in seen(connection, now, since=first)] == [1, 2, 3]
        assert [seq for seq, _ in seen(connection, now, until=first)] == [1, 2]
        assert seen(connection, now, until=NOON) == []
        dated = datestamps.get(connection, "a", now)
        assert datestamps.get_earliest(connection, dated) == first


def test_dates_do_not_go_back_with_a_clock(site: Site) -> None:
    date(site, 1, NOON)
    date(site, 2, NOON - timedelta(hours=1))
    with store.reading(site.engine) as connection:
        dates = [at for _, at in seen(connection, NOON - timedelta(hours=2))]
    assert dates == [NOON + SECOND] * 3


def test_on_another_basis_everything_is_dated_anew(site: Site) -> None:
    date(site, 3, NOON)
    later = NOON + timedelta(days=1)
    with store.reading(site.engine) as connection:
        assert {at for _, at in seen(connection, later, basis="b")} == {later + SECOND}
    assert date(site, 3, later, "b")
    with store.reading(site.engine) as connection:
        assert {at for _, at in seen(connection, later, basis="b")} == {later + SECOND}
        assert len(seen(connection, later, since=later, basis="b")) == 3


def test_years_before_the_calendar_s_fourth_digit_are_years(site: Site) -> None:
    date(site, 3, NOON)
    with store.reading(site.engine) as connection:
        assert seen(connection, NOON, until=datetime(999, 1, 1, tzinfo=UTC)) == []
        assert len(seen(connection, NOON, since=datetime(999, 1, 1, tzinfo=UTC))) == 3


def test_pages_follow_the_journal_and_each_summary_comes_once(site: Site) -> None:
    with store.reading(site.engine) as connection:
        dated = datestamps.get(connection, "a", NOON)
        first = harvest.list_changed(connection, Part(), dated, after=0, upto=99, limit=1)
    # the one that was given, and one that was not, change between two pages
    site.write(
        "p-0", published=datetime(2022, 1, 1, tzinfo=UTC), description="Another description."
    )
    gone = {"date": written(site.now), "reason": "error"}
    site.write("p-1", published=datetime(2023, 1, 1, tzinfo=UTC), withdrawn=gone)
    assert site.publish().problems == ()
    with store.reading(site.engine) as connection:
        rest = harvest.list_changed(connection, Part(), dated, after=first[0].seq, upto=99, limit=9)
    assert [(one.id[-3:], one.deleted) for one in (*first, *rest)] == [
        ("p-0", False),
        ("p-2", False),
        ("p-0", False),
        ("p-1", True),
    ]


def test_years_and_what_is_in_them(site: Site) -> None:
    with store.reading(site.engine) as connection:
        dated = datestamps.get(connection, "a", NOON)
        assert harvest.list_years(connection) == ["2022", "2023", "2024"]
        for year in ("2022", "2023", "2024", "2025", "9999"):
            part = Part(year=year)
            found = harvest.list_changed(connection, part, dated, after=0, upto=99, limit=9)
            assert {f"{one.published:%Y}" for one in found} == {year} & {"2022", "2023", "2024"}
