"""Reads files, and keeps what they say without holding it all."""

from __future__ import annotations

import hashlib
import heapq
from array import array
from collections.abc import Callable, Collection, Iterator
from functools import partial
from pathlib import Path
from typing import Final

from syndicate.definitions import Definitions
from syndicate.editorial import parallel, tree
from syndicate.editorial.clashes import Claim, claim_of
from syndicate.editorial.tree import Source
from syndicate.errors import ContentError, Problem
from syndicate.model import SummaryId
from syndicate.publish import steps
from syndicate.publish.register import Register
from syndicate.publish.rules import Found
from syndicate.publish.scan import Saved
from syndicate.publish.spool import Spool
from syndicate.store.batches import batches
from syndicate.store.files import SeenFile

MANY: Final = 1000
"""So many texts take memory that is worth giving back."""

_RUN: Final = 4096
Result = Found | SeenFile | tuple[Problem, ...]
Progress = Callable[[int, int], None]
"""(files read, files to read)"""


class Readings:
    """What files say. `touched` were saved again without a change; `register` knows who meets."""

    def __init__(self) -> None:
        self.touched: Spool[SeenFile] = Spool()
        self.problems: list[Problem] = []
        self.warnings: Spool[Problem] = Spool()
        self.register = Register()
        self._found: Spool[Found] = Spool()
        self._dates = array("q")

    def __len__(self) -> int:
        return len(self._found)

    def add(self, result: Result) -> None:
        if isinstance(result, SeenFile):
            self.touched.append(result)
        elif isinstance(result, Found):
            published = result.summary.published
            self._found.append(result)
            self._dates.append(int(published.timestamp()) if published else 0)
            self.register.add(claim_of(result.path, result.parsed))
            self.warnings.extend(result.parsed.warnings)
        else:
            self.problems.extend(result)

    def parts(self) -> Iterator[list[Found]]:
        """Yield what was found, oldest first: archives and journal follow that order."""
        date = self._dates.__getitem__
        # sorting takes many times the memory of what is sorted
        runs = [array("I", sorted(run, key=date)) for run in batches(range(len(self)), _RUN)]
        for numbers in batches(heapq.merge(*runs, key=date), steps.PART):
            yield [self._found[number] for number in numbers]

    def rivals(self) -> list[Claim]:
        """Return the claims of all files that have something in common with another."""
        files = (self._found[number] for number in self.register.rivals())
        return [claim_of(found.path, found.parsed) for found in files]

    def without(self, paths: Collection[str]) -> Readings:
        """Return the same but for these files."""
        others = Readings()
        for found in self._found:
            if found.path not in paths:
                others.add(found)
        others.touched.extend(seen for seen in self.touched if seen.path not in paths)
        others.problems += (problem for problem in self.problems if problem.path not in paths)
        return others


def read(
    site: Path,
    files: Spool[Saved],
    definitions: Definitions,
    *,
    processes: int | None = None,
    progress: Progress | None = None,
    into: Readings | None = None,
) -> Readings:
    """Read and parse files. Every error of every file is collected; none stops another.

    A file whose bytes are those that were read last was valid then and is valid now: it is not
    parsed.
    """
    readings = Readings() if into is None else into
    results = parallel.each(partial(_read_one, site, definitions), files, processes=processes)
    for done, result in enumerate(results, 1):
        readings.add(result)
        if progress is not None:
            progress(done, len(files))
    return readings


def _read_one(site: Path, definitions: Definitions, file: Saved) -> Result:
    # not imported where others read for us, or nothing is to be read: it takes time and memory
    from syndicate.editorial import summary as editorial  # noqa: PLC0415 - see above

    source, before = file
    try:
        raw = tree.load(site, source.path)
        if before and before.digest == hashlib.sha256(raw).hexdigest():
            return _seen(source, before.digest, before.summary_id)
        parsed = editorial.parse(source.path, raw, definitions)
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
