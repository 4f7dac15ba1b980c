"""Whole processes: nothing changed, and one more summary, beside Hugo making the same feeds."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from bench import hugo
from bench.grounds import SYNDICATE, Ground, ground
from bench.measuring import Case, Sample, Samples, Table, interleave, ran
from bench.starting import IMPORTS


def measure(rounds: int, size: int) -> Iterator[Table]:
    """Yield the tables of this group."""
    with ground(size) as where:
        posts = hugo.make_site(where) if hugo.is_installed() else None
        yield _nothing(where, posts, rounds)
        yield _one_more(where, posts, rounds)


def _nothing(where: Ground, posts: Path | None, rounds: int) -> Table:
    cases: dict[str, Case] = {
        "syndicate": lambda _: _syndicate(where),
        "imports": lambda _: _imports(where),
    }
    if posts is not None:
        cases["hugo"] = lambda _: hugo.run(posts)
    return _table(
        f"Nothing changed among {where.size:,} files, whole processes",
        interleave(cases, rounds),
        {"syndicate": "syndicate publish"},
        "<= 1",
        posts,
        inverse=False,
    )


def _one_more(where: Ground, posts: Path | None, rounds: int) -> Table:
    added: list[Path] = []
    cases: dict[str, Case] = {
        "named": lambda _: _syndicate(where, where.add()),
        "found": lambda _: _found(where),
        "imports": lambda _: _imports(where),
    }
    if posts is not None:
        cases["hugo"] = lambda _: _hugo(where, posts, added)
    try:
        taken = interleave(cases, rounds)
    finally:
        for path in added:
            path.unlink(missing_ok=True)
    names = {"named": "syndicate publish FILE", "found": "syndicate publish"}
    title = f"One more among {where.size:,} files, whole processes"
    return _table(title, taken, names, ">= 10 at 100,000", posts, inverse=True)


def _table(
    title: str,
    taken: dict[str, Samples],
    names: dict[str, str],
    goal: str,
    posts: Path | None,
    *,
    inverse: bool,
) -> Table:
    table = Table(title)
    peer = taken.get("hugo")
    if peer is not None:
        table.add("hugo", peer)
    for key, name in names.items():
        table.add(name, taken[key], peer, goal=goal, inverse=inverse)
    table.add("the floor: python and what publish imports", taken["imports"], peer, inverse=inverse)
    if posts is None:
        table.notes.append("hugo is not installed: left out")
    else:
        told = "how many times faster than hugo" if inverse else "the share of hugo's time"
        table.notes.append(f"ratio: {told}; hugo made {hugo.count_feeds(posts)} feeds")
    return table


def _syndicate(where: Ground, *paths: str) -> Sample:
    return ran([*SYNDICATE, "publish", *paths], environment=where.environment, peak=True)


def _found(where: Ground) -> Sample:
    where.add()
    return _syndicate(where)


def _imports(where: Ground) -> Sample:
    return ran([sys.executable, "-c", IMPORTS], environment=where.environment, peak=True)


def _hugo(where: Ground, posts: Path, added: list[Path]) -> Sample:
    added.append(hugo.copy(where, posts, where.added[-1]))
    return hugo.run(posts)
