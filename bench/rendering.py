"""All stored documents made anew from the store, and a first import on all cores and on one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.grounds import Ground, ground, write_site
from bench.measuring import Sample, Table, interleave, timed
from syndicate import definitions
from syndicate.editorial import tree
from syndicate.publish import reading, refresh
from syndicate.publish.scan import Saved
from syndicate.publish.spool import Spool
from syndicate.store import documents, feeds, journal
from syndicate.store import engine as store

FILES = 5000  # of the import that is measured: enough for starting processes not to count


def measure(rounds: int, size: int) -> Iterator[Table]:
    """Yield the tables of this group."""
    with ground(size) as where:
        taken = interleave({"all": lambda _: _render_all(where)}, rounds)
        table = Table(f"All stored documents from the store, N = {size:,}")
        table.add(f"{_count(where)} documents", taken["all"], goal="<= 1,000 ms")
        yield table
    with TemporaryDirectory() as kept:
        folder = Path(kept)
        write_site(folder, FILES)
        cases = {n: (lambda _, n=n: _read(folder, n)) for n in (1, os.cpu_count() or 1)}
        named = {f"{n}": case for n, case in cases.items()}
        taken = interleave(named, rounds)
        table = Table(f"Reading and sanitising {FILES:,} files for the first time")
        table.add("one process", taken["1"])
        most = str(os.cpu_count() or 1)
        if most != "1":
            table.add(f"{most} processes, times faster", taken[most], taken["1"], inverse=True)
        yield table


def _render_all(where: Ground) -> Sample:
    """Measure joining and storing every document, whatever its fingerprint says; roll it back."""

    def act() -> None:
        with where.engine.connect().execution_options(writing=True) as connection:
            documents.remove(connection, list(documents.list_paths(connection)))
            head = journal.get_head(connection)
            made = refresh.refresh(
                connection,
                where.definitions,
                [feed.key for feed in where.definitions.feeds],
                stored=feeds.list_feeds(connection),
                generation=head.generation + 1,
                now=where.now,
            )
            assert len(made) == 3 * len(where.definitions.feeds)
            connection.rollback()

    return timed(act)


def _count(where: Ground) -> int:
    with store.reading(where.engine) as connection:
        return len(documents.list_paths(connection))


def _read(folder: Path, processes: int) -> Sample:
    found = definitions.load(folder)
    files = Spool(Saved(one) for one in tree.walk(folder) if isinstance(one, tree.Source))

    def act() -> None:
        readings = reading.read(folder, files, found, processes=processes)
        assert len(readings) == FILES

    return timed(act)
