"""A strict reading of the HTML of an entry, written apart from the sanitiser.

The allow-list here is a second opinion, so that a hole in the sanitiser's list does not pass for
a rule. Nothing is repaired: whatever an HTML parser would have to guess at is a problem.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from html.entities import html5
from html.parser import HTMLParser

VOID = frozenset({"br", "hr"})
PHRASING = frozenset({"a", "abbr", "br", "cite", "code", "em", "q", "strong", "sub", "sup"})
BLOCKS = frozenset({"p", "blockquote", "pre", "ul", "ol", "dl", "hr", "table", "h3", "h4"})
PARENTS: dict[str, frozenset[str]] = {
    "li": frozenset({"ul", "ol"}),
    "dt": frozenset({"dl"}),
    "dd": frozenset({"dl"}),
    "caption": frozenset({"table"}),
    "thead": frozenset({"table"}),
    "tbody": frozenset({"table"}),
    "tfoot": frozenset({"table"}),
    "tr": frozenset({"table", "thead", "tbody", "tfoot"}),
    "th": frozenset({"tr"}),
    "td": frozenset({"tr"}),
}
STRUCTURAL = frozenset().union(*PARENTS.values())  # hold elements of PARENTS and no text
PHRASING_ONLY = (PHRASING | {"p", "pre", "h3", "h4", "caption", "dt"}) - VOID
ALLOWED = PHRASING | BLOCKS | PARENTS.keys()
ATTRIBUTES: dict[str, frozenset[str]] = {
    "a": frozenset({"href", "hreflang", "rel", "title"}),
    "abbr": frozenset({"title"}),
    "blockquote": frozenset({"cite"}),
    "q": frozenset({"cite"}),
    "ol": frozenset({"start", "reversed", "type"}),
    "th": frozenset({"scope", "colspan", "rowspan", "abbr"}),
    "td": frozenset({"colspan", "rowspan"}),
}
CHARACTERS = (
    range(0x20, 0x7F), range(0xA0, 0xD800), range(0xE000, 0xFDD0), range(0xFDF0, 0xFFFD),
    range(0x10000, 0x110000),
)  # fmt: skip
LINK = re.compile(r"https?://[0-9A-Za-z.-]+(?::\d+)?(?:[/?#][^\s\"'<>\\`]*)?")
MAILTO = re.compile(r"mailto:[^\s@<>&?]+@[^\s@<>&?]+")

TOKEN = re.compile(
    r"<(?P<close>/?)(?P<tag>[a-z][a-z0-9]*)"
    r"(?P<attributes>(?:\s+[a-z-]+=(?:\"[^\"]*\"|'[^']*'))*)\s*(?P<void>/?)>"
    r"|(?P<text>[^<&]+)"
    r"|&(?P<reference>#\d+|#x[0-9A-Fa-f]+|[A-Za-z][A-Za-z0-9]*);"
)
TAG = re.compile(r"<[/A-Za-z!?]")
ATTRIBUTE = re.compile(r"([a-z-]+)=(?:\"([^\"]*)\"|'([^']*)')")


def problems(html: str) -> Iterator[str]:
    """Yield what is wrong with a fragment of HTML that is published as an entry's content."""
    if not text(html):
        yield "the HTML has no text"
    yield from character_references(html)
    open_tags: list[str] = []
    position = 0
    while position < len(html):
        match = TOKEN.match(html, position)
        if match is None:
            yield f"the HTML cannot be read at {html[position : position + 30]!r}"
            return
        position = match.end()
        if match["tag"]:
            yield from _tag_problems(match, open_tags)
        elif open_tags and open_tags[-1] in STRUCTURAL and match[0].strip():
            yield f"the HTML has text directly in <{open_tags[-1]}>"
    if open_tags:
        yield f"the HTML leaves <{open_tags[-1]}> open"


def _tag_problems(match: re.Match[str], open_tags: list[str]) -> Iterator[str]:
    tag = match["tag"]
    if tag not in ALLOWED:
        yield f"the HTML has <{tag}>, which is not on the allow-list"
    if match["close"]:
        if not open_tags or open_tags.pop() != tag:
            yield f"the HTML closes <{tag}>, which is not the open element"
        return
    if match["void"] and tag not in VOID:
        yield f"the HTML closes <{tag}/> in its own tag"
    yield from _place_problems(tag, open_tags)
    yield from _attribute_problems(tag, match["attributes"])
    if tag not in VOID:
        open_tags.append(tag)


def _place_problems(tag: str, open_tags: list[str]) -> Iterator[str]:
    parent = open_tags[-1] if open_tags else ""
    if tag in PARENTS and parent not in PARENTS[tag]:
        yield f"the HTML has <{tag}> in <{parent or 'nothing'}>"
    elif tag not in PARENTS and parent in STRUCTURAL:
        yield f"the HTML has <{tag}> directly in the structure <{parent}>"
    elif tag not in PHRASING and parent in PHRASING_ONLY:
        yield f"the HTML has the block <{tag}> in <{parent}>, which a parser would close"
    if tag == "a" and "a" in open_tags:
        yield "the HTML has a link in a link"


def _attribute_problems(tag: str, source: str) -> Iterator[str]:
    seen: set[str] = set()
    for name, double, single in ATTRIBUTE.findall(source):
        if name in seen:
            yield f"the HTML has the attribute {name} twice on <{tag}>"
        seen.add(name)
        if name not in ATTRIBUTES.get(tag, ()):
            yield f"the HTML has the attribute {name} on <{tag}>, which is not on the allow-list"
        if name in {"href", "cite"}:
            yield from _link_problems(name, unescape(double or single))
    if tag == "a" and "href" not in seen:
        yield "the HTML has <a> without href"


def _link_problems(name: str, url: str) -> Iterator[str]:
    if not LINK.fullmatch(url) and not MAILTO.fullmatch(url):
        yield f"the HTML has {name}={url!r}: not an absolute http, https or mailto address"


def character_references(html: str) -> Iterator[str]:
    """Yield ampersands and references that an HTML parser would report."""
    for match in re.finditer(r"&([^\s;&<]*)(;?)", html):
        name = match[1]
        known = f"{name};" in html5 or re.fullmatch(r"#\d+|#x[0-9A-Fa-f]+", name)
        if not match[2] or not known:
            yield f"the HTML has {match[0]!r}, which is not a character reference"
        elif name.startswith("#") and not _is_character(name[1:]):
            yield f"the HTML refers to {match[0]}, which is no character of HTML"


def _is_character(number: str) -> bool:
    code = int(number[1:], 16) if number.startswith("x") else int(number)
    return code in {9, 10, 13} or any(code in group for group in CHARACTERS)


class _Text(HTMLParser):
    """Collect the text of HTML as a reader shows it: a gap for each block, none for phrasing."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []

    def handle_starttag(self, tag: str, _: list[tuple[str, str | None]]) -> None:
        self.pieces.append("" if tag in PHRASING - {"br"} else " ")

    def handle_endtag(self, tag: str) -> None:
        self.pieces.append("" if tag in PHRASING - {"br"} else " ")

    def handle_data(self, data: str) -> None:
        self.pieces.append(data)


def text(html: str) -> str:
    """Return the text of any HTML with its white space collapsed."""
    parser = _Text()
    parser.feed(html)
    parser.close()
    return " ".join("".join(parser.pieces).split())
