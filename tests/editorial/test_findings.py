from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.editorial.findings import (
    check_bound,
    check_interval,
    list_disagreements,
    list_missing,
)
from syndicate.editorial.values import FieldError
from syndicate.model import Finding


def finding(
    value: str,
    interval: tuple[str, str] | None = None,
    *,
    measure: str = "d",
    level: str = "95",
    se: str | None = None,
    p: str | None = None,
) -> Finding:
    return Finding(
        label="x", measure=measure, value=value, interval=interval, level=level, se=se, p=p
    )


@pytest.mark.parametrize(
    ("value", "interval"),
    [("0.50", ("0.60", "0.70")), ("0.50", ("0.70", "0.40")), ("-0.42", ("0.27", "0.55"))],
)
def test_an_interval_that_cannot_be_is_refused(value: str, interval: tuple[str, str]) -> None:
    with pytest.raises(FieldError):
        check_interval(value, interval)


@given(st.decimals(-9, 9, places=2), st.decimals(0, 9, places=2), st.decimals(0, 9, places=2))
def test_an_interval_around_its_value_is_taken(
    value: Decimal, below: Decimal, above: Decimal
) -> None:
    check_interval(f"{value:f}", (f"{value - below:f}", f"{value + above:f}"))


@pytest.mark.parametrize(("measure", "number"), [("r", "1.01"), ("R", "-1.2"), ("\u03c1", "2")])
def test_a_correlation_beyond_one_is_refused(measure: str, number: str) -> None:
    with pytest.raises(FieldError):
        check_bound(measure, number)


def test_other_measures_may_be_beyond_one() -> None:
    for measure, number in (("d", "1.4"), ("OR", "12"), ("r", "-1.00"), ("r", "1")):
        check_bound(measure, number)


# What published articles print ------------------------------------------------------------------

_AGREE = [
    finding("0.304", ("0.253", "0.354"), measure="r", p="< .001"),
    finding("0.286", ("0.226", "0.344"), measure="r", p="= .001"),
    finding("0.359", ("-0.349", "1.068"), measure="SMD", p="> .05"),
    finding("0.33", ("0.10", "0.57"), measure="g", p="= .005"),
    finding("0.30", ("-0.1", "0.7"), measure="g", p="= .145"),
    finding("0.50", se="0.10"),
    finding("0.50", ("0.30", "0.70"), se="0.10", p="< .0001"),
    finding("2.75", ("1.1", "6.9"), measure="OR", p="= .03"),
    finding("0.2", ("0.0", "0.4"), p="= .05"),
    finding("0.50", ("0.34", "0.66"), level="90", se="0.10"),
    finding("1", ("1", "1"), measure="r", p="< .001"),
    finding("-1.5", ("-2", "1"), measure="OR", p="< .001"),
    finding("0", ("0", "0"), p="= 1"),
    finding("0.10", se="0.05", p="= .02"),  # one-sided
]
_DISAGREE = [
    (finding("0.26", se="0.01", p="= .01"), "p = .01 does not fit d = 0.26 with SE 0.01"),
    (
        finding("0.50", ("0.30", "0.70"), p="= .40"),
        "p = .40 does not fit d = 0.50 with interval [0.30, 0.70]",
    ),
    (
        finding("0.10", ("-0.30", "0.50"), p="< .001"),
        "p < .001 does not fit d = 0.10 with interval [-0.30, 0.50]",
    ),
    (
        finding("0.304", ("0.253", "0.354"), measure="r", p="> .05"),
        "p > .05 does not fit r = 0.304 with interval [0.253, 0.354]",
    ),
    (
        finding("2.75", ("2.1", "3.6"), measure="OR", p="= .30"),
        "p = .30 does not fit OR = 2.75 with interval [2.1, 3.6]",
    ),
    (
        finding("0.50", ("0.30", "0.70"), se="0.30"),
        "SE 0.30 does not fit the interval [0.30, 0.70]",
    ),
]


@pytest.mark.parametrize("agreeing", _AGREE, ids=str)
def test_figures_that_fit_are_left_alone(agreeing: Finding) -> None:
    assert list_disagreements(agreeing) == ()


@pytest.mark.parametrize(("disagreeing", "said"), _DISAGREE)
def test_figures_that_do_not_fit_are_named(disagreeing: Finding, said: str) -> None:
    assert list_disagreements(disagreeing) == (said,)


_DECIMAL = st.from_regex(r"-?([0-9]{1,3}(\.[0-9]{1,3})?|\.[0-9]{1,3})", fullmatch=True)


@given(
    st.sampled_from(["r", "d", "OR", "MD"]),
    _DECIMAL,
    st.none() | st.tuples(_DECIMAL, _DECIMAL),
    st.none() | st.from_regex(r"\.[0-9]{1,3}", fullmatch=True),
    st.none() | st.from_regex(r"[=<>] \.[0-9]{1,3}", fullmatch=True),
)
def test_any_figures_can_be_judged(
    measure: str, value: str, interval: tuple[str, str] | None, se: str | None, p: str | None
) -> None:
    odd = Finding(label="x", measure=measure, value=value, interval=interval, se=se, p=p)
    assert all("does not fit" in sentence for sentence in list_disagreements(odd))


# In the text ------------------------------------------------------------------------------------


def test_numbers_may_be_spelt_otherwise_in_the_text() -> None:
    figures = finding("-0.420", ("-0.55", "-0.27"), measure="r")
    assert list_missing(figures, "r = −.42 (95% CI –0.550 to -.27)") == ()


def test_a_number_that_the_text_lacks_is_returned_as_written() -> None:
    figures = finding("0.50", ("0.30", "0.70"))
    assert list_missing(figures, "d = −0.5 [0.3, 0.07]") == ("0.50", "0.70")
