from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from syndicate.model import Finding
from syndicate.web import forest


def finding(measure: str, low: str, value: str, high: str, **more: str) -> Finding:
    return Finding(label="x", measure=measure, value=value, interval=(low, high), **more)


def test_a_plot_of_correlations() -> None:
    (plot,) = forest.plots(
        [finding("r", "-0.55", "-0.42", "-0.27"), finding("r", "0.15", "0.28", "0.40")]
    )
    assert [number for _place, number in plot.ticks] == [
        "−0.75",
        "−0.5",
        "−0.25",
        "0",
        "0.25",
        "0.5",
    ]
    assert [row.text for row in plot.rows] == [
        "r = −0.42, 95% CI −0.55 to −0.27",
        "r = 0.28, 95% CI 0.15 to 0.40",
    ]
    places = {number: place for place, number in plot.ticks}
    assert plot.none == places["0"]
    assert places["−0.5"] > plot.rows[0].low > places["−0.75"]


def test_ratios_stand_on_a_scale_on_which_half_and_double_are_equally_far() -> None:
    (plot,) = forest.plots([finding("OR", "0.5", "1", "2")])
    (row,) = plot.rows
    assert row.value == plot.none == pytest.approx((row.low + row.high) / 2, abs=0.02)
    assert [number for _place, number in plot.ticks] == ["0.5", "1", "2"]
    wide = forest.plots([finding("OR", "0.02", "1.5", "120")])[0]
    assert [number for _place, number in wide.ticks] == ["0.01", "0.1", "1", "10", "100", "1000"]


def test_each_measure_has_its_own_scale_and_what_has_no_interval_is_left_out() -> None:
    bare = Finding(label="x", measure="d", value="0.5", se="0.1")
    found = [finding("d", "0.1", "0.5", "0.9"), bare, finding("r", "0.1", "0.2", "0.3")]
    plots = forest.plots([*found, finding("d", "0.2", "0.3", "0.4")])
    assert [(plot.measure, len(plot.rows)) for plot in plots] == [("d", 2), ("r", 1)]
    assert forest.plots([bare]) == []


def test_another_level_is_named_once() -> None:
    (plot,) = forest.plots([finding("d", "0.1", "0.5", "0.9", level="90")])
    assert plot.rows[0].text == "d = 0.5, 0.1 to 0.9 (90%)"


@pytest.mark.parametrize(("low", "high"), [("0", "2"), ("0.5", "1e9")])
def test_what_has_no_place_on_its_scale_is_not_drawn(low: str, high: str) -> None:
    assert forest.plots([finding("OR", low, "1", high)]) == []


@given(
    measure=st.sampled_from(["r", "d", "OR"]),
    numbers=st.lists(
        st.tuples(*[st.decimals("0.001", "1000", places=3)] * 3).map(sorted), min_size=1, max_size=6
    ),
    negative=st.booleans(),
)
def test_marks_stand_in_order_within_the_plot(
    measure: str, numbers: list[list[object]], *, negative: bool
) -> None:
    assume(not (negative and measure == "OR"))
    sign = "-" if negative else ""
    found = []
    for low, value, high in numbers:
        ends = (high, low) if negative else (low, high)
        found.append(finding(measure, f"{sign}{ends[0]}", f"{sign}{value}", f"{sign}{ends[1]}"))
    (plot,) = forest.plots(found)
    for row in plot.rows:
        assert 0 <= row.low <= row.value <= row.high <= 100
    assert 0 <= plot.none <= 100
    places = [place for place, _number in plot.ticks]
    assert places == sorted(set(places))
    assert 2 <= len(places) <= 8
    assert len({number for _place, number in plot.ticks}) == len(places)
