"""Inline elements as Markdown: emphasis that CommonMark will see as such, links, code, sup and sub.

A `*` opens or closes only beside the right characters (CommonMark 0.31, 6.2: flanking). So space
is moved out of the emphasis, and punctuation where a letter or digit follows.
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
    """Split line breaks and space off both ends."""
    start, end = 0, len(nodes)
    while start < end and not text(nodes[start]):
        start += 1
    while end > start and not text(nodes[end - 1]):
        end -= 1
    before, inner, after = nodes[:start], nodes[start:end], nodes[end:]
    if inner and isinstance(inner[0], str) and inner[0][0].isspace():
        inner[0], before = inner[0].lstrip(), [*before, " "]
    if inner and isinstance(inner[-1], str) and inner[-1][-1].isspace():
        inner[-1], after = inner[-1].rstrip(), [" ", *after]
    return before, inner, after


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


def _run(children: Sequence[Node], *, breaks: bool, in_link: bool = False) -> str:
    written = ""
    for child, after in zip_longest(children, map(_first, children[1:]), fillvalue=""):
        if isinstance(child, str):
            piece = escape(re.sub(r"\s+", " ", child), in_link=in_link)
        elif child.name in _MARKS:
            inner, lead, trail = _trimmed(child, written[-1:], after)
            marked = _run(inner, breaks=breaks, in_link=in_link)
            mark = _MARKS[child.name] if any(map(text, inner)) else ""
            piece = f"{escape(lead, in_link=in_link)}{mark}{marked}{mark}"
            piece += escape(trail, in_link=in_link)
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


def _trimmed(element: Element, before: str, after: str) -> tuple[list[Node], str, str]:
    """Return what can stand between the signs of emphasis, and what must go before and after."""
    inner, lead, trail = list(element.children), "", ""
    if before.isalnum() and isinstance(inner[0], str):
        inner[0], lead = _parted(inner[0], r"\A[^\w\s]*")
    if after.isalnum() and isinstance(inner[-1], str):
        inner[-1], trail = _parted(inner[-1], r"[^\w\s]*\Z")
    return inner, lead, trail


def _parted(source: str, pattern: str) -> tuple[str, str]:
    """Take what matches off one end of a text."""
    match = re.search(pattern, source)
    assert match is not None
    return source[: match.start()] + source[match.end() :], match[0]


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
    return f"[{_run(element.children, breaks=False, in_link=True)}]({address})"
