"""What the site has already, so that nothing is imported twice and no two files clash.

Reads front matter only, even of files with errors: an id that stands in a broken file is taken.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path, PurePosixPath

from syndicate.editorial import frontmatter, tree
from syndicate.editorial.characters import decode
from syndicate.editorial.clashes import next_free_minute
from syndicate.editorial.frontmatter import Value
from syndicate.editorial.values import MAX_SLUG, FieldError, parse_instant
from syndicate.errors import ContentError, Problem

_ID_LINE = re.compile(r"(?m)^id:[ \t]*[\"']?([^\"'\s]+)")


@dataclass(slots=True)
class Taken:
    """Ids, slugs and instants that are in use. Grows while an import goes on."""

    ids: set[str] = field(default_factory=set)
    slugs: set[str] = field(default_factory=set)
    instants: set[datetime] = field(default_factory=set)

    def free_slug(self, wanted: str) -> str:
        """Return `wanted`, or with the first free of `-2`, `-3` … behind it."""
        slug, number = wanted, 1
        while slug in self.slugs:
            number += 1
            ending = f"-{number}"
            slug = wanted[: MAX_SLUG - len(ending)].rstrip("-") + ending
        return slug

    def free_instant(self, wanted: datetime) -> datetime:
        """Return `wanted`, or the next free minute after it."""
        return next_free_minute(wanted, self.instants) if wanted in self.instants else wanted


def load_taken(site: Path) -> Taken:
    """Read what every file under content/summaries/ claims."""
    taken = Taken()
    if not (site / tree.ROOT).exists():
        return taken
    for source in tree.walk(site):
        if isinstance(source, Problem):
            continue
        taken.slugs.add(PurePosixPath(source.path).stem.casefold())
        try:
            _add(taken, *_front(source.path, tree.load(site, source.path)))
        except ContentError:  # not to be read at all: its name is all that it claims
            continue
    return taken


def _front(path: str, raw: bytes) -> tuple[str, dict[str, Value]]:
    text, _ = decode(path, raw)
    front = frontmatter.split(path, text).front
    return front, frontmatter.read(path, front).values


def _add(taken: Taken, front: str, values: dict[str, Value]) -> None:
    match = _ID_LINE.search(front)
    for known in (values.get("id"), match[1] if match else None):
        if isinstance(known, str):
            taken.ids.add(known)
    corrections = values.get("corrections")
    dates = [values.get("published")]
    if isinstance(corrections, list):
        dates += [entry.get("date") for entry in corrections if isinstance(entry, dict)]
    for date in dates:
        try:
            taken.instants.add(parse_instant(date))
        except FieldError:
            continue
