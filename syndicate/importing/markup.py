"""Sanitised HTML as a tree of blocks, the shape that Markdown can be written from.

Inline text that stands bare becomes paragraphs, and an inline element around blocks is pushed into
them (`<b><p>…</p></b>`, which blog editors write). No judgement of what is allowed: it was made.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from syndicate.editorial import parsed

INLINE = frozenset({"a", "abbr", "br", "cite", "code", "em", "q", "strong", "sub", "sup"})
_VOID = frozenset({"br", "hr"})


@dataclass(frozen=True, slots=True)
class Element:
    """An element; its children are elements and text."""

    name: str
    children: tuple[Element | str, ...] = ()
    attributes: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_inline(self) -> bool:
        return self.name in INLINE

    def with_children(self, children: Sequence[Element | str]) -> Element:
        return Element(self.name, tuple(children), self.attributes)


Node = Element | str


def parse(html: str) -> tuple[Element, ...]:
    """Return the blocks of sanitised HTML."""
    stack: list[tuple[parsed.Event, list[Node]]] = [(parsed.Event("start", ""), [])]
    for event in parsed.parse(html)[0]:
        if event.kind == "text":
            stack[-1][1].append(event.name)
        elif event.kind == "start":
            stack.append((event, []))
            if event.name in _VOID:
                _close(stack)
        elif len(stack) > 1:
            _close(stack)
    while len(stack) > 1:
        _close(stack)
    return tuple(blocks(stack[0][1]))


def _close(stack: list[tuple[parsed.Event, list[Node]]]) -> None:
    start, children = stack.pop()
    stack[-1][1].append(Element(start.name, tuple(children), dict(start.attributes)))


def text(node: Node) -> str:
    """Return the text of a node, every run of space one space, blocks and line breaks parted."""
    return " ".join("".join(_pieces(node)).split())


def _pieces(node: Node) -> Iterator[str]:
    if isinstance(node, str):
        yield node
        return
    if node.name == "br" or not node.is_inline:
        yield " "
    for child in node.children:
        yield from _pieces(child)
    if not node.is_inline:
        yield " "


def elements(node: Element) -> Iterator[Element]:
    """Yield an element and all that it holds."""
    yield node
    for child in node.children:
        if isinstance(child, Element):
            yield from elements(child)


def blocks(children: Sequence[Node]) -> Iterator[Element]:
    """Yield block elements; runs of inline content become paragraphs, as do gaps of two breaks."""
    run: list[Node] = []
    for child in children:
        if isinstance(child, Element) and not child.is_inline:
            yield from _paragraphs(run)
            run = []
            yield child
        elif isinstance(child, Element) and _holds_blocks(child):
            yield from _paragraphs(run)
            run = []
            for inner in blocks(child.children):
                yield _pushed_in(child, inner)
        else:
            run.append(child)
    yield from _paragraphs(run)


def _holds_blocks(element: Element) -> bool:
    return any(not inner.is_inline for inner in elements(element))


def _pushed_in(outer: Element, block: Element) -> Element:
    """Put an inline element inside a block: where text stands, and nowhere else."""
    if block.name in {"p", "h3", "h4"}:
        return block.with_children([outer.with_children(block.children)])
    return block


def _paragraphs(run: Sequence[Node]) -> Iterator[Element]:
    if any(text(node) for node in run):
        yield Element("p", tuple(run))
