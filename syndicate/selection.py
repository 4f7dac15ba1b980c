"""A selection says which summaries a feed carries: `empathy+training+~suicide+kind:meta-analysis`.

Terms are joined by `+`. A bare term is a topic's slug, `kind:…` a kind of research and `form:…`
a form. Topics that are named are alternatives, and so are kinds and forms; where several groups
are named, each must be met. A term after `~` is taken out. No terms at all select everything.
Pure: slugs are checked against the definitions by whoever knows them.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Literal

from syndicate.errors import NotFound

Group = Literal["topic", "kind", "form"]
MAX_TERMS = 8
MAX_LENGTH = 400
_TERM = re.compile(r"(~?)(?:(kind|form):)?([a-z0-9]+(?:-[a-z0-9]+)*)\Z")
_ORDER: dict[Group, int] = {"topic": 0, "kind": 1, "form": 2}


@dataclass(frozen=True, slots=True)
class Term:
    """One slug of one group, named or (`excluded`) taken out."""

    group: Group
    slug: str
    excluded: bool = False

    def __str__(self) -> str:
        prefix = "" if self.group == "topic" else f"{self.group}:"
        return f"{'~' if self.excluded else ''}{prefix}{self.slug}"


@dataclass(frozen=True, slots=True)
class Selection:
    """Terms in canonical order; equal selections are equal objects and equal text."""

    terms: tuple[Term, ...] = field(default=())

    def __str__(self) -> str:
        return "+".join(map(str, self.terms))

    def named(self, group: Group) -> frozenset[str]:
        """Return the slugs of a group of which a summary must have one; empty means any."""
        return frozenset(t.slug for t in self.terms if t.group == group and not t.excluded)

    def excluded(self, group: Group) -> frozenset[str]:
        """Return the slugs of a group that a summary must not have."""
        return frozenset(t.slug for t in self.terms if t.group == group and t.excluded)

    def matches(self, *, topics: Collection[str], kind: str | None, form: str) -> bool:
        """Tell whether a summary with these topics, kind and form belongs to the selection."""
        values: dict[Group, Collection[str]] = {
            "topic": topics,
            "kind": () if kind is None else (kind,),
            "form": (form,),
        }
        for group, present in values.items():
            wanted = self.named(group)
            if wanted and wanted.isdisjoint(present):
                return False
            if not self.excluded(group).isdisjoint(present):
                return False
        return True


EVERYTHING = Selection()


def canonical(terms: Collection[Term]) -> Selection:
    """Return the selection of `terms`: named before excluded, then by group, then by slug."""
    ordered = sorted(set(terms), key=lambda t: (t.excluded, _ORDER[t.group], t.slug))
    return Selection(tuple(ordered))


def parse(text: str) -> Selection:
    """Read a selection as it stands in an address. NotFound says what cannot be read, and why."""
    if len(text) > MAX_LENGTH:
        raise NotFound("this selection is too long", f"name at most {MAX_TERMS} topics")
    pieces = text.split("+")
    if len(pieces) > MAX_TERMS:
        raise NotFound(f"{len(pieces)} topics are too many", f"name at most {MAX_TERMS}")
    terms = []
    for piece in pieces:
        match = _TERM.match(piece)
        if match is None:
            raise NotFound(
                f"{piece!r} is not a topic", "a selection looks like empathy+training+~suicide"
            )
        group: Group = {"kind": "kind", "form": "form"}.get(match[2], "topic")  # type: ignore[assignment]
        terms.append(Term(group, match[3], excluded=bool(match[1])))
    found = canonical(terms)
    require_sense(found)
    return found


def require_sense(wanted: Selection) -> None:
    """Raise NotFound where a term is both named and taken out."""
    named = {(term.group, term.slug) for term in wanted.terms if not term.excluded}
    for term in wanted.terms:
        if term.excluded and (term.group, term.slug) in named:
            raise NotFound(f"{term.slug!r} is both wanted and taken out", "name it once")
