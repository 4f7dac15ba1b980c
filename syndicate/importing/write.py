"""Puts entries down as files, one after the other in the order of their dates; overwrites nothing.

A file appears whole or not at all: it is written beside its place under a hidden name and then
linked there, which fails if the place was taken meanwhile.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from syndicate.definitions import Definitions
from syndicate.editorial import tree
from syndicate.editorial.taken import Taken, load_taken
from syndicate.errors import ContentError, SyndicateError
from syndicate.foreign import ForeignEntry
from syndicate.importing.convert import ImportedFile, find_id, to_file
from syndicate.importing.dates import find_date
from syndicate.importing.front import line as one_line
from syndicate.importing.report import Line

Progress = Callable[[int, int], None]
"""(entries done, entries in all)"""
_NO_DATE = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An entry to import. `draft`: it was one where it comes from; `dropped`: lost on the way."""

    entry: ForeignEntry
    draft: bool = False
    dropped: tuple[str, ...] = ()


def write_all(
    candidates: Iterable[Candidate],
    *,
    site: Path,
    definitions: Definitions,
    now: datetime,
    scope: str,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> list[Line]:
    """Write a file for every entry that the site does not have, and tell what became of each.

    `scope` is what tells this source's ids apart from another's where they are no URIs.
    """
    taken, here = load_taken(site), set[str]()
    ordered = in_order(list(candidates))
    lines = []
    for done, candidate in enumerate(ordered, start=1):
        own_id = find_id(candidate.entry, definitions, scope)
        title = one_line(candidate.entry.title)
        if own_id in here:
            reason = "another entry of this source has its id; the older one counts"
            lines.append(Line(outcome="left out", title=title, id=own_id, dropped=(reason,)))
        elif own_id in taken.ids:
            lines.append(Line(outcome="already here", title=title, id=own_id))
        else:
            imported = _imported(candidate, definitions, taken, id=own_id, now=now)
            if isinstance(imported, ImportedFile) and not dry_run:
                put(site, imported)
            lines.append(_line(candidate, imported, title, own_id))
            here.add(own_id)
        if progress is not None:
            progress(done, len(ordered))
    return lines


def in_order(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Return entries oldest first. Among equals those are older that stand nearer the old end."""
    dates = [find_date(candidate.entry).published for candidate in candidates]
    known = [date for date in dates if date is not None]
    newest_first = bool(known) and known[0] >= known[-1]
    pairs = list(zip(dates, candidates, strict=True))
    pairs = pairs[::-1] if newest_first else pairs
    return [candidate for _, candidate in sorted(pairs, key=lambda pair: pair[0] or _NO_DATE)]


def _imported(
    candidate: Candidate, definitions: Definitions, taken: Taken, *, id: str, now: datetime
) -> ImportedFile | tuple[str, ...]:
    """Return the entry's file, whose slug and minute are taken now, or why there can be none."""
    try:
        imported = to_file(
            candidate.entry, definitions, taken, id=id, now=now, draft=candidate.draft
        )
    except ContentError as error:
        return tuple(problem.message for problem in error.problems)
    taken.slugs.add(imported.slug)
    if imported.published is not None:
        taken.instants.add(imported.published)
    return imported


def _line(
    candidate: Candidate, imported: ImportedFile | tuple[str, ...], title: str, id: str
) -> Line:
    if not isinstance(imported, ImportedFile):
        return Line(outcome="left out", title=title, id=id, dropped=imported)
    return Line(
        outcome="draft" if imported.needs else "written",
        title=title,
        id=id,
        path=imported.path,
        needs=imported.needs,
        dropped=tuple(dict.fromkeys((*candidate.dropped, *imported.dropped))),
    )


def put(site: Path, imported: ImportedFile) -> None:
    """Write a new file. SyndicateError if its name is taken meanwhile or it cannot be written."""
    path = site / imported.path
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.parent.resolve().is_relative_to(site.resolve() / tree.ROOT):
            raise SyndicateError(f"{path.parent} leads out of {tree.ROOT}/", "remove the link")
        _put(path, imported.text.encode())
    except OSError as error:
        raise SyndicateError(
            f"{imported.path} cannot be written: {error.strerror}",
            "mend that and import again: what was written stays and is left alone",
        ) from error


def _put(path: Path, raw: bytes) -> None:
    hidden = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with hidden.open("xb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        os.link(hidden, path, follow_symlinks=False)
    finally:
        hidden.unlink(missing_ok=True)
