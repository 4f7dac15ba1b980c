"""Dates, addresses, identifiers and language tags as they may stand in a published document.

Each `…_problems` function yields what is wrong, in words, and nothing where nothing is. What the
W3C feed validator would warn of counts as wrong. No XML, HTML or JSON is read here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
RFC822 = re.compile(
    r"(?P<weekday>Mon|Tue|Wed|Thu|Fri|Sat|Sun), "
    r"(?P<date>\d\d (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d\d:\d\d:\d\d) "
    r"(?:\+0000|GMT)"
)
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)

URI = re.compile(r"[A-Za-z][0-9A-Za-z+.-]*:[0-9A-Za-z;/?:@&=+$.\-_!~*'()%,#]+")
URL = re.compile(r"https?://(?:\[[0-9A-Fa-f:.]+\]|[0-9A-Za-z.-]+)(?::\d+)?(?:[/?#].*)?")
TAG_URI = re.compile(
    r"tag:(?:[a-z0-9._-]+@)?[a-z0-9.-]+,\d{4}(?:-\d\d(?:-\d\d)?)?:[0-9A-Za-z;/?:@=+$.\-_!~*'()%,]*"
)
DEFAULT_PORTS = {"http": 80, "https": 443}
LANGUAGE = re.compile(r"[a-z]{2}(?:-[A-Z]{2})?")
MEDIA_TYPE = re.compile(r"[a-z]+/[a-z0-9.+-]+(?:; ?[a-z]+=[A-Za-z0-9-]+)*")


def parse_date(text: str) -> datetime | None:
    """Read an RFC 3339 date in the one form that every reader gets right: UTC, `Z`, no fraction."""
    if not DATE.fullmatch(text):
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None


def parse_rfc822(text: str) -> datetime | None:
    """Read an RFC 822 date with a weekday, a four-digit year and `+0000` or `GMT`."""
    match = RFC822.fullmatch(text)
    if match is None:
        return None
    try:
        date = datetime.strptime(match["date"], "%d %b %Y %H:%M:%S").replace(tzinfo=UTC)
    except ValueError:
        return None
    return date if WEEKDAYS[date.weekday()] == match["weekday"] else None


def date_problems(place: str, text: str) -> Iterator[str]:
    date = parse_date(text)
    if date is None:
        yield f"{place} {text!r} is not a date of the form 2021-04-01T12:00:00Z"
    else:
        yield from plausible_problems(place, date)


def rfc822_problems(place: str, text: str) -> Iterator[str]:
    date = parse_rfc822(text)
    if date is None:
        yield f"{place} {text!r} is not a date of the form Thu, 01 Apr 2021 12:00:00 +0000"
    else:
        yield from plausible_problems(place, date)


def plausible_problems(place: str, date: datetime) -> Iterator[str]:
    if not EARLIEST <= date <= datetime.now(UTC) + timedelta(days=1):
        yield f"{place} {date:%Y-%m-%d} is implausible: before 1990 or in the future"


def url_problems(place: str, text: str) -> Iterator[str]:
    """Yield why an address that readers follow is not an absolute, plain http or https URL."""
    if not URL.fullmatch(text) or not URI.fullmatch(text):
        yield f"{place} {text!r} is not an absolute http or https URL"
    if "&" in text:
        yield f"{place} {text!r} has an ampersand: a few readers count or double it"


def id_problems(place: str, text: str) -> Iterator[str]:
    """Yield why an identifier is not an absolute URI that survives every reader unchanged."""
    if not URI.fullmatch(text):
        yield f"{place} {text!r} is not an absolute URI"
        return
    if "&" in text:
        yield f"{place} {text!r} has an ampersand, which some readers escape"
    if text.lower().startswith("tag:") and not TAG_URI.fullmatch(text):
        yield f"{place} {text!r} is not a tag URI (RFC 4151)"
    yield from _canonical_problems(place, text)


def _canonical_problems(place: str, text: str) -> Iterator[str]:
    """Yield how a URI differs from its normal form (RFC 3986, section 6.2)."""
    parts = urlsplit(text)
    if not text.startswith(parts.scheme + ":"):
        yield f"{place} {text!r} is not canonical: write the scheme in lower case"
    if parts.netloc and parts.netloc != parts.netloc.lower():
        yield f"{place} {text!r} is not canonical: write the host in lower case"
    if parts.netloc and parts.port == DEFAULT_PORTS.get(parts.scheme, 0):
        yield f"{place} {text!r} is not canonical: leave the default port out"
    if parts.netloc and not parts.path:
        yield f"{place} {text!r} is not canonical: put a slash after the host"
    if {".", ".."} & set(parts.path.split("/")):
        yield f"{place} {text!r} is not canonical: resolve the dots in its path"
    for code in re.findall(r"%..?", text):
        if not re.fullmatch(r"%[0-9A-F]{2}", code) or _is_unreserved(code):
            yield f"{place} {text!r} is not canonical: {code} is needless or not in upper case"


def _is_unreserved(code: str) -> bool:
    return re.fullmatch(r"[0-9A-Za-z._~-]", chr(int(code[1:], 16))) is not None


def language_problems(place: str, text: str) -> Iterator[str]:
    if not LANGUAGE.fullmatch(text):
        yield f"{place} {text!r} is not a language such as en or en-CA"


def character_problems(text: str) -> Iterator[str]:
    """Yield characters that are legal in XML and wrong in prose: controls, U+FFFD, mojibake."""
    for char in sorted(set(re.findall(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffd]", text))):
        yield f"the document has the control or replacement character U+{ord(char):04X}"
    for char in sorted(set(re.findall(r"[\ufdd0-\ufdef]", text))):
        yield f"the document has the noncharacter U+{ord(char):04X}"
    match = re.search(r"[\u00c2\u00c3][\u0080-\u00bf]", text)
    if match:
        yield f"the document has {match[0]!r}: UTF-8 that was read as Latin-1"
