"""What two summaries may not share: an id, a slug, a minute. Pure, over what is light to keep.

Feeds are ordered by date, and mirrors and archives rely on that order being total; hence no two
summaries, tombstones or notices may stand at one instant. `check` and `publish` both ask here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Container, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from syndicate.editorial.file import Parsed
from syndicate.editorial.notices import AFTER
from syndicate.errors import Problem

_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What one file says it is. `id` is empty for a file that could not be read so far.

    `instants` are all that it, its notices or its tombstone stand at, each with its line; lines
    are 0 where nobody knows (a claim out of the store).
    """

    path: str
    id: str
    slug: str
    instants: Mapping[datetime, int] = field(default_factory=dict)
    id_line: int = 0


def claim_of(path: str, parsed: Parsed) -> Claim:
    """Return what a parsed file claims."""
    summary, lines = parsed.summary, parsed.lines
    places = {summary.published: "published"} if summary.published else {}
    for index, correction in enumerate(summary.corrections):
        places[correction.date + AFTER] = f"corrections.{index}.date"  # of its notice
    for index, correction in enumerate(summary.corrections):
        places[correction.date] = f"corrections.{index}.date"
    if summary.withdrawn:
        places[summary.withdrawn.date] = "withdrawn.date"
    return Claim(
        path=path,
        id=summary.id,
        slug=summary.slug,
        instants={at: lines.get(places[at], 0) for at in sorted(summary.instants)},
        id_line=lines.get("id", 0),
    )


def keys(claim: Claim) -> Iterator[tuple[str, Hashable]]:
    """Yield what no other file may have."""
    if claim.id:
        yield "id", claim.id
    yield "slug", claim.slug.casefold()
    for instant in claim.instants:
        yield "instant", instant


def next_free_minute(instant: datetime, *taken: Container[datetime]) -> datetime:
    """Return the first full minute after `instant` that is not taken, nor its notice's second."""
    free = instant.astimezone(UTC).replace(second=0, microsecond=0) + _MINUTE
    while any(free in instants or free + AFTER in instants for instants in taken):
        free += _MINUTE
    return free


def clashes(claims: Iterable[Claim], *taken: Container[datetime]) -> list[Problem]:
    """Return a problem for every file that clashes with another, sorted.

    No remedy names an instant that is `taken` by what is not among the claims.
    """
    known = list(claims)
    return sorted({*_same_ids(known), *_same_slugs(known), *_same_instants(known, taken)})


def _groups(
    claims: Iterable[Claim], key: Callable[[Claim], Hashable]
) -> Iterator[tuple[Claim, Claim]]:
    """Yield each claim that shares its key with another, and one it shares it with."""
    groups = defaultdict(list)
    for claim in claims:
        if key(claim):
            groups[key(claim)].append(claim)
    for group in groups.values():
        if len(group) > 1:
            group.sort(key=lambda claim: claim.path)
            yield group[0], group[1]
            for claim in group[1:]:
                yield claim, group[0]


def _same_ids(claims: list[Claim]) -> Iterator[Problem]:
    for claim, other in _groups(claims, lambda claim: claim.id):
        yield Problem(
            claim.path,
            claim.id_line,
            f"the id {claim.id!r} is also that of {other.path}",
            "end it with the file's name; keep the id of the file that was published first",
        )


def _same_slugs(claims: list[Claim]) -> Iterator[Problem]:
    for claim, other in _groups(claims, lambda claim: claim.slug.casefold()):
        yield Problem(
            claim.path,
            0,
            f"the slug {claim.slug!r} is also that of {other.path}",
            "rename one of the two files; its address follows",
        )


def _same_instants(claims: list[Claim], others: Sequence[Container[datetime]]) -> Iterator[Problem]:
    """Name a minute of its own to every file that came second, so that all can move at once."""
    holders: defaultdict[datetime, list[Claim]] = defaultdict(list)
    for claim in claims:
        for instant in claim.instants:
            holders[instant].append(claim)
    taken = set(holders)
    for instant, group in holders.items():
        if len(group) == 1:
            continue
        group.sort(key=lambda claim: (claim.id_line > 0, claim.path))  # the store's first
        free = next_free_minute(instant, taken, *others)
        for number, claim in enumerate(group):
            if number > 1:
                free = next_free_minute(free, taken, *others)
            taken.add(free)
            other = group[1] if number == 0 else group[0]
            yield Problem(
                claim.path,
                claim.instants[instant],
                f"{other.path} has the same time, {_written(instant)}",
                f"change one of them; the next free minute is {_written(free)}",
            )


def _written(instant: datetime) -> str:
    return f"{instant.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
