"""What a single value of feeds/*.toml may be: slugs, labels, addresses, zones, numbers."""

from __future__ import annotations

import re
import unicodedata
import zoneinfo
from datetime import UTC, datetime
from typing import Annotated, Final

from pydantic import AfterValidator, Field

from syndicate import mailbox
from syndicate.errors import AddressError

_UNFIT: Final = frozenset({"Cc", "Cs", "Cn", "Co", "Zl", "Zp"})
_BIDI: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
SLUG: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*\Z")


def _slug(value: str) -> str:
    if len(value) > 80 or not SLUG.match(value):
        raise ValueError("a slug has lower-case letters, digits and single hyphens, 80 at most")
    return value


def _plain(value: str) -> str:
    for character in value:
        if unicodedata.category(character) in _UNFIT or character in _BIDI:
            raise ValueError(f"one line of text, without the character U+{ord(character):04X}")
    return value.strip()


def _filled(value: str) -> str:
    if not value.strip():
        raise ValueError("write something there")
    return value


def feed_label(value: str) -> str:
    """Return what may stand in a feed's category. ValueError: it may not."""
    if "," in value or "&" in value:
        raise ValueError("no comma and no `&`: some feed readers split or escape them")
    return _plain(value)


def _base_url(value: str) -> str:
    if not re.match(r"https?://[^\s/?#@]+(/[^\s?#]*)?\Z", value):
        raise ValueError("an address such as https://feeds.example.org")
    return value.rstrip("/")


def _mailbox(value: str) -> str:
    try:
        return str(mailbox.parse(value))
    except AddressError as error:
        raise ValueError(str(error)) from None


def _zone(value: str) -> str:
    try:
        return zoneinfo.ZoneInfo(value).key
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        raise ValueError("a time zone of the IANA list, such as America/Toronto") from None


def _lines(value: str) -> str:
    return "\n".join(map(_plain, value.strip().splitlines()))


def in_utc(instant: datetime) -> datetime:
    """Return an instant in UTC; one without a zone is taken for UTC."""
    return (instant if instant.tzinfo else instant.replace(tzinfo=UTC)).astimezone(UTC)


Slug = Annotated[str, AfterValidator(_slug)]
Plain = Annotated[str, Field(max_length=300), AfterValidator(_filled), AfterValidator(_plain)]
Label = Annotated[str, Field(max_length=120), AfterValidator(_filled), AfterValidator(feed_label)]
BaseUrl = Annotated[str, AfterValidator(_base_url)]
OptionalPlain = Annotated[str, Field(max_length=300), AfterValidator(_plain)]
Url = Annotated[str, Field(pattern=r"^(https?://\S+)?$"), AfterValidator(_plain)]
Window = Annotated[int, Field(ge=1, le=200)]
Address = Annotated[str, AfterValidator(_mailbox)]
Postal = Annotated[str, Field(min_length=10, max_length=500), AfterValidator(_lines)]
Zone = Annotated[str, AfterValidator(_zone)]
Requests = Annotated[int, Field(ge=1, le=1_000_000_000)]
