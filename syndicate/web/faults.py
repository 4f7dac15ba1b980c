"""What an error page says in French of what went wrong. Pure.

Errors are raised with English text, wherever they are raised. faults.toml has the French of each,
by the English with `{}` for what is put in. What it does not have is shown in English, and as such.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Final

from syndicate.web.language import ENGLISH, FRENCH, Language

CATALOGUE: Final = Path(__file__).with_name("faults.toml")
_QUOTED: Final = re.compile(r"\"([^\"]*)\"|'([^']*)'|`([^`]*)`")
_MONTH: Final = re.compile("|".join(ENGLISH.months))


def load_phrases() -> dict[str, str]:
    """Read the catalogue: English text -> French text, `{}` in the same order in both."""
    phrases: dict[str, str] = tomllib.loads(CATALOGUE.read_text("utf-8"))
    return phrases


def say(language: Language, text: str) -> tuple[str, str]:
    """Return a text in the language of the page, and the code of the language that it is in."""
    found = _french(text) if language is FRENCH else None
    return (text, ENGLISH.code) if found is None else (found, FRENCH.code)


def _french(text: str) -> str | None:
    for pattern, french in _patterns():
        if match := pattern.fullmatch(text):
            return french.format(*map(_value, match.groups()))
    return None


@cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    """Return what recognises each text; the one that says most for itself comes first."""
    found = sorted(load_phrases().items(), key=lambda one: -len(one[0].replace("{}", "")))
    return [
        (re.compile("(.+?)".join(map(re.escape, english.split("{}"))), re.DOTALL), french)
        for english, french in found
    ]


def _value(text: str) -> str:
    """Write what was put in as French has it: `« x »`, `ou`, `avril 2021`."""
    text = _QUOTED.sub(lambda m: f"«\u00a0{m[1] or m[2] or m[3] or ''}\u00a0»", text)
    text = text.replace(" or ", " ou ")
    return _MONTH.sub(lambda m: FRENCH.months[ENGLISH.months.index(m[0])], text)
