"""Inline elements as Markdown: emphasis that CommonMark will see as such, links, code, sup and sub.

A `*` opens or closes only beside the right characters (CommonMark 0.31, 6.2: flanking). So space,
and punctuation where a letter follows, is moved out of the emphasis.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import zip_longest

from syndicate.importing.escaping import escape, escape_all
from syndicate.importing.markup import Element, Node, text

_MARKS = {"em": "*", "strong": "**"}


def simplified(element: Element) -> Element:
    """Return the element with what Markdown can say in place of what it cannot.

    `q` becomes quotation marks, `cite` and `dt` emphasis, `abbr` its text; line breaks move out of
    the ends of inline elements, and neighbours or nests of one kind of emphasis become one.
    """
    children: Sequence[Node] = element.children
    if element.name == "dt":
        children = (Element("strong", element.children),)
    return element.with_children(tuple(_merged(_simple(children, frozenset()))))


def _simple(children: Sequence[Node], around: frozenset[str]) -> Iterator[Node]:
    for child in children:
        if isinstance(child, str) or child.name == "br":
            yield child
            continue
        if not child.is_inline:
            yield simplified(child)
            continue
        name = "em" if child.name == "cite" else child.name
        before, inner, after = _without_edges(
            list(_merged(_simple(child.children, around | {name})))
        )
        yield from before
        if name == "q":
            yield from ("\u201c", *inner, "\u201d")
        elif name == "abbr" or (name in _MARKS and name in around):
            yield from inner
        elif inner:
            yield Element(name, tuple(inner), child.attributes)
        yield from after


def _without_edges(nodes: list[Node]) -> tuple[list[Node], list[Node], list[Node]]:
    """Split line breaks and empty text off both ends."""
    start, end = 0, len(nodes)
    while start < end and not text(nodes[start]):
        start += 1
    while end > start and not text(nodes[end - 1]):
        end -= 1
    return nodes[:start], nodes[start:end], nodes[end:]


def _merged(nodes: Iterator[Node]) -> Iterator[Node]:
    last: Node | None = None
    for node in nodes:
        if isinstance(last, str) and isinstance(node, str):
            last += node
        elif _are_one(last, node):
            assert isinstance(last, Element)
            assert isinstance(node, Element)
            last = last.with_children(tuple(_merged(iter((*last.children, *node.children)))))
        else:
            if last is not None:
                yield last
            last = node
    if last is not None:
        yield last


def _are_one(last: Node | None, node: Node) -> bool:
    return (
        isinstance(last, Element)
        and isinstance(node, Element)
        and last.name == node.name
        and node.name in {*_MARKS, "code", "sup", "sub"}
    )


def inline(children: Sequence[Node], *, breaks: bool = True) -> str:
    r"""Return inline content; a line break is `\` and a new line, or a space without `breaks`."""
    written = re.sub(r" {2,}", " ", _run(children, breaks=breaks))
    written = re.sub(r" ?(\\\n) ?", r"\1", written)
    return re.sub(r"\A(?:\s|\\\n)+|(?:\s|\\\n)+\Z", "", written)


def _run(children: Sequence[Node], *, breaks: bool) -> str:
    written = ""
    for child, after in zip_longest(children, map(_first, children[1:]), fillvalue=""):
        if isinstance(child, str):
            piece = escape(re.sub(r"\s+", " ", child))
        elif child.name in _MARKS:
            piece = _emphasised(child, before=written[-1:], after=after, breaks=breaks)
        else:
            piece = _other(child, breaks=breaks)
        if piece.startswith("[") and written.endswith("!"):
            written = f"{written[:-1]}\\!"  # `![` would be an image
        written += piece
    return written


def _first(node: Node) -> str:
    """Return the first character of a node's text."""
    if isinstance(node, str):
        return node[:1]
    return "\n" if node.name == "br" else next(filter(None, map(_first, node.children)), "")


def _emphasised(element: Element, *, before: str, after: str, breaks: bool) -> str:
    mark, inner, lead, trail = _MARKS[element.name], list(element.children), "", ""
    if inner and isinstance(inner[0], str):
        inner[0], lead = _parted(inner[0], r"\A\s*")
        if not lead and before.isalnum():
            inner[0], lead = _parted(inner[0], r"\A[^\w\s]*")
    if inner and isinstance(inner[-1], str):
        inner[-1], trail = _parted(inner[-1], r"\s*\Z")
        if not trail and after.isalnum():
            inner[-1], trail = _parted(inner[-1], r"[^\w\s]*\Z")
    marked = _run(inner, breaks=breaks)
    if any(map(text, inner)):
        marked = f"{mark}{marked}{mark}"
    return escape(lead) + marked + escape(trail)


def _parted(source: str, pattern: str) -> tuple[str, str]:
    """Take what matches off one end of a text."""
    match = re.search(pattern, source)
    assert match is not None
    return source[: match.start()] + source[match.end() :], re.sub(r"\s+", " ", match[0])


def _other(element: Element, *, breaks: bool) -> str:
    content = " ".join(text(element).split())
    match element.name:
        case "br":
            return "\\\n" if breaks else " "
        case "code":
            return _code(content)
        case "sup" | "sub":
            sign = "^" if element.name == "sup" else "~"
            return f"{sign}{escape_all(content)}{sign}" if content else ""
        case "a" if element.attributes.get("href") and content:
            return _link(element)
        case _:
            return _run(element.children, breaks=breaks)


def _code(content: str) -> str:
    if not content:
        return ""
    fence = "`" * (max(map(len, re.findall("`+", content)), default=0) + 1)
    gap = " " if content[0] == "`" or content[-1] == "`" else ""
    return f"{fence}{gap}{content}{gap}{fence}"


def _link(element: Element) -> str:
    """Return `[text](address "title")`; an address of the allow-list has no space or backslash."""
    address = re.sub(r"&(?=#?\w{1,40};)", "&amp;", element.attributes["href"])
    if set(address) & set("()"):
        address = f"<{address}>"
    title = " ".join(element.attributes.get("title", "").split())
    if title:
        written = re.sub(r"&(?=#?\w{1,40};)|[\\\"]", r"\\\g<0>", title)
        address = f'{address} "{written}"'
    words = _run(element.children, breaks=False)
    outer = re.match(r"\s*", words), re.search(r"\s*\Z", words)
    lead, trail = (match[0] if match else "" for match in outer)
    return f"{lead}[{words.strip()}]({address}){trail}"
