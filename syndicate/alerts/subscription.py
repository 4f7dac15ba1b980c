"""What a reader asks for: which summaries, in which rhythm, in which form."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

Rhythm = Literal["immediate", "daily", "weekly", "monthly"]
RHYTHMS: Final[tuple[Rhythm, ...]] = ("immediate", "daily", "weekly", "monthly")
Language = Literal["en", "fr"]
LANGUAGES: Final[tuple[Language, ...]] = ("en", "fr")
Form = Literal["html", "text"]
FORMS: Final[tuple[Form, ...]] = ("html", "text")
MOST_SELECTIONS: Final = 60

Standing = Literal["active", "paused", "bounced", "ended"]
"""`paused` by its reader, `bounced` by us because mail comes back, `ended` for good."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """When bulletins are due, in the reader's own zone. Immediate ones need only the rhythm."""

    rhythm: Rhythm = "monthly"
    zone: str = "UTC"
    hour: int = 8  # 0 to 23, local
    weekday: int = 1  # Monday is 1 (ISO 8601)
    day: int = 1  # of the month; in a shorter month its last


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What one address wants. A selection is as in an address; `""` selects everything."""

    selections: tuple[str, ...]
    schedule: Schedule = Schedule()
    language: Language = "en"
    form: Form = "html"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """A confirmed address.

    `key` is its public id, 16 hexadecimal digits; `since` a sequence number of the journal: what
    came later is news to it.
    """

    id: int
    key: str
    address: str
    standing: Standing
    wish: Wish
    since: int
    confirmed_at: datetime
    paused_until: datetime | None = None  # None while paused: until the reader says so
