"""Imports a saved page that shows several entries, such as a blog's archive of a month.

For a blog of which nothing else is left: a feed or an export says more. No script is run and
nothing is fetched; the file may come from anybody.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from lxml import etree, html

from syndicate.definitions import Definitions
from syndicate.errors import ContentError, Problem
from syndicate.importing import page_entries
from syndicate.importing.page_entries import Around
from syndicate.importing.report import Report
from syndicate.importing.write import Candidate, Progress, write_all

MAX_BYTES = 20_000_000
_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?([\w.:-]{2,40})", re.IGNORECASE)
_MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july"),
    *("august", "september", "october", "november", "december"),
)
_MONTH = re.compile(rf"\b({'|'.join(_MONTHS)}),?\s+((?:19|20)\d\d)\b", re.IGNORECASE)
_IN_ADDRESS = re.compile(r"/((?:19|20)\d\d)/(0[1-9]|1[0-2])(?:/|\Z)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What whoever saved the page knows of it: where it stood, and which month it shows."""

    address: str = ""
    month: str = ""  # 2021-04


def import_page(
    path: Path,
    *,
    site: Path,
    definitions: Definitions,
    now: datetime,
    known: Known = Known(),
    dry_run: bool = False,
    progress: Progress | None = None,
) -> Report:
    """Write a file under `site`/content/summaries/ for each entry that is not there yet.

    An entry without a date of its own is known to the page's month. ContentError where the file
    cannot be read, or shows no entries.
    """
    root = _parse(path, _load(path))
    address = known.address or _canonical(root)
    if address:
        root.make_links_absolute(address, handle_failures="ignore")
    around = Around(
        month=known.month or _month(root, address), language=root.get("lang", "").strip()
    )
    found = page_entries.find(root, around)
    if not found.entries:
        remedy = "save the page of a month, with an <article> or a heading for each entry"
        raise ContentError(Problem(path.name, 0, "no entries are to be seen in it", remedy))
    lines = write_all(
        [Candidate(entry=entry) for entry in found.entries],
        site=site,
        definitions=definitions,
        now=now,
        scope="page",  # the same entry may stand on the pages of a month and of a category
        dry_run=dry_run,
        progress=progress,
    )
    remarks = [f"entries were told apart by {found.by}"]
    if around.month:
        remarks.append(f"entries without a date are of {around.month}")
    return Report(source=path.name, lines=lines, remarks=tuple(remarks), dry_run=dry_run)


def _load(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_BYTES:
            problem = Problem(path.name, 0, f"larger than {MAX_BYTES:,} bytes", "save it in parts")
            raise ContentError(problem)
        return path.read_bytes()
    except OSError as error:
        raise ContentError(
            Problem(path.name, 0, f"cannot be read: {error.strerror}", "check its name")
        ) from error


def _parse(path: Path, raw: bytes) -> html.HtmlElement:
    """Parse as browsers do: what is not well-formed is repaired, and nothing is loaded."""
    parser = html.HTMLParser(
        encoding="utf-8", no_network=True, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = html.document_fromstring(_decode(raw).encode(), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError) as error:
        raise ContentError(Problem(path.name, 0, "this is no page", "save it as HTML")) from error
    for fatal in parser.error_log.filter_from_fatals():  # the rest of the page was not read
        message = f"it cannot be read to its end: {fatal.message}"
        raise ContentError(Problem(path.name, 0, message, "save a simpler page"))
    return root


def _decode(raw: bytes) -> str:
    """Return the text: by its mark, by what it says of itself, as UTF-8, as Windows has it."""
    declared = _CHARSET.search(raw[:4096])
    if raw.startswith(codecs.BOM_UTF8):
        names = ["utf-8-sig"]
    else:
        names = [*([declared[1].decode("ascii")] if declared else []), "utf-8"]
    for name in names:
        try:
            return raw.decode(name).replace("\0", "")
        except (LookupError, UnicodeError):
            continue
    return raw.decode("cp1252", errors="replace").replace("\0", "")


def _canonical(root: html.HtmlElement) -> str:
    """Return where the page says that it stands; nothing where it does not."""
    for link in root.xpath("//link[@rel='canonical']/@href | //meta[@property='og:url']/@content"):
        if str(link).startswith(("https://", "http://")):
            return str(link)
    return ""


def _month(root: html.HtmlElement, address: str) -> str:
    """Return the month that title, first heading or address name, as `2021-04`."""
    for element in root.xpath("//h1 | //title"):
        if match := _MONTH.search(element.text_content()):
            return f"{match[2]}-{_MONTHS.index(match[1].lower()) + 1:02}"
    match = _IN_ADDRESS.search(address)
    return f"{match[1]}-{match[2]}" if match else ""
