"""Imports WordPress's export (WXR 1.0 to 1.2, RSS with a vocabulary of its own), read as a stream.

No entity is resolved, no DTD or network read, no huge node built: the file may come from anybody.
"""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

from lxml import etree

from syndicate.definitions import Definitions
from syndicate.errors import ContentError, Problem
from syndicate.foreign import ForeignEntry
from syndicate.importing.report import Line, Report
from syndicate.importing.wordpress_text import to_html
from syndicate.importing.write import Candidate, Progress, write_all

MAX_BYTES = 200_000_000
_WP = "{http://wordpress.org/export/"
_CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
_CREATOR = "{http://purl.org/dc/elements/1.1/}creator"
_DRAFTS = frozenset({"draft", "future", "pending"})


@dataclass(slots=True)
class _Export:
    """What was read of an export so far."""

    candidates: list[Candidate] = field(default_factory=list)
    unpublished: list[Line] = field(default_factory=list)
    other_types: Counter[str] = field(default_factory=Counter)
    display_names: dict[str, str] = field(default_factory=dict)
    language: str = ""
    link: str = ""
    is_wxr: bool = False


def import_wxr(
    path: Path,
    *,
    site: Path,
    definitions: Definitions,
    now: datetime,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> Report:
    """Write a file under `site`/content/summaries/ for each blog entry that is not there yet.

    Nothing is written if the export cannot be read to its end: ContentError says where.
    """
    export = _load(path)
    lines = write_all(
        export.candidates,
        site=site,
        definitions=definitions,
        now=now,
        scope=export.link,
        dry_run=dry_run,
        progress=progress,
    )
    remarks = tuple(
        f"{count} of the type {name!r}: only blog entries are imported"
        for name, count in sorted(export.other_types.items())
    )
    return Report(
        source=path.name, lines=(*lines, *export.unpublished), remarks=remarks, dry_run=dry_run
    )


def _load(path: Path) -> _Export:
    export = _Export()
    try:
        if path.stat().st_size > MAX_BYTES:
            raise _fault(path, 0, f"larger than {MAX_BYTES:,} bytes", "export fewer years at once")
        with path.open("rb") as file:
            for element in _elements(path, file):
                _read(element, export)
    except OSError as error:
        raise _fault(path, 0, f"cannot be read: {error.strerror}", "check its name") from error
    except etree.XMLSyntaxError as error:
        remedy = "export it again, or take out what stands at that line"
        raise _fault(path, error.lineno or 0, f"no well-formed XML: {error.msg}", remedy) from error
    if not export.is_wxr:
        raise _fault(path, 0, "no WordPress export", "for a feed: `syndicate import feed`")
    return export


def _fault(path: Path, line: int, message: str, remedy: str) -> ContentError:
    return ContentError(Problem(path.name, line, message, remedy))


def _elements(path: Path, file: object) -> Iterator[etree._Element]:
    """Yield the children of the channel, each whole, and forget it afterwards."""
    depth = 0
    for event, element in etree.iterparse(
        file,
        events=("start", "end"),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    ):
        depth += 1 if event == "start" else -1
        if (
            event == "start"
            and depth == 1
            and element.getroottree().docinfo.internalDTD is not None
        ):
            raise _fault(path, 1, "it has a DTD, which no export has", "take the DOCTYPE out")
        if event == "end" and depth == 2:
            yield element
            parent = element.getparent()
            element.clear()
            while parent is not None and len(parent) > 1:
                del parent[0]


def _read(element: etree._Element, export: _Export) -> None:
    match _name(element):
        case "wp:wxr_version":
            export.is_wxr = True
        case "wp:author":
            values = _values(element)
            export.display_names[values.get("wp:author_login", "")] = values.get(
                "wp:author_display_name", ""
            )
        case "language":
            export.language = element.text or ""
        case "link":
            export.link = element.text or ""
        case "item":
            _sort(element, export)


def _sort(element: etree._Element, export: _Export) -> None:
    """Put an entry where it belongs: to be imported, or to be counted."""
    values = _values(element)
    kind, status = values.get("wp:post_type", ""), values.get("wp:status", "")
    if kind != "post":
        export.other_types[kind] += 1
    elif (status == "publish" or status in _DRAFTS) and not values.get("wp:post_password"):
        export.candidates.append(_candidate(element, values, export, draft=status in _DRAFTS))
    else:
        reason = "it has a password" if values.get("wp:post_password") else f"it is {status!r}"
        export.unpublished.append(
            Line(
                outcome="not published",
                title=values.get("title", ""),
                id=values.get("guid", ""),
                dropped=(reason,),
            )
        )


def _candidate(
    element: etree._Element, values: dict[str, str], export: _Export, *, draft: bool
) -> Candidate:
    content, dropped = to_html(values.get("content", ""))
    excerpt, _ = to_html(values.get("wp:encoded", ""))
    login = values.get("creator", "")
    author = export.display_names.get(login, login)
    entry = ForeignEntry(
        id=values.get("guid", ""),
        link=values.get("link", ""),
        title=html.unescape(values.get("title", "")),
        summary_html=excerpt,
        content_html=content or excerpt,
        published=_date(values),
        authors=(author,) if author else (),
        categories=tuple(dict.fromkeys(_categories(element))),
        language=export.language,
    )
    return Candidate(entry=entry, draft=draft, dropped=(*dropped, *_lost(element)))


def _lost(element: etree._Element) -> Iterator[str]:
    """Yield what an entry has that a summary has no place for."""
    comments = sum(_name(child) == "wp:comment" for child in element)
    if comments:
        yield f"{comments} comments"
    for child in element:
        name = _values(child).get("wp:meta_key", "") if _name(child) == "wp:postmeta" else ""
        if name and not name.startswith("_"):
            yield f"custom field {name!r}"


def _categories(element: etree._Element) -> Iterator[str]:
    for child in element:
        if _name(child) == "category":
            yield html.unescape(child.text or child.get("nicename") or "")


def _date(values: dict[str, str]) -> datetime | None:
    """Return the date in UTC; a draft has zeros, then the channel's own form may have one."""
    try:
        return datetime.strptime(values.get("wp:post_date_gmt", ""), "%Y-%m-%d %H:%M:%S").replace(
            tzinfo=UTC
        )
    except ValueError:
        pass
    try:
        date = parsedate_to_datetime(values.get("pubDate", ""))
    except ValueError:
        return None
    return date.replace(tzinfo=UTC) if date.tzinfo is None else date.astimezone(UTC)


def _values(element: etree._Element) -> dict[str, str]:
    """Return the text of each child by its name; of several of one name, the first."""
    values: dict[str, str] = {}
    for child in element:
        values.setdefault(_name(child), (child.text or "").strip())
    return values


def _name(element: etree._Element) -> str:
    """Return a short name, the same for each version of the vocabulary."""
    tag = str(element.tag)
    if tag == _CONTENT:
        return "content"
    if tag == _CREATOR:
        return "creator"
    return f"wp:{tag.rpartition('}')[2]}" if tag.startswith(_WP) else tag
