"""Finds the files that changed since they were last read."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from syndicate.editorial import tree
from syndicate.editorial.tree import Source
from syndicate.errors import Problem
from syndicate.publish.spool import Spool
from syndicate.store import files
from syndicate.store.engine import Connection
from syndicate.store.files import SeenFile


class Saved(NamedTuple):
    """A file to read, and as what it was read before, if it was."""

    source: Source
    before: SeenFile | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What has changed on disk: files to read, files that are gone, places that cannot be read."""

    files: Spool[Saved] = field(default_factory=Spool)
    missing: list[SeenFile] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def changed(connection: Connection, site: Path, *, again: bool = False) -> Changes:
    """Compare the whole tree with what was read last; `again` takes every file as changed.

    Folder by folder: memory does not grow with the number of files that did not change.
    """
    changes = Changes()
    unvisited = set(files.list_folders(connection))
    for folder, entries in itertools.groupby(tree.walk(site), key=_folder):
        seen = files.list_in_folder(connection, folder)
        unvisited.discard(folder)
        saved: list[Source] = []
        read: list[str] = []
        for one in entries:
            before = seen.pop(one.path, None)
            if isinstance(one, Problem):  # it is there, whatever it is
                changes.problems.append(one)
            elif before != one[1:] or again:
                saved.append(one)
                if before and not again:
                    read.append(one.path)
        known = files.list_by_path(connection, read)
        changes.files.extend(Saved(one, known.get(one.path)) for one in saved)
        # walk() may come back to a folder after its subfolders: what is left may be there still
        gone = [path for path in seen if not (site / path).exists()]
        changes.missing.extend(files.list_by_path(connection, gone).values())
    for folder in sorted(unvisited):
        gone = list(files.list_in_folder(connection, folder))
        changes.missing.extend(files.list_by_path(connection, gone).values())
    return changes


def changed_paths(connection: Connection, site: Path, paths: Collection[str]) -> Changes:
    """Compare only these paths, relative to the site: at any N as fast as they are few."""
    changes = Changes()
    seen = files.list_by_path(connection, paths)
    for path in sorted(paths):
        found = tree.find(site, path)
        if isinstance(found, Problem):
            changes.problems.append(found)
        elif found is not None:
            changes.files.append(Saved(found, seen.get(path)))
        elif path in seen:
            changes.missing.append(seen[path])
    return changes


def _folder(entry: Source | Problem) -> str:
    return entry.path.rpartition("/")[0]


def stale(site: Path, read: Iterable[Saved]) -> Spool[Saved]:
    """Return the files, as they are now, that were saved since they were found."""
    now = ((old, tree.find(site, old.source.path)) for old in read)
    return Spool(
        Saved(new, before)
        for (source, before), new in now
        if isinstance(new, Source) and new != source
    )
