from __future__ import annotations

from datetime import UTC, datetime

import pytest

from syndicate.model import Finding
from syndicate.web import wording
from syndicate.web.language import ENGLISH, FRENCH

FINDING = Finding(
    label="a", measure="r", value="-0.50", interval=("-0.60", "0.10"), p="< .001", n=1482
)


def test_dates_for_machines() -> None:
    assert wording.machine(datetime(2021, 4, 1, 12, tzinfo=UTC)) == "2021-04-01T12:00:00Z"


def test_a_table_has_the_columns_that_it_needs() -> None:
    bare = Finding(label="b", measure="d", value="0.5")
    table = wording.table([FINDING, bare], ENGLISH.say)
    assert table.columns == ["Value", "95% CI", "p", "N"]
    assert table.rows == [
        (FINDING, ["r = −0.50", "−0.60 to 0.10", "< .001", "1,482"]),
        (bare, ["d = 0.5", "", "", ""]),
    ]
    assert wording.table([bare], FRENCH.say).columns == ["Valeur"]


@pytest.mark.parametrize(
    ("more", "text"),
    [
        ({"se": "0.10"}, "SE 0.10"),
        ({"interval": ("0.1", "0.9"), "level": "90"}, "0.1 to 0.9 (90%)"),
        ({"interval": ("-0.1", "0.9"), "se": "0.10"}, "−0.1 to 0.9"),
    ],
)
def test_intervals(more: dict[str, str], text: str) -> None:
    finding = Finding(label="a", measure="d", value="0.5", **more)  # type: ignore[arg-type]
    assert wording.interval(finding) == text
