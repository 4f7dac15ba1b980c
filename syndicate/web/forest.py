"""Forest plots of findings with intervals: where each mark stands, in per cent of the width. Pure.

Findings of one kind of measure share a scale. Ratios stand on a logarithmic one, where halving and
doubling are equally far from no effect. The drawing itself is templates/forest.html.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from syndicate.model import Finding
from syndicate.web import wording

_RATIOS: Final = frozenset({"or", "rr", "hr", "irr"})
_MARGIN: Final = 0.04  # of the width, on either side
_MOST_TICKS: Final = 5
_STEPS: Final = (1, 2, 2.5, 5, 10, 20)
_LARGEST: Final = 1e6  # beyond it, nothing can be read off a plot


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A finding's mark. `text` says what it shows; positions are per cent of the width."""

    finding: Finding
    text: str
    low: float
    value: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """Rows on one scale; `none` is where no effect stands, `ticks` are positions with numbers."""

    measure: str
    rows: Sequence[Row]
    none: float
    ticks: Sequence[tuple[float, str]]


def plots(findings: Iterable[Finding]) -> list[Plot]:
    """Return a plot for each measure of the findings that have intervals, in their order."""
    shown = [finding for finding in findings if finding.interval and _fits(finding)]
    order = list(dict.fromkeys(finding.measure for finding in shown))
    by_measure = sorted(shown, key=lambda finding: order.index(finding.measure))
    return [
        _plot(measure, list(group)) for measure, group in groupby(by_measure, lambda f: f.measure)
    ]


def _is_ratio(measure: str) -> bool:
    return measure.lower() in _RATIOS


def _numbers(finding: Finding) -> tuple[float, float, float]:
    assert finding.interval is not None
    low, high = finding.interval
    return float(low), float(finding.value), float(high)


def _fits(finding: Finding) -> bool:
    """Tell whether a finding can be drawn: a logarithm needs what is greater than nothing."""
    numbers = _numbers(finding)
    drawable = all(abs(each) <= _LARGEST for each in numbers)
    return drawable and (numbers[0] > 1 / _LARGEST or not _is_ratio(finding.measure))


def _plot(measure: str, findings: Sequence[Finding]) -> Plot:
    ratio = _is_ratio(measure)
    none = 1.0 if ratio else 0.0
    ends = [none, *(end for finding in findings for end in _numbers(finding))]
    marks = list(_ratio_ticks(min(ends), max(ends)) if ratio else _ticks(min(ends), max(ends)))
    position = _scale([*ends, *marks], math.log if ratio else float)
    return Plot(
        measure=measure,
        rows=[_row(finding, position) for finding in findings],
        none=position(none),
        ticks=[(position(mark), wording.number(f"{mark:.4g}")) for mark in marks],
    )


def _row(finding: Finding, position: Callable[[float], float]) -> Row:
    low, value, high = map(position, _numbers(finding))
    level = "" if finding.level != "95" else "95% CI "
    text = f"{wording.value(finding)}, {level}{wording.interval(finding)}"
    return Row(finding=finding, text=text, low=low, value=value, high=high)


def _scale(ends: Sequence[float], transform: Callable[[float], float]) -> Callable[[float], float]:
    """Return the function from a number to its place, 0 to 100, with a margin at both ends."""
    low, high = transform(min(ends)), transform(max(ends))
    span = (high - low) or 1.0

    def position(value: float) -> float:
        share = (transform(value) - low) / span
        return round(100 * (_MARGIN + share * (1 - 2 * _MARGIN)), 2)

    return position


def _ticks(low: float, high: float) -> Iterator[float]:
    """Yield round numbers from at or below `low` to at or above `high`; 0 is one of them."""
    span = (high - low) or 1.0
    magnitude: float = 10 ** math.floor(math.log10(span / _MOST_TICKS))
    step = next(s * magnitude for s in _STEPS if span / (s * magnitude) <= _MOST_TICKS - 1)
    for n in range(math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9) + 1):
        yield round(n * step, 10)


def _ratio_ticks(low: float, high: float) -> Iterator[float]:
    """Yield powers of 2 (of 10, where the span is wide) around 1."""
    base = 2 if math.log2(high / low) <= _MOST_TICKS else 10
    first, last = math.floor(math.log(low, base)), math.ceil(math.log(high, base))
    for exponent in range(first, last + 1):
        yield base**exponent
