from __future__ import annotations

from datetime import UTC, datetime

import pytest

from syndicate.model import Finding
from syndicate.web import wording

FINDING = Finding(
    label="a", measure="r", value="-0.50", interval=("-0.60", "0.10"), p="< .001", n=1482
)


def test_dates_are_in_english() -> None:
    date = datetime(2021, 4, 1, 12, tzinfo=UTC)
    assert (wording.day(date), wording.month(date)) == ("1 April 2021", "April 2021")
    assert wording.machine(date) == "2021-04-01T12:00:00Z"


@pytest.mark.parametrize(
    ("column", "text"), [("95% CI", "−0.60 to 0.10"), ("p", "< .001"), ("k", ""), ("N", "1,482")]
)
def test_cells(column: str, text: str) -> None:
    assert wording.cell(FINDING, column) == text


def test_a_table_has_the_columns_that_it_needs() -> None:
    bare = Finding(label="a", measure="d", value="0.5")
    assert wording.columns([FINDING, bare]) == ["95% CI", "p", "N"]
    assert wording.columns([bare]) == []


def test_intervals() -> None:
    by_error = Finding(label="a", measure="d", value="0.5", se="0.10")
    wide = Finding(label="a", measure="d", value="0.5", interval=("0.1", "0.9"), level="90")
    assert wording.interval(by_error) == "SE 0.10"
    assert wording.interval(wide) == "0.1 to 0.9 (90%)"


def test_plural() -> None:
    assert wording.plural(1, "summary", "summaries") == "1 summary"
    assert wording.plural(1200, "summary", "summaries") == "1,200 summaries"
