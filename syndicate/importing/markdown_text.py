"""Sanitised HTML becomes Markdown that renders to the same text, proven block by block.

What looks like Markdown in the source is escaped. What Markdown has no sign for is written as
plainly as can be, and named: spans of table cells, definition lists, captions, abbreviations.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from syndicate.editorial import markdown
from syndicate.errors import ContentError, Problem
from syndicate.importing.escaping import escape, escape_line_starts
from syndicate.importing.inline import inline, simplified
from syndicate.importing.markup import Element, blocks, elements, parse, text

_HEADINGS = {"h3": "##", "h4": "###"}
# What the allow-list says and Markdown does not; `rel` is put back when it is rendered.
_UNSAID_ATTRIBUTES = {
    "a": {"hreflang"},
    "abbr": {"title"},
    "blockquote": {"cite"},
    "ol": {"reversed", "type"},
    "q": {"cite"},
    "td": {"colspan", "rowspan"},
    "th": {"abbr", "colspan", "rowspan"},
}
_UNSAID = {"caption": "a paragraph", "cite": "emphasis", "dl": "paragraphs", "tfoot": "rows"}


def render(source: Sequence[Element]) -> tuple[str, tuple[str, ...]]:
    """Return Markdown for blocks of sanitised HTML, and a name for all that it cannot say.

    ContentError where even the plainest form would not read the same.
    """
    written = []
    lost = [name for block in source for element in elements(block) for name in _unsaid(element)]
    for block in source:
        form, name = _proven(simplified(block))
        written.append(form)
        lost += name
    return "\n\n".join(filter(None, written)), tuple(dict.fromkeys(lost))


def _unsaid(element: Element) -> Iterator[str]:
    if element.name in _UNSAID:
        yield f"<{element.name}> (written as {_UNSAID[element.name]})"
    for attribute in sorted(_UNSAID_ATTRIBUTES.get(element.name, set()) & set(element.attributes)):
        yield f"{attribute} “{element.attributes[attribute][:80]}” of <{element.name}>"


def _proven(block: Element) -> tuple[str, list[str]]:
    """Return the richest form of a block that reads as the block does, and what it leaves out."""
    wanted = text(block)
    plain = escape_line_starts(escape(wanted))
    for form, name in (
        (_block(block), []),
        (_block(_without_marks(block)), [f"emphasis and links in “{wanted[:40]}”"]),
        (plain, [f"the layout of <{block.name}> “{wanted[:40]}”"]),
    ):
        if _reads_as(form, wanted):
            return form, name
    message = f"“{wanted[:60]}” cannot be written in Markdown"
    raise ContentError(Problem("", 0, message, "copy it by hand"))


def _reads_as(form: str, wanted: str) -> bool:
    try:
        rendered = markdown.render(form)
    except ContentError:
        return False
    html = rendered.body_html + rendered.implications_html
    return "".join("".join(map(text, parse(html))).split()) == "".join(wanted.split())


def _without_marks(element: Element) -> Element:
    """Return a block with its layout, all its inline content as bare text."""
    children = [
        child if isinstance(child, str) or not child.is_inline else text(child) or " "
        for child in element.children
    ]
    return element.with_children(
        [child if isinstance(child, str) else _without_marks(child) for child in children]
    )


# Blocks ----------------------------------------------------------------------------------------


def _block(block: Element) -> str:  # noqa: PLR0911 - one line for each element
    match block.name:
        case "p":
            return escape_line_starts(inline(block.children))
        case "h3" | "h4":
            line = inline(block.children, breaks=False)
            return f"{_HEADINGS[block.name]} {_without_closing(line)}" if line else ""
        case "hr":
            return "***"
        case "ul" | "ol":
            return _list(block)
        case "blockquote":
            return _indented(_blocks(block), "> ", "> ").replace("> \n", ">\n")
        case "pre":
            return _fenced(block)
        case "table":
            return _table(block)
        case _:
            return _blocks(block)


def _blocks(parent: Element) -> str:
    return "\n\n".join(filter(None, map(_block, blocks(parent.children))))


def _without_closing(line: str) -> str:
    """Escape `#` at a heading's end, where Markdown would take it for the closing sign."""
    bare = line.rstrip("#")
    return f"{bare}{'#' * (len(line) - len(bare) - 1)}\\#" if bare != line else line


def _indented(body: str, first: str, others: str) -> str:
    lines = body.split("\n")
    rest = (f"{others}{line}".rstrip() if line else others.rstrip() for line in lines[1:])
    return "\n".join([first + lines[0], *rest])


def _list(block: Element) -> str:
    start = int(block.attributes.get("start", "1"))
    points: list[str] = []
    tight = True
    for child in blocks(block.children):
        inner = list(blocks(child.children)) if child.name == "li" else [child]
        forms = [(piece.name, _block(piece)) for piece in inner]
        forms = [(name, form) for name, form in forms if form]
        if not forms:
            continue
        # Only a list that starts with 1 may follow a paragraph at once (CommonMark, 5.3).
        is_tight = forms[0][0] == "p" and all(
            name in {"ul", "ol"} and form.startswith(("- ", "1. ")) for name, form in forms[1:]
        )
        tight = tight and is_tight
        marker = f"{start + len(points)}. " if block.name == "ol" else "- "
        body = ("\n" if is_tight else "\n\n").join(form for _, form in forms)
        points.append(_indented(body, marker, " " * len(marker)))
    return ("\n" if tight else "\n\n").join(points)


def _fenced(block: Element) -> str:
    code = "".join(_raw(block)).strip("\n")
    fence = "```"
    while fence in code:
        fence += "`"
    return f"{fence}\n{code}\n{fence}" if code.strip() else ""


def _raw(element: Element) -> Iterator[str]:
    """Yield text as it stands; in `pre` white space has meaning."""
    for child in element.children:
        if isinstance(child, str):
            yield child
        else:
            yield "\n" if child.name == "br" else "".join(_raw(child))


# Tables ----------------------------------------------------------------------------------------


def _table(block: Element) -> str:
    inside = list(elements(block))
    captions = [_block(Element("p", e.children)) for e in inside if e.name == "caption"]
    rows = [
        [cell for cell in row.children if isinstance(cell, Element) and cell.name in {"td", "th"}]
        for row in inside
        if row.name == "tr"
    ]
    rows = [row for row in rows if row]
    if not rows:
        return "\n\n".join(captions)
    headed = all(cell.name == "th" for cell in rows[0])
    width = max(map(len, rows))
    lines = [[_cell(cell) for cell in row] + [""] * (width - len(row)) for row in rows]
    if not headed:
        lines.insert(0, [""] * width)
    lines.insert(1, ["---"] * width)
    grid = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    return "\n\n".join([*captions, grid])


def _cell(cell: Element) -> str:
    """Return a cell on one line: its blocks follow each other, parted by a space."""
    pieces = (
        inline(piece.children, breaks=False)
        if piece.name in {"p", "h3", "h4"}
        else escape(text(piece))
        for piece in blocks(cell.children)
    )
    return " ".join(filter(None, pieces)).replace("|", "\\|")
