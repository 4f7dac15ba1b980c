"""The two languages of what stands around the summaries: labels, dates, numbers, notices.

The summaries themselves are in English. English phrases stand in templates and views as they are
shown; french.toml has the French of each. Pure.
"""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final, Literal

from markupsafe import Markup, escape

from syndicate.model import Kind, Summary, Topic

CATALOGUE: Final = Path(__file__).with_name("french.toml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """`prefix` stands before the paths of its pages; `own` is its name in itself."""

    code: Literal["en", "fr"]
    prefix: str
    own: str
    months: tuple[str, ...]
    thousands: str
    phrases: Mapping[str, str] = field(default_factory=dict, repr=False)

    def say(self, phrase: str, /, **values: object) -> str:
        """Return a phrase, with `{name}` replaced, as plain text."""
        text = self.phrases.get(phrase, phrase)
        return text.format(**values) if values else text

    def markup(self, phrase: str, /, **values: object) -> Markup:
        """Return a phrase as HTML; values are escaped unless they are markup themselves."""
        text = escape(self.phrases.get(phrase, phrase))
        return text.format(**values) if values else text

    def count(self, n: int, one: str, many: str) -> str:
        """Return the phrase that goes with a number, which stands in it as `{n}`."""
        single = n < 2 if self.code == "fr" else n == 1  # French: 0 and 1
        return self.say(one if single else many, n=self.number(n))

    def number(self, n: int) -> str:
        """`1,200`; in French `1 200` with a narrow no-break space."""
        return f"{n:,}".replace(",", self.thousands)

    def month(self, date: datetime) -> str:
        """`April 2021`, whatever the process's locale is."""
        return f"{self.months[date.month - 1]} {date.year}"

    def heading(self, date: datetime) -> str:
        """Write a month as it stands by itself: `Avril 2021`."""
        month = self.month(date)
        return month[0].upper() + month[1:]

    def day(self, date: datetime) -> str:
        """`1 April 2021`, `1er avril 2021`."""
        first = "1er" if self.code == "fr" and date.day == 1 else str(date.day)
        return f"{first} {self.month(date)}"

    def dated(self, summary: Summary) -> str:
        """Write a summary's date as far as it is known: some are known to the month."""
        assert summary.published is not None
        write = self.month if summary.month_only else self.day
        return write(summary.published)

    def label(self, of: Topic | Kind) -> str:
        return of.label_fr if self.code == "fr" and of.label_fr else of.label

    def sort_key(self, of: Topic | Kind) -> str:
        """Return by what labels are ordered: `É` stands where `E` does."""
        folded = unicodedata.normalize("NFKD", self.label(of)).casefold()
        return "".join(letter for letter in folded if not unicodedata.combining(letter))


def load_phrases() -> dict[str, str]:
    """Read the catalogue: English phrase -> French phrase."""
    phrases: dict[str, str] = tomllib.loads(CATALOGUE.read_text("utf-8"))
    return phrases


ENGLISH: Final = Language(
    code="en",
    prefix="",
    own="English",
    months=(
        *("January", "February", "March", "April", "May", "June", "July"),
        *("August", "September", "October", "November", "December"),
    ),
    thousands=",",
)
FRENCH: Final = Language(
    code="fr",
    prefix="/fr",
    own="Français",
    months=(
        *("janvier", "février", "mars", "avril", "mai", "juin", "juillet"),
        *("août", "septembre", "octobre", "novembre", "décembre"),
    ),
    thousands="\u202f",
    phrases=load_phrases(),
)
LANGUAGES: Final = (ENGLISH, FRENCH)


def of_path(path: str) -> Language:
    """Return the language of a page's address."""
    return FRENCH if path == FRENCH.prefix or path.startswith(f"{FRENCH.prefix}/") else ENGLISH
