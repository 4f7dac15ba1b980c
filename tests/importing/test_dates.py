from __future__ import annotations

from datetime import UTC, datetime

import pytest

from syndicate.foreign import ForeignEntry
from syndicate.importing.dates import Dated, find_date


def at(*parts: int) -> datetime:
    year, month, day, *rest = parts
    return datetime(year, month, day, *rest, tzinfo=UTC)


@pytest.mark.parametrize(
    "words", ["April 2021", "Apr 2021", "apr. 2021", "APRIL, 2021", "2021-04", " 2021-04 "]
)
def test_a_month_becomes_noon_of_its_first_day(words: str) -> None:
    dated = find_date(ForeignEntry(published_text=words, published=at(2021, 4, 1)))
    assert dated.published == at(2021, 4, 1, 12)
    assert dated.month_only
    assert dated.guess == f"known to the month only: {words.strip()!r}"


@pytest.mark.parametrize("words", ["2021-13", "Aprilish", "Foo 2021", "0000-04", "April 3021"])
def test_what_is_no_month_is_none(words: str) -> None:
    assert find_date(ForeignEntry(published_text=words)) == Dated(
        published=None, guess="there is none"
    )


def test_a_whole_date_is_kept() -> None:
    date = at(2021, 4, 5, 14, 3, 2)
    assert find_date(ForeignEntry(published=date, published_text="x")) == Dated(published=date)


def test_a_day_becomes_its_noon() -> None:
    dated = find_date(ForeignEntry(published=at(2021, 4, 5), published_text="2021-04-05"))
    assert dated == Dated(published=at(2021, 4, 5, 12), guess="known to the day only")


def test_the_last_change_serves_where_nothing_better_is_known() -> None:
    dated = find_date(ForeignEntry(updated=at(2021, 4, 5, 9)))
    assert dated == Dated(published=at(2021, 4, 5, 9), guess="that of the last change")


@pytest.mark.parametrize(
    ("link", "expected", "month_only"),
    [
        ("https://x.example/2021/04/title/", at(2021, 4, 1, 12), True),
        ("https://x.example/2021/04/30/title/", at(2021, 4, 30, 12), False),
        ("https://x.example/2021/title/", None, False),
        ("https://x.example/2021/44/title/", None, False),
    ],
)
def test_an_address_may_tell_the_date(
    link: str, expected: datetime | None, *, month_only: bool
) -> None:
    dated = find_date(ForeignEntry(link=link))
    assert (dated.published, dated.month_only) == (expected, month_only)
    assert dated.guess


def test_an_address_with_a_day_that_no_month_has_tells_the_month() -> None:
    dated = find_date(ForeignEntry(link="https://x.example/2021/02/31/title/"))
    assert (dated.published, dated.month_only) == (at(2021, 2, 1, 12), True)


@pytest.mark.parametrize("year", [1, 1899, 3000])
def test_a_year_that_cannot_be_meant_is_no_date(year: int) -> None:
    assert find_date(ForeignEntry(published=at(year, 1, 1))).published is None
