"""One value of the front matter: text in, a typed value out, FieldError where it cannot be.

Everything arrives as text, because frontmatter.py keeps YAML's scalars as they were written.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final

from syndicate.editorial.characters import describe, find_forbidden
from syndicate.errors import SyndicateError

MAX_LINE: Final = 300
SLUG: Final = r"[a-z0-9]+(-[a-z0-9]+)*"
MAX_SLUG: Final = 80
DECIMAL: Final = r"[-+\u2212]?(\d+(\.\d+)?|\.\d+)"
FLAGS: Final = {"true": True, "yes": True, "false": False, "no": False}
_INSTANT = re.compile(
    r"(\d{4}-\d\d-\d\d)(?:[Tt ](\d\d:\d\d(?::\d\d)?)(\.\d+)?\s?(Z|z|[-+]\d\d:\d\d)?)?", re.ASCII
)
_TAG = re.compile(r"tag:[A-Za-z0-9@._-]+,\d{4}(-\d\d(-\d\d)?)?:[^#]*", re.ASCII)
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]+")
_SCRIPT = re.compile(r"(?:data|file|javascript|vbscript):", re.IGNORECASE)


class FieldError(SyndicateError, ValueError):
    """What is wrong with one value, and the remedy. A ValueError, so that pydantic collects it."""


def shown(value: object) -> str:
    """Return a value as messages quote it: one line, and not without end."""
    text = str(value)
    return repr(text if len(text) <= 80 else f"{text[:79]}\u2026")


def parse_text(value: object) -> str:
    """Return text in NFC without space around it, whatever its lines."""
    if not isinstance(value, str):
        shape = "a list" if isinstance(value, list) else "a block of keys"
        raise FieldError(f"must be text, not {shape}", "put it in quotes on one line")
    for _, character in find_forbidden(value):
        raise FieldError(*describe(character))
    return unicodedata.normalize("NFC", value.strip())


def parse_line(value: object) -> str:
    """Return one line of text: folded lines are joined by a space."""
    line = re.sub(r"[ \t\n\x85\u2028\u2029]+", " ", parse_text(value))
    if not line:
        raise FieldError("is empty", "write something there, or leave the key out")
    return line


def parse_title(value: object) -> str:
    """Return one line of at most MAX_LINE characters."""
    line = parse_line(value)
    if len(line) > MAX_LINE:
        raise FieldError(f"has {len(line)} characters", f"shorten it to {MAX_LINE}")
    return line


def parse_flag(value: object) -> bool:
    text = parse_text(value)
    if text.lower() not in FLAGS:
        raise FieldError(f"{shown(text)} is neither true nor false", "write true or false")
    return FLAGS[text.lower()]


def parse_whole(value: object) -> int:
    """Return a whole number from 1, as in a count of studies."""
    text = parse_text(value)
    if not re.fullmatch(r"\d{1,9}", text, re.ASCII) or int(text) < 1:
        digits = re.sub(r"[,\s]", "", text)
        remedy = (
            f"write {digits}"
            if re.fullmatch(r"[1-9]\d{0,8}", digits, re.ASCII)
            else "write digits only"
        )
        raise FieldError(f"{shown(text)} is not a whole number from 1", remedy)
    return int(text)


def parse_year(value: object) -> int:
    year = parse_whole(value)
    if not 1500 <= year <= 2999:
        raise FieldError(f"{year} is not a year", "write four digits, such as 2020")
    return year


def parse_decimal(value: object) -> str:
    """Return a decimal as it was written, a typographic minus turned into `-`."""
    text = parse_text(value)
    if not re.fullmatch(DECIMAL, text, re.ASCII) or len(text) > 30:
        meant = _meant_by(text)
        remedy = f"write {meant[1]}" if meant else "write it like -0.42"
        raise FieldError(f"{shown(text)} is not a decimal", remedy)
    return text.replace("\u2212", "-")


def _meant_by(text: str) -> tuple[str, str] | None:
    """Return the sign and the decimal that `r = .28`, `0,28` or an en dash before it mean."""
    if len(text) > 30:
        return None
    found = re.fullmatch(
        r"(?:[A-Za-z]{1,3}\s*)?([=<>]?)\s*([-\u2212\u2013]?\d*[.,]?\d+)", text, re.ASCII
    )
    if not found or not re.fullmatch(r"[^,]*|[^,]*,\d{1,2}|\D*0,\d+", found[2], re.ASCII):
        return None  # 1,234 may be a thousand and more
    return found[1], re.sub("[\u2212\u2013]", "-", found[2]).replace(",", ".")


def parse_p(value: object) -> str:
    """Return a p value as `< .001`: one of `=`, `<`, `>`, a space and a decimal in [0, 1]."""
    match = re.fullmatch(r"([=<>]?)\s*(\S+)", parse_text(value))
    number = match and re.fullmatch(r"\d*\.?\d+", match[2], re.ASCII)
    if not match or not number or len(match[2]) > 30 or Decimal(match[2]) > 1:
        remedy = 'write =, < or > and a decimal from 0 to 1: "< .001"'
        meant = _meant_by(parse_text(value).strip("\u201c\u201d\u201e\"' "))
        if meant and not meant[1].startswith("-") and Decimal(meant[1]) <= 1:
            remedy = f'write "{meant[0] or "="} {meant[1]}"'
        raise FieldError(f"{shown(value)} is not a p value", remedy)
    return f"{match[1] or '='} {match[2]}"


def parse_slug(value: object) -> str:
    text = parse_text(value)
    if not re.fullmatch(SLUG, text, re.ASCII) or len(text) > MAX_SLUG:
        raise FieldError(
            f"{shown(text)} is not a slug",
            f"use a-z, 0-9 and single hyphens between them, at most {MAX_SLUG} characters",
        )
    return text


def parse_language(value: object) -> str:
    """Return `en` or `en-XX`; the network publishes in English (BCP 47)."""
    text = parse_text(value)
    if not re.fullmatch(r"en(-([A-Za-z]{2}|\d{3}))?", text, re.ASCII):
        raise FieldError(f"{shown(text)} is not English", "summaries are in English: lang: en")
    return text[:3] + text[3:].upper()


def parse_id(value: object) -> str:
    """Return an absolute URI as it stands: ids are compared byte by byte and never change."""
    text = parse_text(value)
    if not _URI.fullmatch(text) or len(text) > MAX_LINE:
        raise FieldError(
            f"{shown(text)} is not an absolute URI",
            "copy that of content/TEMPLATE.md and end it with the file's name (RFC 4151)",
        )
    if _SCRIPT.match(text):
        told = f"{shown(text)} would be run or opened by readers that take an id for a link"
        raise FieldError(told, "`syndicate new` writes one that is only a name")
    return str(value).strip()


def is_odd_tag(id: str) -> bool:
    """Tell whether an id says that it is a tag URI but is not made like one (RFC 4151, 2.1)."""
    return id.startswith("tag:") and not _TAG.fullmatch(id)


def parse_instant(value: object) -> datetime:
    """Return the UTC time of an RFC 3339 date with a zone and without a fraction."""
    text = parse_text(value)
    match = _INSTANT.fullmatch(text)
    remedy = "write it like 2021-04-01T12:00:00Z, or 2021-04-01T08:00:00-04:00"
    if match is None:
        raise FieldError(f"{shown(text)} is not a date", remedy)
    day, time, fraction, zone = match.groups()
    if time is None or zone is None:
        lacks = "time and no zone" if time is None else "zone"
        example = f"{day}T{time or '12:00:00'}Z"
        raise FieldError(f"{shown(text)} has no {lacks}", f"for UTC write {example}")
    if fraction:
        raise FieldError(f"{shown(text)} has a fraction of a second", f"write {day}T{time}{zone}")
    try:
        instant = datetime.fromisoformat(f"{day}T{time}{zone.upper()}").astimezone(UTC)
    except (ValueError, OverflowError) as error:
        why = "no zone is a day away" if "timedelta" in str(error) else error
        raise FieldError(f"{shown(text)} is not a date ({why})", remedy) from None
    if not 1900 <= instant.year <= 2999:
        raise FieldError(f"the year of {shown(text)} cannot be meant", remedy)
    return instant
