"""The use case: files and definitions in, one transaction, every reader sees before or after.

Read rules.py and plan.py for what may be done, commit.py for what is written.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from syndicate import definitions as definitions_
from syndicate.definitions import Definitions
from syndicate.errors import PublishRefused
from syndicate.model import SummaryId
from syndicate.publish import commit, highwater, plan, scan
from syndicate.publish.commit import Outcome
from syndicate.publish.failpoints import reach
from syndicate.publish.plan import Known, Plan
from syndicate.publish.rules import Found
from syndicate.publish.scan import Changes, Readings
from syndicate.store import engine as store
from syndicate.store import journal, scheduled, site, summaries
from syndicate.store.engine import Connection, Engine
from syndicate.store.keys import Keys

__all__ = ["Options", "Outcome", "diff", "publish", "publish_due"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How to publish. `only` names paths under the site; the rest of the tree is not looked at."""

    only: Collection[str] | None = None
    withdraw_missing: bool = False
    all_or_nothing: bool = False
    processes: int | None = None
    progress: Callable[[int], None] | None = field(default=None, repr=False)


def publish(
    engine: Engine,
    folder: Path,
    definitions: Definitions,
    *,
    now: datetime,
    options: Options = Options(),
) -> Outcome:
    """Bring the store in line with the site's files, and what is due with the clock.

    Files are read before the writer's lock is taken and looked at again under it, so two
    publishers at once wait for each other only while they write. A file with an error keeps its
    last published revision. PublishRefused: nothing was changed.
    """
    changes, readings = _read(engine, folder, definitions, options)
    with store.writing(engine) as connection:
        highwater.check(connection)
        _require_present(folder, definitions)
        readings = _read_again(folder, readings, definitions)
        made, known = _plan(connection, folder, changes, readings, now=now, options=options)
        if options.all_or_nothing and made.problems:
            raise PublishRefused(
                "\n".join(map(str, made.problems)), "nothing was published: --all-or-nothing"
            )
        whole = options.only is None
        outcome = commit.write(connection, made, known, definitions, now, whole=whole)
        head = journal.get_head(connection)
    reach("committed")
    highwater.note(engine, head)
    return replace(outcome, warnings=tuple(sorted(readings.warnings)))


def publish_due(engine: Engine, *, now: datetime) -> Outcome:
    """Publish the scheduled summaries whose date has come, from the store alone."""
    with store.writing(engine) as connection:
        highwater.check(connection)
        definitions = site.get_definitions(connection)
        outcome = commit.write(connection, Plan(), Known(), definitions, now)
        head = journal.get_head(connection)
    highwater.note(engine, head)
    return outcome


def diff(
    engine: Engine,
    folder: Path,
    definitions: Definitions,
    *,
    now: datetime,
    options: Options = Options(),
) -> Outcome:
    """Return what `publish` would do, without doing it."""
    changes, readings = _read(engine, folder, definitions, options)
    with store.reading(engine) as connection:
        made, _known = _plan(connection, folder, changes, readings, now=now, options=options)
        head = journal.get_head(connection)
    return Outcome(
        steps=made.steps,
        problems=made.problems,
        warnings=tuple(sorted(readings.warnings)),
        generation=head.generation,
        seq=head.seq,
    )


def _read(
    engine: Engine, folder: Path, definitions: Definitions, options: Options
) -> tuple[Changes, Readings]:
    with store.reading(engine) as connection:
        again = site.get_values(connection).get(site.READ_WITH) != commit.read_with(definitions)
        if options.only is None:
            changes = scan.changed(connection, folder, again=again)
        else:
            changes = scan.changed_paths(connection, folder, options.only)
    readings = scan.read(
        folder,
        changes.sources,
        definitions,
        seen=changes.seen,
        processes=options.processes,
        progress=options.progress,
    )
    return changes, readings


def _require_present(folder: Path, definitions: Definitions) -> None:
    """Refuse definitions that were changed on disk since they were read: they would come back."""
    if definitions_.read_texts(folder) != definitions.texts:
        raise PublishRefused("feeds/ was changed meanwhile", "run this again")


def _read_again(folder: Path, readings: Readings, definitions: Definitions) -> Readings:
    """Read once more, under the lock, what was saved since: the newest text wins."""
    sources = [found.source for found in readings.found]
    stale = scan.stale(folder, sources)
    if not stale:
        return readings
    fresh = scan.read(folder, stale, definitions, processes=1)
    paths = {source.path for source in stale}
    return Readings(
        found=[f for f in readings.found if f.path not in paths] + fresh.found,
        touched=readings.touched,
        problems=readings.problems + fresh.problems,
        warnings=[w for w in readings.warnings if w.path not in paths] + fresh.warnings,
    )


def _plan(
    connection: Connection,
    folder: Path,
    changes: Changes,
    readings: Readings,
    *,
    now: datetime,
    options: Options,
) -> tuple[Plan, Known]:
    known = _known(connection, readings.found, changes)
    unreadable = [problem for problem in changes.problems if problem.severity == "error"]
    made = plan.make(
        readings.found,
        known,
        now=now,
        # a folder that cannot be read looks as if its files were gone; what came back meanwhile
        # is not missing any more
        missing=()
        if unreadable
        else [gone for gone in changes.missing if not (folder / gone.path).exists()],
        exists=lambda path: (folder / path).exists(),
        withdraw_missing=options.withdraw_missing,
    )
    problems = sorted({*made.problems, *readings.problems, *unreadable})
    # a file that was refused is read again by every publish until it is right
    refused = {found.path for found in readings.found} - {seen.path for seen in made.seen}
    refused |= {problem.path for problem in readings.problems}
    forgotten = (*made.forgotten, *sorted(refused))
    seen = (*made.seen, *readings.touched)
    return replace(made, problems=tuple(problems), forgotten=forgotten, seen=seen), known


def _known(connection: Connection, found: Collection[Found], changes: Changes) -> Known:
    ids = {one.summary.id for one in found}
    ids |= {gone.summary_id for gone in changes.missing if gone.summary_id}
    dates = {d for one in found for d in (one.summary.published, one.summary.updated) if d}
    keys = Keys(
        ids=ids,
        slugs={one.summary.slug for one in found},
        paths={one.path for one in found},
        instants=dates,
    )
    rows = summaries.list_concerned(connection, keys)
    waiting = scheduled.list_concerned(connection, keys)
    others = [row for row in rows if row.id not in ids]
    if taken := dates & {date for row in others for date in (row.published, row.updated)}:
        # the remedy names the next free minute, so the store must say which ones are not
        near = {date + timedelta(minutes=n) for date in taken for n in range(1, 120)}
        rows += summaries.list_concerned(connection, Keys(instants=near))
    texts = summaries.get_many(connection, [(r.id, r.revision) for r in rows if r.id in ids])
    return Known(
        stored={row.id: row for row in rows},
        texts={SummaryId(name): text for name, text in texts.items()},
        waiting={row.id: row for row in waiting},
    )
