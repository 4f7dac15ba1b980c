"""The numbers of a text in one spelling: 0.50, .5 and 0.5 are equal, −.42 and -0.42, ten and 10.

Used to see whether a finding stands in the text, and whether an edit touched a number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from syndicate.editorial.plaintext import text_of
from syndicate.model import Summary

# A sign counts after a space, a bracket or `=`, not in `PHQ-9`, `1-2` or `461–472`.
_NUMBER = re.compile(
    r"((?<![\w)\].%])[-\u2212\u2013])?"
    r"([0-9]{1,3}(?:,[0-9]{3})+(?![0-9])(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]+)?|(?<![\w.])\.[0-9]+)"
)


_UNITS: Final = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven")
_TEENS: Final = ("twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen")
_TENS: Final = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_WORDS: Final = {
    **{word: str(number) for number, word in enumerate((*_UNITS, *_TEENS, "nineteen"), start=2)},
    **{word: str(10 * number) for number, word in enumerate(_TENS, start=2)},
}
"""`one` is left out: it is a pronoun as often as a number."""
_WORD = re.compile(rf"\b(?:{'|'.join(_WORDS)})\b", re.IGNORECASE)


def canonical(number: str) -> str:
    """Return a decimal without thousands commas, needless zeros or a typographic minus."""
    number = number.replace(",", "")
    digits = number.lstrip("+-\u2212\u2013")
    whole, _, fraction = digits.partition(".")
    whole, fraction = whole.lstrip("0") or "0", fraction.rstrip("0")
    plain = f"{whole}.{fraction}" if fraction else whole
    return f"-{plain}" if number[0] in "-\u2212\u2013" and plain != "0" else plain


def numbers_of(text: str) -> tuple[str, ...]:
    """Return every number of a text, canonical, those in words last."""
    return tuple(number for _, number in spelled(text))


def spelled(text: str) -> Iterator[tuple[str, str]]:
    """Yield every number of a text as it is written, and canonical."""
    for match in _NUMBER.finditer(text):
        yield match[0], canonical((match[1] or "") + match[2])
    for match in _WORD.finditer(text):
        yield match[0], _WORDS[match[0].lower()]


def summary_numbers(summary: Summary) -> tuple[str, ...]:
    """Return the numbers of a summary's text, sorted; those of its citation are left out."""
    text = f"{text_of(summary.body_html)}\n{text_of(summary.implications_html)}"
    return tuple(sorted(numbers_of(text)))
