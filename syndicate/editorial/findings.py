"""Effect sizes: what cannot be (an error), and what does not agree (a warning). Pure.

Agreement is judged by the normal approximation, generously. With T the identity, atanh for
correlations (Fisher) or log for ratios, and q the normal quantile of the interval's level:
    standard error  =  (T(high) - T(low)) / 2q, or as given
    z               =  |T(value)| / standard error
    p               =  2 (1 - Phi(z))
Each printed number stands for all that round to it, z may be off by a quarter, a one-sided p is
accepted, and `= .001` is taken for `<= .001`, because many programs print no smaller one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from decimal import Decimal
from statistics import NormalDist
from typing import Final

from syndicate.editorial.numbers import canonical, numbers_of
from syndicate.editorial.values import FieldError
from syndicate.model import Finding

CORRELATIONS: Final = frozenset({"r", "rho", "\u03c1", "phi", "\u03c6", "tau", "\u03c4"})
RATIOS: Final = frozenset({"or", "rr", "hr", "irr"})
_SLACK = 1.25

Range = tuple[float, float]


def check_bound(measure: str, number: str) -> None:
    """Raise FieldError for a correlation beyond -1 and 1."""
    if measure.lower() in CORRELATIONS and abs(Decimal(number)) > 1:
        raise FieldError(
            f"{measure} = {number} cannot be: a correlation lies between -1 and 1",
            "compare with the article: the decimal point, or the measure",
        )


def check_interval(value: str, interval: tuple[str, str]) -> None:
    """Raise FieldError for an interval that is reversed or misses its value."""
    low, high = map(Decimal, interval)
    shown = f"[{interval[0]}, {interval[1]}]"
    if low > high:
        raise FieldError(f"the interval {shown} is reversed", "write the smaller number first")
    if not low <= Decimal(value) <= high:
        raise FieldError(
            f"the interval {shown} misses its value {value}",
            "compare with the article: often a minus sign is missing",
        )


def list_missing(finding: Finding, text: str) -> tuple[str, ...]:
    """Return the value and bounds of a finding that the text does not mention, as written."""
    present = frozenset(numbers_of(text))
    return tuple(
        number
        for number in (finding.value, *(finding.interval or ()))
        if canonical(number) not in present
    )


def list_disagreements(finding: Finding) -> tuple[str, ...]:
    """Return a sentence for each pair of value, interval, SE and p that do not fit."""
    return tuple(_disagreements(finding))


def _disagreements(finding: Finding) -> Iterator[str]:
    from_interval = _se_of_interval(finding)
    stated = _rounded(finding.se) if finding.se else None
    if from_interval and stated and finding.interval and not _near(stated, finding):
        low, high = finding.interval
        yield f"SE {finding.se} does not fit the interval [{low}, {high}]"
    error = from_interval or stated
    if error is None or finding.p is None:
        return
    z = _z(finding, error)
    if z is None:
        return
    implied = (_p_of(z[1] * _SLACK) / 2, _p_of(z[0] / _SLACK))
    if not _overlap(implied, _range_of_p(finding.p)):
        rest = f"SE {finding.se}" if from_interval is None else f"interval {_shown(finding)}"
        yield f"p {finding.p} does not fit {finding.measure} = {finding.value} with {rest}"


def _shown(finding: Finding) -> str:
    return "[{}, {}]".format(*finding.interval) if finding.interval else ""


def _transform(measure: str) -> Callable[[float], float]:
    name = measure.lower()
    if name in CORRELATIONS:
        return math.atanh
    return math.log if name in RATIOS else float


def _apply(transform: Callable[[float], float], number: float) -> float | None:
    """Return T(number), or None where T is not defined (r = 1, a ratio of 0)."""
    try:
        return transform(number)
    except ValueError:
        return None


def _rounded(number: str) -> Range:
    """Return the range of all that is printed as `number`."""
    decimal = Decimal(number)
    half = float(Decimal(5).scaleb(int(decimal.as_tuple().exponent) - 1))
    return float(decimal) - half, float(decimal) + half


def _se_of_interval(
    finding: Finding, transform: Callable[[float], float] | None = None
) -> Range | None:
    if finding.interval is None:
        return None
    transform = transform or _transform(finding.measure)
    (a, b), (c, d) = map(_rounded, finding.interval)
    wide = _apply(transform, a), _apply(transform, d)
    narrow = _apply(transform, b), _apply(transform, c)
    if None in wide or None in narrow:
        return None
    twice_q = 2 * NormalDist().inv_cdf(0.5 + float(finding.level) / 200)
    least = (narrow[1] - narrow[0]) / twice_q  # type: ignore[operator]
    return max(least, 0.0), (wide[1] - wide[0]) / twice_q  # type: ignore[operator]


def _near(stated: Range, finding: Finding) -> bool:
    """Tell whether a given SE fits the interval, on the scale of the value or the transformed."""
    for transform in (_transform(finding.measure), float):
        implied = _se_of_interval(finding, transform)
        if implied is None or _overlap((implied[0] / _SLACK, implied[1] * _SLACK), stated):
            return True
    return False


def _z(finding: Finding, error: Range) -> Range | None:
    low, high = (_apply(_transform(finding.measure), end) for end in _rounded(finding.value))
    if low is None or high is None or error[1] <= 0:
        return None
    nearest = 0.0 if low <= 0 <= high else min(abs(low), abs(high))
    farthest = max(abs(low), abs(high))
    return nearest / error[1], farthest / error[0] if error[0] > 0 else math.inf


def _p_of(z: float) -> float:
    return math.erfc(z / math.sqrt(2))


def _range_of_p(p: str) -> Range:
    sign, number = p.split()
    low, high = _rounded(number)
    if sign == "<":
        return 0.0, float(number)
    if sign == ">":
        return float(number), 1.0
    return (0.0 if Decimal(number) <= Decimal("0.001") else low), high


def _overlap(one: Range, other: Range) -> bool:
    return one[0] <= other[1] and other[0] <= one[1]
