"""Text from elsewhere: what every document can carry, and plain text as HTML."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime

_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def carried(value: object) -> str:
    """Return text that JSON, XML and UTF-8 can all carry; nothing for nothing."""
    return _NOT_XML.sub("\ufffd", str(value)) if value else ""


def paragraphs(text: str) -> str:
    """Return plain text as HTML, a paragraph for what empty lines separate."""
    parts = re.split(r"\n\s*\n", html.escape(text, quote=False).strip())
    return "".join(f"<p>{part}</p>" for part in parts if part)


def instant(text: object) -> datetime | None:
    """Return the UTC time of a date (RFC 3339), None for what is none."""
    try:
        found = datetime.fromisoformat(text) if isinstance(text, str) else None
        return found.astimezone(UTC) if found and found.tzinfo else None
    except (ValueError, OverflowError):
        return None
