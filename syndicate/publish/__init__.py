"""The use case: files and definitions in, one transaction, every reader sees before or after.

Read plan.py for the rules, apply.py for what is written, refresh.py for the documents.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from syndicate.definitions import Definitions
from syndicate.editorial.policy import POLICY
from syndicate.errors import Problem, PublishRefused
from syndicate.model import Change, SummaryId
from syndicate.publish import apply, highwater, plan, refresh, scan, standing
from syndicate.publish.failpoints import reach
from syndicate.publish.plan import Known, Plan, Step
from syndicate.publish.rules import Found
from syndicate.publish.scan import Changes, Readings
from syndicate.store import engine as store
from syndicate.store import feeds, journal, site, summaries
from syndicate.store.engine import Connection, Engine
from syndicate.store.summaries import Keys


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a publish did, or (`diff`) would do."""

    steps: tuple[Step, ...] = ()
    changes: tuple[Change, ...] = ()
    documents: tuple[str, ...] = ()  # paths whose bytes changed
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    generation: int = 0
    seq: int = 0


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
        readings = _read_again(folder, readings, definitions)
        made, known = _plan(connection, folder, changes, readings, now=now, options=options)
        if options.all_or_nothing and made.problems:
            raise PublishRefused(
                "\n".join(map(str, made.problems)), "nothing was published: --all-or-nothing"
            )
        outcome = _write(connection, made, known, definitions, now)
        head = journal.get_head(connection)
    reach("committed")
    highwater.note(engine, head)
    return replace(outcome, warnings=tuple(sorted(readings.warnings)))


def publish_due(engine: Engine, *, now: datetime) -> Outcome:
    """Publish the scheduled summaries whose date has come, from the store alone."""
    with store.writing(engine) as connection:
        definitions = site.get_definitions(connection)
        outcome = _write(connection, Plan(), Known(), definitions, now)
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
        again = site.get_values(connection).get(site.POLICY) != POLICY
        if options.only is None:
            changes = scan.changed(connection, folder, again=again)
        else:
            changes = scan.changed_paths(connection, folder, options.only)
    readings = scan.read(
        folder,
        changes.sources,
        definitions,
        processes=options.processes,
        progress=options.progress,
    )
    return changes, readings


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
        missing=changes.missing,
        exists=lambda path: (folder / path).exists(),
        # a folder that cannot be read looks as if its files were gone
        withdraw_missing=options.withdraw_missing and not unreadable,
    )
    problems = sorted({*made.problems, *readings.problems, *unreadable})
    return replace(made, problems=tuple(problems)), known


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
    waiting = summaries.list_waiting(connection, keys)
    if taken := dates & {date for row in rows for date in (row.published, row.updated)}:
        # the remedy names the next free minute, so the store must say which ones are not
        near = {date + timedelta(minutes=n) for date in taken for n in range(1, 120)}
        rows += summaries.list_concerned(connection, Keys(instants=near))
    texts = summaries.get_many(connection, [(r.id, r.revision) for r in rows if r.id in ids])
    return Known(
        stored={row.id: row for row in rows},
        texts={SummaryId(name): text for name, text in texts.items()},
        waiting={row.id: row for row in waiting},
    )


def _write(
    connection: Connection,
    made: Plan,
    known: Known,
    definitions: Definitions,
    now: datetime,
) -> Outcome:
    """Write everything a publish writes. Whoever dies on the way leaves the store as it was."""
    head = journal.get_head(connection)
    values = site.get_values(connection)
    redefined = any(values.get(name) != text for name, text in definitions.texts.items())
    rendered = refresh.rendered_with(definitions)
    if redefined or site.BASE_URL not in values:
        made, known = _with_retagged(connection, made, known, definitions)
        standing.align(connection, definitions)
    stored = feeds.list_feeds(connection)
    due = _due(connection, made, now)
    reach("planned")
    done = apply.apply(
        connection,
        replace(made, steps=(*made.steps, *due)),
        definitions=definitions,
        known=known.stored,
        stored_feeds=stored,
        seq=head.seq,
        now=now,
    )
    reach("applied")
    everything = redefined or values.get(site.RENDERED) != rendered
    keys = {feed.key for feed in definitions.feeds} if everything else done.feeds
    generation = head.generation + 1
    changed = refresh.refresh(
        connection, definitions, keys, stored=stored, generation=generation, now=now
    )
    if everything:
        changed += refresh.refresh_lists(connection, definitions, generation=generation, now=now)
        site.put_definitions(connection, definitions)
    marks = {site.RENDERED: rendered, site.POLICY: POLICY}
    if values != values | marks:
        site.put_values(connection, marks)
    reach("rendered")
    seq = head.seq + len(done.changes)
    moved = bool(changed or done.changes or everything)
    generation = generation if moved else head.generation
    journal.put_head(connection, seq=seq, generation=generation, at=now)
    reach("written")
    return Outcome(
        steps=(*made.steps, *due),
        changes=tuple(done.changes),
        documents=tuple(changed),
        problems=made.problems,
        generation=generation,
        seq=seq,
    )


def _with_retagged(
    connection: Connection, made: Plan, known: Known, definitions: Definitions
) -> tuple[Plan, Known]:
    """Add the edits that a renamed or merged topic asks for."""
    planned = {step.summary.id for step in made.steps}
    extra = [
        step
        for step in standing.retagged(connection, definitions)
        if step.summary.id not in planned
    ]
    rows = summaries.list_concerned(connection, Keys(ids=[step.summary.id for step in extra]))
    stored = {**known.stored, **{row.id: row for row in rows}}
    return replace(made, steps=(*made.steps, *extra)), replace(known, stored=stored)


def _due(connection: Connection, made: Plan, now: datetime) -> tuple[Step, ...]:
    """Return the scheduled summaries whose date has come, unless their files were just read."""
    planned = {step.summary.id for step in made.steps}
    return tuple(
        Step(act="publish", summary=waiting.text, path=waiting.path)
        for waiting in summaries.list_due(connection, now)
        if waiting.id not in planned
    )
