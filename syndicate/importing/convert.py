"""One foreign entry becomes one summary's file, with a name for all that did not come along.

Pure. An entry with practice implications becomes research; where kind, reference, topic or date
is missing, a draft that says what it needs. Everything else becomes an announcement.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b32encode
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from html import unescape

from syndicate.definitions import Definitions
from syndicate.editorial import summary, tree
from syndicate.editorial.citation import normalise_doi
from syndicate.editorial.sanitize import clean
from syndicate.editorial.taken import Taken, make_slug
from syndicate.editorial.values import FieldError, parse_id
from syndicate.errors import ContentError
from syndicate.foreign import ForeignEntry
from syndicate.importing import front, markdown_text, markup, sections
from syndicate.importing.dates import Dated, find_date
from syndicate.importing.front import Front
from syndicate.importing.sections import Sections
from syndicate.importing.vocabulary import Subjects, find_subjects

_LONGEST_TITLE = 300
_MOST_AUTHORS = 20
_MAIL = re.compile(r"\S@\S")
_MARKUP_OR_END = re.compile(r"<[^>]*>|\s|\[?(?:\u2026|\.\.\.)\]?\s*(?:</p>\s*)?\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedFile:
    """A file to write. `dropped` names what did not come along, `needs` why it is a draft."""

    path: str
    text: str
    id: str
    slug: str
    published: datetime | None
    dropped: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()


def find_id(entry: ForeignEntry, definitions: Definitions, scope: str) -> str:
    """Return the entry's own id if it is an absolute URI, else a tag URI made from what it has.

    `scope` tells feeds apart whose ids are only numbers. The same entry gives the same id.
    """
    with suppress(FieldError):
        return parse_id(entry.id)
    name = entry.id or entry.link or f"{entry.title}\n{entry.published_text}\n{entry.content_html}"
    digest = hashlib.sha256(f"{scope}\n{name}".encode()).digest()
    return definitions.tag(f"summary/{b32encode(digest[:10]).decode().lower()}")


def to_file(
    entry: ForeignEntry,
    definitions: Definitions,
    taken: Taken,
    *,
    id: str,
    now: datetime,
    draft: bool = False,
) -> ImportedFile:
    """Return the file of an entry; its slug and minute are free in `taken`.

    `draft` says that it was one where it comes from. ContentError where no valid file can be made:
    the text is not English, too long, or cannot be made safe.
    """
    safe, dropped = clean(entry.content_html or entry.summary_html)
    parts = sections.find(markup.parse(safe))
    text, lost = _text(parts)
    dated = find_date(entry)
    subjects = find_subjects(entry.categories, definitions)
    needs = list(_needs(entry, parts, dated, subjects, was_draft=draft))
    title = front.line(entry.title) or _opening(parts)
    published = taken.free_instant(dated.published) if dated.published else None
    slug = taken.free_slug(make_slug(title))
    said = Front(
        id=id,
        title=title[:_LONGEST_TITLE],
        form="research" if parts.headings else "announcement",
        published=published,
        month_only=dated.month_only,
        draft=bool(needs),
        authors=_authors(entry),
        topics=subjects.topics,
        kind=subjects.kind if parts.headings else "",
        citation=front.line(parts.citation),
        doi=_doi(entry, parts),
        remarks=_remarks(entry, needs),
    )
    left_out = _left_out(entry, title, dated, published)
    if subjects.kind and not said.kind:
        left_out = (*left_out, f"kind {subjects.kind!r}: there are no practice implications")
    imported = ImportedFile(
        path=f"{tree.ROOT}/{published or now:%Y/%m}/{slug}.md",
        text=f"{front.render(said)}{text}\n",
        id=id,
        slug=slug,
        published=published,
        dropped=tuple(dict.fromkeys((*dropped, *lost, *subjects.dropped, *left_out))),
        needs=tuple(needs),
    )
    return _valid(imported, said, text, definitions)


def _valid(
    imported: ImportedFile, said: Front, text: str, definitions: Definitions
) -> ImportedFile:
    """Return the file if the project's own reader takes it; as a draft, if it takes only that."""
    try:
        summary.parse(imported.path, imported.text.encode(), definitions)
    except ContentError as error:
        if said.draft:
            raise
        needs = tuple(dict.fromkeys(problem.message for problem in error.problems))
        said = replace(said, draft=True, remarks=(*said.remarks, f"needs: {'; '.join(needs)}"))
        imported = replace(imported, text=f"{front.render(said)}{text}\n", needs=needs)
        return _valid(imported, said, text, definitions)
    return imported


