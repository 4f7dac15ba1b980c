"""What published HTML may hold: the one allow-list, its limits, its URL rule, its characters.

Data and predicates only. sanitize.py configures bleach and nh3 from it; markdown.py asks it about
links before there is any HTML. Change `POLICY` with every change here: stored HTML carries it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from html import unescape

from syndicate.editorial.characters import describe, find_forbidden

POLICY = "1"

MAX_BYTES = 256 * 1024
MAX_TAGS = 2_000  # start tags
MAX_SIGNS = 20_000  # `<` and `&`, each of which costs bleach a token of its own
MAX_DEPTH = 32
MAX_ATTRIBUTES = 16  # of one tag
MAX_URL = 2_048

SCHEMES = frozenset({"https", "http", "mailto"})
REL = "nofollow noopener noreferrer"

_REFERENCE = re.compile(r"&#(?:x([0-9a-f]++)|([0-9]++));?+", re.IGNORECASE)

# Not in a URL: controls, spaces, quotes, angle brackets, backslash, backtick, and characters that
# are not seen (soft hyphen, zero-width, line separators, bidirectional marks, tags).
_PATH = (
    r"[^\s\x00-\x20\"'<>\\`\x7f-\xa0\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202f\u2060-\u206f"
    r"\ufeff\ufff0-\uffff\ud800-\udfff\U000e0000-\U000e0fff]"
)
_HOST = r"(?:[a-z0-9-]{1,63}\.)*[a-z0-9-]{1,63}"
_WEB = re.compile(rf"https?://{_HOST}(?::[0-9]{{1,5}})?(?:[/?\#]{_PATH}*+)?", re.IGNORECASE)
_MAIL = re.compile(rf"mailto:[a-z0-9][a-z0-9._+-]{{0,63}}@{_HOST}", re.IGNORECASE)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*(?=:)", re.IGNORECASE)


def find_url_fault(url: str) -> tuple[str, str] | None:
    """Return (what is wrong, remedy) of a decoded URL, or None for an absolute, plain one."""
    if len(url) > MAX_URL:
        return f"is longer than {MAX_URL:,} characters", "link to a shorter address"
    if _WEB.fullmatch(url) or _MAIL.fullmatch(url):
        return None
    # Browsers ignore white space and controls in front of and inside a scheme.
    scheme = _SCHEME.match(re.sub(r"[\x00-\x20\x7f-\xa0]", "", url))
    if scheme is None:
        return "is not an absolute address", "write it whole, beginning with https:// (or mailto:)"
    if scheme[0].lower() not in SCHEMES:
        return f"has the scheme “{scheme[0][:30]}:”", "use https:, http: or mailto:"
    remedy = "percent-encode spaces, quotes and backslashes; mailto: takes one address and no more"
    return "is not a plain address", remedy


Rule = Callable[[str], object]
"""Takes an attribute's decoded value; true when it may stay."""


def _matching(pattern: str) -> Rule:
    return re.compile(pattern).fullmatch


def _is_url(value: str) -> bool:
    return find_url_fault(value) is None


_PLAIN = _matching(r"[^\x00-\x1f<>`]{0,500}")
_SPAN = _matching(r"[1-9][0-9]?")
_CELL: Mapping[str, Rule] = {"colspan": _SPAN, "rowspan": _SPAN}
_QUOTE: Mapping[str, Rule] = {"cite": _is_url}

_BARE = """
    p br hr h3 h4 ul li dl dt dd em strong sup sub cite code pre
    table caption thead tbody tfoot tr
"""

ELEMENTS: Mapping[str, Mapping[str, Rule]] = {
    **{name: {} for name in _BARE.split()},
    "a": {
        "href": _is_url,
        "hreflang": _matching(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8}){0,3}"),
        "rel": REL.__eq__,
        "title": _PLAIN,
    },
    "abbr": {"title": _PLAIN},
    "blockquote": _QUOTE,
    "ol": {
        "reversed": _matching("(?:reversed)?"),
        "start": _matching("[0-9]{1,6}"),
        "type": _matching("[1aAiI]"),
    },
    "q": _QUOTE,
    "td": _CELL,
    "th": {**_CELL, "abbr": _PLAIN, "scope": _matching("(?:row|col)(?:group)?")},
}
"""Element -> attribute -> rule. What is not here is not published."""


def allows(tag: str, attribute: str, value: str) -> bool:
    """Tell whether an element may carry this attribute with this decoded value."""
    rule = ELEMENTS.get(tag, {}).get(attribute)
    return rule is not None and bool(rule(value))


def find_illegal(text: str) -> Iterator[tuple[int, int, str, str]]:
    """Yield (start, end, what it is, remedy) of what no document can carry, in order of kind.

    That is the characters of characters.py, written as they are or as references: `&#x202E;`.
    """
    for start, character in find_forbidden(text):
        yield start, start + 1, *describe(character)
    for match in _REFERENCE.finditer(text):
        if fault := _reference_fault(match[1] or "", match[2] or ""):
            yield match.start(), match.end(), f"“{match[0][:20]}” {fault}", "delete it"


def _reference_fault(hexadecimal: str, decimal: str) -> str | None:
    if len(hexadecimal or decimal) > 8:
        return "has too many digits"
    code = int(hexadecimal or decimal, 16 if hexadecimal else 10)
    character = unescape(f"&#{code};")  # as HTML reads it: 146 is a quotation mark of Windows
    if character == "\ufffd" and code != 0xFFFD:
        return "is no character"
    if not character or character == "\r" or any(find_forbidden(character)):
        return "is not a printable character"
    return None
