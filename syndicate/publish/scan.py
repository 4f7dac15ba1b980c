"""Finds the files that changed since they were last read, and reads them, on all cores if many."""

from __future__ import annotations

import hashlib
import itertools
import multiprocessing
import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from syndicate.definitions import Definitions
from syndicate.editorial import summary as editorial
from syndicate.editorial import tree
from syndicate.editorial.summary import Parsed
from syndicate.editorial.tree import Source
from syndicate.errors import ContentError, Problem
from syndicate.model import SummaryId
from syndicate.publish.rules import Found
from syndicate.store import files
from syndicate.store.engine import Connection
from syndicate.store.files import SeenFile

MANY = 200
"""From so many files on, starting further processes costs less than it saves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What has changed on disk: files to read, files that are gone, places that cannot be read."""

    sources: list[Source] = field(default_factory=list)
    seen: dict[str, SeenFile] = field(default_factory=dict)  # the sources that were read before
    missing: list[SeenFile] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Readings:
    """What the changed files say."""

    found: list[Found] = field(default_factory=list)
    touched: list[SeenFile] = field(default_factory=list)  # saved again without a change
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)


def changed(connection: Connection, site: Path, *, again: bool = False) -> Changes:
    """Compare the whole tree with what was read last; `again` takes every file as changed.

    Folder by folder: memory does not grow with the number of files that did not change.
    """
    changes = Changes()
    unvisited = set(files.list_folders(connection))
    for folder, entries in itertools.groupby(tree.walk(site), key=_folder):
        seen = files.list_in_folder(connection, folder)
        unvisited.discard(folder)
        for one in entries:
            if isinstance(one, Problem):
                changes.problems.append(one)
                seen.pop(one.path, None)  # it is there, whatever it is
                continue
            before = seen.pop(one.path, None)
            if before is None or again:
                changes.sources.append(one)
            elif not _same(before, one):
                changes.sources.append(one)
                changes.seen[one.path] = before
        # walk() may come back to a folder after its subfolders: what is left may be there still
        changes.missing.extend(gone for gone in seen.values() if not (site / gone.path).exists())
    for folder in sorted(unvisited):
        changes.missing.extend(files.list_in_folder(connection, folder).values())
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
            changes.sources.append(found)
            changes.seen.update({path: seen[path]} if path in seen else {})
        elif path in seen:
            changes.missing.append(seen[path])
    return changes


def _folder(entry: Source | Problem) -> str:
    return entry.path.rpartition("/")[0]


def _same(seen: SeenFile, source: Source) -> bool:
    return (seen.size, seen.mtime_ns, seen.inode) == (
        source.size,
        source.mtime_ns,
        source.inode,
    )


# Reading ---------------------------------------------------------------------------------------


def read(
    site: Path,
    sources: Sequence[Source],
    definitions: Definitions,
    *,
    seen: Mapping[str, SeenFile] = MappingProxyType({}),
    processes: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> Readings:
    """Read and parse files. Every error of every file is collected; none stops another.

    A file whose bytes are those of `seen` was valid then and is valid now: it is not parsed.
    """
    readings = Readings()
    tasks = [(source, seen.get(source.path)) for source in sources]
    for done, result in enumerate(_results(site, tasks, definitions, processes), 1):
        if isinstance(result, SeenFile):
            readings.touched.append(result)
        elif isinstance(result, Found):
            readings.found.append(result)
            readings.warnings.extend(result.parsed.warnings)
        else:
            readings.problems.extend(result)
        if progress is not None:
            progress(done)
    return readings


def stale(site: Path, sources: Sequence[Source]) -> list[Source]:
    """Return the files, as they are now, that were saved since they were read."""
    now = (tree.find(site, source.path) for source in sources)
    return [
        new for old, new in zip(sources, now, strict=True) if isinstance(new, Source) and new != old
    ]


_Task = tuple[Source, SeenFile | None]
_Result = Found | SeenFile | tuple[Problem, ...]


def _results(
    site: Path, tasks: Sequence[_Task], definitions: Definitions, processes: int | None
) -> Iterator[_Result]:
    workers = processes or os.cpu_count() or 1
    if len(tasks) < MANY or workers == 1:
        yield from (_read_one(site, task, definitions) for task in tasks)
        return
    # spawned, not forked: a publisher that watches runs threads
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, context, _start, (site, definitions)) as pool:
        yield from pool.map(_read_here, tasks, chunksize=16)


def _read_one(site: Path, task: _Task, definitions: Definitions) -> _Result:
    source, before = task
    try:
        raw = tree.load(site, source.path)
        if before and before.digest == hashlib.sha256(raw).hexdigest():
            return _seen(source, before.digest, before.summary_id)
        parsed: Parsed = editorial.parse(source.path, raw, definitions)
    except ContentError as error:
        return error.problems
    summary_id = None if parsed.summary.draft else parsed.summary.id
    return Found(parsed=parsed, seen=_seen(source, parsed.digest, summary_id))


def _seen(source: Source, digest: str, summary_id: SummaryId | None) -> SeenFile:
    return SeenFile(
        path=source.path,
        size=source.size,
        mtime_ns=source.mtime_ns,
        inode=source.inode,
        digest=digest,
        summary_id=summary_id,
    )


_here: tuple[Path, Definitions]


def _start(site: Path, definitions: Definitions) -> None:
    global _here  # noqa: PLW0603 - set once as a worker process starts
    _here = (site, definitions)


def _read_here(task: _Task) -> _Result:
    site, definitions = _here
    return _read_one(site, task, definitions)
