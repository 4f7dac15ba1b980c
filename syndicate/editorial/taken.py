"""What the files of a site have taken, so that `new` and `import` choose what is free.

Files with errors are looked at too, so this is read from the front matter's text as it stands: an
id in a broken file is taken, and so is every instant, whatever key it stands behind.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Final

from syndicate.editorial import tree
from syndicate.editorial.clashes import next_free_minute
from syndicate.editorial.notices import AFTER
from syndicate.editorial.values import MAX_SLUG, FieldError, parse_instant
from syndicate.errors import ContentError, Problem

_FRONT: Final = re.compile(r"\A---[ \t\r]*\n(.*?)(?:\n---|\Z)", re.DOTALL)
_ID: Final = re.compile(
    r"""(?m)(?:^|[{,])[ \t]*["']?id["']?:[ \t]*["']?([^"'\s}]+?)["']?(?=,?\s|\}|\Z)"""
)
_INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:[Zz]|[+-]\d\d:\d\d)")
_UNTITLED: Final = "untitled"


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
    for source in tree.walk(site):
        if isinstance(source, Problem):
            continue
        taken.slugs.add(PurePosixPath(source.path).stem.casefold())
        with suppress(ContentError):  # not to be read at all: its name is all that it claims
            text = tree.load(site, source.path).decode("utf-8", errors="replace")
            if front := _FRONT.match(text):
                taken.ids.update(_ID.findall(front[1]))
                taken.instants.update(_instants(_INSTANT.findall(front[1])))
    return taken


def _instants(found: Iterable[str]) -> Iterable[datetime]:
    for written in found:
        with suppress(FieldError):
            instant = parse_instant(written)
            yield from (instant, instant + AFTER)  # of a correction's notice


def make_slug(title: str) -> str:
    """Return a title as a slug: ASCII letters, digits, single hyphens; cut after a whole word."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    slug = "-".join(re.findall(r"[a-z0-9]+", plain.replace("'", ""))) or _UNTITLED
    if len(slug) <= MAX_SLUG:
        return slug
    return slug[: MAX_SLUG + 1].rpartition("-")[0] or slug[:MAX_SLUG]
