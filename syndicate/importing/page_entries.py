"""Tells the entries of a page apart.

By <article>, or by the classes of hAtom and WordPress; where there is one for all or none of these,
by the highest heading that stands there more than once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from html import escape

from lxml import html

from syndicate.editorial.markdown import IMPLICATIONS
from syndicate.foreign import ForeignEntry

_HEADINGS = ("h1", "h2", "h3", "h4")
_CONTAINERS = ("hentry", "h-entry", "post")
_BODIES = ("entry-content", "e-content", "post-content", "article-body")
_AROUND = frozenset({"script", "style", "noscript", "template", "nav", "form", "footer", "aside"})
_IMPLICATIONS = re.compile(rf"{IMPLICATIONS}\s*[:.]?", re.IGNORECASE)
_BY = re.compile(r"by\s+", re.IGNORECASE)
_LABEL = re.compile(r"/(?:category|tag|topic|topics)/[^/]+/?\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What the page says of all its entries."""

    month: str = ""  # 2021-04
    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The entries in the page's order, and what they were told apart by."""

    entries: Sequence[ForeignEntry]
    by: str


def find(root: html.HtmlElement, around: Around) -> Found:
    """Return the entries of a page."""
    containers = _containers(root)
    if len(containers) > 1:
        entries = [_of_container(one, around) for one in containers]
        return Found(entries=entries, by="the elements that hold one each")
    within = containers[0] if containers else _main(root)
    level, entries = _by_heading(within, around)
    if len(entries) > 1:
        return Found(entries=entries, by=f"their headings, <{level}>")
    entries = [_of_container(one, around) for one in containers]
    return Found(entries=entries, by="the element that holds it")


def _containers(root: html.HtmlElement) -> list[html.HtmlElement]:
    """Return the outermost elements that hold an entry each, and have a heading."""
    tests = ["self::article", *(_has_class(name) for name in _CONTAINERS)]
    for test in tests:
        found = root.xpath(f"//*[{test}][not(ancestor::*[{test}])]")
        headed: list[html.HtmlElement] = [one for one in found if _title_of(one) is not None]
        if headed:
            return headed
    return []


def _has_class(name: str) -> str:
    return f"contains(concat(' ', normalize-space(@class), ' '), ' {name} ')"


def _main(root: html.HtmlElement) -> html.HtmlElement:
    """Return the part of a page that holds its text, as far as it says so."""
    for path in ("//main", "//*[@role='main']", "//*[@id='content']", "//body"):
        found: list[html.HtmlElement] = root.xpath(path)
        if len(found) == 1:
            return found[0]
    return root


# One element for each ---------------------------------------------------------------------------


def _title_of(container: html.HtmlElement) -> html.HtmlElement | None:
    """Return the first heading that is no part of a text."""
    for element in container.iter(*_HEADINGS):
        if not _IMPLICATIONS.fullmatch(_text(element)):
            return element
    return None


def _of_container(container: html.HtmlElement, around: Around) -> ForeignEntry:
    title = _title_of(container)
    entry = _dated(_link_and_title(title), _own_date(container), around)
    labels = [one for one in container.iter("a") if _is_label(one)]
    authors = container.xpath(
        f".//*[@rel='author' or @itemprop='author' or {_has_class('p-author')}]"
        f" | .//*[{_has_class('author')}]//*[{_has_class('fn')}]"
    )
    bodies = [one for name in _BODIES for one in container.xpath(f".//*[{_has_class(name)}]")]
    body = next(iter([*bodies, *container.xpath(".//*[@itemprop='articleBody']")]), None)
    if body is None:
        body = container
        for element in (title, *container.xpath("./header | ./time"), *labels):
            _take_out(element)
    return replace(
        entry,
        content_html=_inner(body),
        categories=tuple(dict.fromkeys(_text(one) for one in labels)),
        authors=tuple(dict.fromkeys(_BY.sub("", _text(one), count=1) for one in authors)),
    )


