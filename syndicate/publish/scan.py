"""Finds the files that changed since they were last read."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

from syndicate.editorial import tree
from syndicate.editorial.tree import Source, State
from syndicate.errors import Problem
from syndicate.publish.spool import Spool
from syndicate.store import files
from syndicate.store.batches import batches
from syndicate.store.engine import Connection
from syndicate.store.files import SeenFile

_NONE: Final[State] = (-1, -1, -1)
"""As no file is."""


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


class _Seen:
    """What was seen of each folder; what the walk does not take out is gone."""

    def __init__(self, connection: Connection, *, again: bool) -> None:
        self._connection = connection
        self._again = again
        self._gone: list[str] = []
        self._left: tuple[str, Iterable[str]] = ("", ())  # of the folder that was asked for last
        self.folders = frozenset(files.list_folders(connection))
        self._unvisited = set(self.folders)

    def known(self, folder: str) -> dict[str, State]:
        """Return what is known of a folder's files, when the walk comes to it."""
        self._close()
        if folder not in self.folders:
            return {}
        self._unvisited.discard(folder)
        states = files.list_in_folder(self._connection, folder)
        if self._again:
            states = dict.fromkeys(states, _NONE)
        self._left = folder, states
        return states

    def gone(self) -> Iterable[SeenFile]:
        """Return what is not there any more, once the walk is over."""
        for folder in sorted(self._unvisited):
            self.known(folder)
        self._close()
        return files.list_by_path(self._connection, self._gone).values()

    def _close(self) -> None:
        """Keep of the last folder what is gone; all else that was known of it need not be held."""
        folder, names = self._left
        self._gone += (f"{folder}/{name}" for name in names)
        self._left = ("", ())


def changed(connection: Connection, site: Path, *, again: bool = False) -> Changes:
    """Compare the whole tree with what was read last; `again` takes every file as changed.

    Folder by folder: memory does not grow with the number of files that did not change.
    """
    changes = Changes()
    seen = _Seen(connection, again=again)
    for part in batches(tree.walk(site, seen.known)):
        changes.problems.extend(one for one in part if isinstance(one, Problem))
        sources = [one for one in part if isinstance(one, Source)]
        read = () if again else (one.path for one in sources if _folder(one.path) in seen.folders)
        before = files.list_by_path(connection, read)
        changes.files.extend(Saved(one, before.get(one.path)) for one in sources)
    changes.missing.extend(seen.gone())
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


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def stale(site: Path, read: Iterable[Saved]) -> Spool[Saved]:
    """Return the files, as they are now, that were saved since they were found."""
    now = ((old, tree.find(site, old.source.path)) for old in read)
    return Spool(
        Saved(new, before)
        for (source, before), new in now
        if isinstance(new, Source) and new != source
    )
