from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.definitions import Definitions
from syndicate.editorial.numbers import canonical, numbers_of, summary_numbers
from syndicate.editorial.summary import parse


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("r = −.42, 95% CI [−0.55,−.27]", ("-0.42", "95", "-0.55", "-0.27")),
        ("over 6,000 patients and 1,234,567.80 more", ("6000", "1234567.8")),
        ("Mindfulness, 11, 2243–2257.", ("11", "2243", "2257")),
        ("PHQ-9, COVID-19, 1-2 sessions", ("9", "19", "1", "2")),
        ("p<.001; n=12", ("0.001", "12")),
        ("(–0.5 to -.3)", ("-0.5", "-0.3")),
        ("-0.0 and 007.10 and +.5", ("0", "7.1", "0.5")),
        ("1,2 and 1,2345", ("1", "2", "1", "2345")),
        ("version 1.10.2, 20.", ("1.1", "2", "20")),
        ("none at all", ()),
    ],
)
def test_the_numbers_of_a_text(text: str, numbers: tuple[str, ...]) -> None:
    assert numbers_of(text) == numbers


@given(st.decimals(allow_nan=False, allow_infinity=False, places=3))
def test_canonical_keeps_the_value_and_is_canonical(number: Decimal) -> None:
    text = canonical(f"{number:f}")
    assert Decimal(text) == number
    assert canonical(text) == text
    assert canonical(f"{number:f}00") == text
    assert canonical(f"{number:f}".replace("-", "\u2212")) == text
    assert numbers_of(f"d = {text}, and") == (text,)


@given(st.text())
def test_every_number_is_a_decimal(text: str) -> None:
    assert all(Decimal(number).is_finite() for number in numbers_of(text))


def test_a_summary_has_the_numbers_of_its_text_but_not_of_its_citation(
    vocabulary: Definitions,
) -> None:
    text = """---
schema: 1
id: tag:network.example,2013:summary/n
title: Numbers 77
lang: en
published: 2021-04-01T12:00:00Z
topics: [empathy]
kind: meta-analysis
citation: {text: "A. (2020). B, 4, 1-99."}
---
In **12** studies d was 0.50.

| k | n |
|---|---|
| 3 | 40 |

## Practice implications

Ask 2 times.
"""
    summary = parse("x.md", text.encode(), vocabulary).summary
    assert summary_numbers(summary) == ("0.5", "12", "2", "3", "40")