def _is_label(link: html.HtmlElement) -> bool:
    named = "tag" in link.get("rel", "").split() or _LABEL.search(link.get("href", ""))
    return bool(named) and bool(_text(link))


def _own_date(container: html.HtmlElement) -> str:
    """Return when the entry says that it was published, else the first time that stands in it."""
    marked = container.xpath(
        f".//time[@datetime and (@itemprop='datePublished' or @pubdate or {_has_class('published')}"
        f" or {_has_class('dt-published')} or {_has_class('entry-date')})]/@datetime"
    )
    return str(next(iter([*marked, *container.xpath(".//time/@datetime")]), "")).strip()


def _take_out(element: html.HtmlElement | None) -> None:
    if element is not None and element.getparent() is not None:
        element.drop_tree()


# One heading for each ---------------------------------------------------------------------------


def _by_heading(within: html.HtmlElement, around: Around) -> tuple[str, list[ForeignEntry]]:
    """Return the highest level that has several headings, and an entry for each of these."""
    for level in _HEADINGS:
        headings = [one for one in within.iter(level) if not _IMPLICATIONS.fullmatch(_text(one))]
        if len(headings) > 1:
            return level, list(_sections(within, headings, around))
    return "", []


def _sections(
    within: html.HtmlElement, headings: Sequence[html.HtmlElement], around: Around
) -> Iterator[ForeignEntry]:
    title: html.HtmlElement | None = None
    pieces: list[str] = []
    for piece in _pieces(within, frozenset(headings)):
        if isinstance(piece, str):
            pieces.append(piece)
            continue
        if title is not None:
            yield _of_section(title, pieces, around)
        title, pieces = piece, []
    if title is not None:
        yield _of_section(title, pieces, around)


def _of_section(title: html.HtmlElement, pieces: Sequence[str], around: Around) -> ForeignEntry:
    entry = _dated(_link_and_title(title), "", around)
    return replace(entry, content_html="".join(pieces))


def _pieces(
    element: html.HtmlElement, headings: frozenset[html.HtmlElement]
) -> Iterator[html.HtmlElement | str]:
    """Yield headings, and between them HTML: what holds a heading is opened, the rest is whole.

    The way down is remembered in a list: pages may nest deeper than Python calls.
    """
    waiting: list[html.HtmlElement | str] = [element]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            yield one
        elif one in headings:
            yield one
            waiting.append(escape(one.tail or "", quote=False))
        elif any(inner in headings for inner in one.iter()):
            below = [escape(one.text or "", quote=False), *one]
            after = escape(one.tail or "", quote=False) if one is not element else ""
            waiting += reversed([*below, after])
        elif one.tag in _AROUND:
            waiting.append(escape(one.tail or "", quote=False))
        else:
            yield _whole(one)


# Both --------------------------------------------------------------------------------------------


def _link_and_title(title: html.HtmlElement | None) -> ForeignEntry:
    if title is None:
        return ForeignEntry()
    links = title.xpath("./ancestor::a/@href | .//a/@href")
    link = next((str(one) for one in links if str(one).startswith(("https://", "http://"))), "")
    return ForeignEntry(title=_text(title), link=link)


def _dated(entry: ForeignEntry, written: str, around: Around) -> ForeignEntry:
    """Give an entry its own date; without one, the page's month."""
    published = None
    with suppress(ValueError):
        published = datetime.fromisoformat(written)
        zoned = published if published.tzinfo else published.replace(tzinfo=UTC)
        published = zoned.astimezone(UTC)
    text = written if published else around.month
    return replace(entry, published=published, published_text=text, language=around.language)


def _text(element: html.HtmlElement) -> str:
    return " ".join(element.text_content().split())


def _inner(element: html.HtmlElement) -> str:
    """Return what is in an element, as HTML, without what only surrounds a text."""
    for around in [one for one in element.iter(*_AROUND) if one is not element]:
        _take_out(around)
    return escape(element.text or "", quote=False) + "".join(_whole(one) for one in element)


def _whole(element: html.HtmlElement) -> str:
    return str(html.tostring(element, encoding="unicode"))