# What is said ----------------------------------------------------------------------------------


def _text(parts: Sections) -> tuple[str, tuple[str, ...]]:
    body, lost = markdown_text.render(parts.body)
    if not parts.headings:
        return body, lost
    implications, also_lost = markdown_text.render(parts.implications)
    pieces = filter(None, (body, "## Practice implications", implications))
    return "\n\n".join(pieces), (*lost, *also_lost)


def _needs(
    entry: ForeignEntry, parts: Sections, dated: Dated, subjects: Subjects, *, was_draft: bool
) -> Iterator[str]:
    """Yield why the file must be a draft; nothing when it need not."""
    if was_draft:
        yield "your word that it is finished: it was a draft"
    if parts.headings and not subjects.kind:
        yield "kind"
    if parts.headings and not parts.citation:
        yield "citation" + (f" (which of {parts.references}?)" if parts.references > 1 else "")
    if parts.headings > 1:
        yield f"to be made {parts.headings} summaries: so often it says “Practice implications”"
    if not subjects.topics:
        yield "topic"
    if dated.published is None:
        yield "published"
    if entry.language and not entry.language.lower().startswith("en"):
        yield f"a look at its language: it says that it is {entry.language!r}"


def _authors(entry: ForeignEntry) -> tuple[str, ...]:
    names = (front.line(author)[:_LONGEST_TITLE] for author in entry.authors)
    return tuple(dict.fromkeys(name for name in names if name and not _MAIL.search(name)))[
        :_MOST_AUTHORS
    ]


def _doi(entry: ForeignEntry, parts: Sections) -> str:
    try:
        return normalise_doi(entry.doi) if entry.doi and parts.citation else ""
    except FieldError:
        return ""


def _opening(parts: Sections) -> str:
    """Return the first words of the text, in place of a title that is missing."""
    words = " ".join(markup.text(block) for block in (*parts.body, *parts.implications)).split()
    return f"{' '.join(words[:8])} …" if words else "Untitled"


def _remarks(entry: ForeignEntry, needs: Sequence[str]) -> tuple[str, ...]:
    source = entry.link or entry.id
    remarks = (f"imported from {source}" if source else "imported",)
    return (*remarks, f"needs: {'; '.join(needs)}") if needs else remarks


def _left_out(
    entry: ForeignEntry, title: str, dated: Dated, published: datetime | None
) -> Iterable[str]:
    """Yield what an entry has beside its text that a summary has no place for, and each guess."""
    if not entry.title.strip():
        yield f"title: there is none; its first words serve: “{title}”"
    elif len(title) > _LONGEST_TITLE:
        yield f"the end of the title: “…{title[_LONGEST_TITLE:]}”"
    if dated.guess:
        yield f"date: {dated.guess}"
    if published != dated.published:
        yield f"date: {dated.published:%Y-%m-%dT%H:%MZ} is taken; moved to {published:%H:%M}"
    if entry.summary_html and entry.content_html:
        short, whole = (
            _MARKUP_OR_END.sub("", unescape(html))
            for html in (entry.summary_html, entry.content_html)
        )
        if short not in whole:
            yield "a separate summary text"
    yield from (
        f"author “{front.line(a)}”: an e-mail address" for a in entry.authors if _MAIL.search(a)
    )
    yield from (f"enclosure {front.line(address)}" for address in entry.enclosures)
