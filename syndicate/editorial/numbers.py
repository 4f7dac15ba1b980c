"""The numbers of a text in one spelling, so that 0.50, .5 and 0.5 or −.42 and -0.42 are equal.

Used to see whether a finding stands in the text, and whether an edit touched a number.
"""

from __future__ import annotations

import re

from syndicate.editorial.plaintext import text_of
from syndicate.model import Summary

# A sign counts after a space, a bracket or `=`, not in `PHQ-9`, `1-2` or `461–472`.
_NUMBER = re.compile(
    r"((?<![\w)\].%])[-\u2212\u2013])?"
    r"([0-9]{1,3}(?:,[0-9]{3})+(?![0-9])(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]+)?|(?<![\w.])\.[0-9]+)"
)


def canonical(number: str) -> str:
    """Return a decimal without thousands commas, needless zeros or a typographic minus."""
    number = number.replace(",", "")
    digits = number.lstrip("+-\u2212\u2013")
    whole, _, fraction = digits.partition(".")
    whole, fraction = whole.lstrip("0") or "0", fraction.rstrip("0")
    plain = f"{whole}.{fraction}" if fraction else whole
    return f"-{plain}" if number[0] in "-\u2212\u2013" and plain != "0" else plain


def numbers_of(text: str) -> tuple[str, ...]:
    """Return every number of a text, canonical, in the order of the text."""
    return tuple(canonical((sign or "") + digits) for sign, digits in _NUMBER.findall(text))


def summary_numbers(summary: Summary) -> tuple[str, ...]:
    """Return the numbers of a summary's text, sorted; those of its citation are left out."""
    text = f"{text_of(summary.body_html)}\n{text_of(summary.implications_html)}"
    return tuple(sorted(numbers_of(text)))
