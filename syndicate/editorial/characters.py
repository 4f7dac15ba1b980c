"""Bytes into text that XML, JSON and mail can all carry, every refused character with its line.

Refused: what is not UTF-8 (RFC 3629), what XML 1.0 cannot hold (section 2.2), the C1 controls,
noncharacters, the bidirectional overrides, which make text read otherwise than it is, and U+FFFD,
which is what a reference to one of these, as `&#0;`, or a wrong encoding has become.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Final

from syndicate.errors import ContentError, Problem

MAX_BYTES: Final = 5_000_000
_MOST_PROBLEMS = 20  # a file in a wrong encoding has one on every line; the first few tell enough
_INVISIBLE = re.compile("[\u00ad\u200b\u2060]")
_NO_TEXTS: Final = (
    (b"PK\x03\x04", "a Word document"),
    (b"{\\rtf", "an RTF document"),
    (b"%PDF", "a PDF"),
)
_BOM = b"\xef\xbb\xbf"
_PLANE_ENDS = "".join(
    f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0x110000, 0x10000)
)
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef\ufeff\ufffd"
    + _PLANE_ENDS
    + "]"
)


def describe(character: str) -> tuple[str, str]:
    """Return what a refused character is, and the remedy."""
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # how Python's surrogateescape shows a byte
        return f"byte 0x{code - 0xDC00:02X} is not UTF-8", "save the file as UTF-8"
    if 0x202A <= code <= 0x202E or 0x2066 <= code <= 0x2069:
        what = "turns the direction of the text"
    elif 0xD800 <= code <= 0xDFFF:
        what = "is half a character (a surrogate)"
    elif code == 0xFFFD:
        return "U+FFFD stands for a character that was lost", "write the one that was meant"
    elif code == 0xFEFF:
        what = "is an invisible byte order mark"
    elif code < 0xA0:
        what = "is a control character"
    else:
        what = "is no character"
    return f"U+{code:04X} {what}", "delete it; it may be invisible, so retype the word"


def find_forbidden(text: str) -> Iterator[tuple[int, str]]:
    """Yield the position of every refused character, and the character."""
    for match in _FORBIDDEN.finditer(text):
        yield match.start(), match[0]


def too_large(path: str, size: int) -> Problem:
    """Say that a file is too large to be a summary."""
    return Problem(
        path,
        0,
        f"{size / 1e6:.1f} MB is too large for a summary (at most {MAX_BYTES / 1e6:.0f} MB)",
        "shorten it; move tables of data elsewhere and link to them",
    )


def decode(path: str, raw: bytes) -> tuple[str, list[Problem]]:
    """Return the text with line feeds only, and a problem for each line with a refused character.

    A sign that is allowed stands for each refused character, so that the rest can be checked.
    """
    if len(raw) > MAX_BYTES:
        raise ContentError(too_large(path, len(raw)))
    for start, what in _NO_TEXTS:
        if raw.startswith(start):
            remedy = "copy its words into a file of plain text, made of content/TEMPLATE.md"
            raise ContentError(Problem(path, 0, f"this file is {what}, not text", remedy))
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise ContentError(Problem(path, 1, "the file is UTF-16", "save it as UTF-8 without BOM"))
    problems = []
    if raw.startswith(_BOM):
        message = "the file begins with a byte order mark (BOM)"
        problems.append(Problem(path, 1, message, "save it as UTF-8 without BOM"))
        raw = raw[len(_BOM) :]
    text = raw.decode("utf-8", "surrogateescape").replace("\r\n", "\n")
    if "\n" not in text and text.count("\r") > 2:  # as on an old Macintosh
        remedy = "save it with line ends of Unix or Windows"
        raise ContentError(Problem(path, 1, "the lines end as nobody ends them now (CR)", remedy))
    line, position, last = 1, 0, 0
    for found, character in find_forbidden(text):
        line, position = line + text.count("\n", position, found), found
        if line != last and len(problems) < _MOST_PROBLEMS:
            problems.append(Problem(path, line, *describe(character)))
        last = line
    problems += _invisible(path, text)
    return _FORBIDDEN.sub("\u25a1", text), problems


def _invisible(path: str, text: str) -> Iterator[Problem]:
    """Warn, line by line, of what a word processor or a PDF leaves inside words."""
    if not _INVISIBLE.search(text):
        return
    numbered = ((n, _INVISIBLE.search(line)) for n, line in enumerate(text.split("\n"), 1))
    for number, found in islice(((n, f) for n, f in numbered if f), _MOST_PROBLEMS):
        message = f"U+{ord(found[0]):04X} is invisible, and keeps the word from being found"
        yield Problem(path, number, message, "retype the word around it", "warning")
