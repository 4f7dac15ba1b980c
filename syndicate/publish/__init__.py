"""The use case: files and definitions in, one transaction, every reader sees before or after.

Read rules.py and plan.py for what may be done, commit.py for what is written.
"""

from __future__ import annotations

from collections.abc import Collection
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from syndicate import definitions as definitions_
from syndicate.definitions import Definitions
from syndicate.errors import PublishRefused
from syndicate.publish import audience, commit, memory, planning, reading, refresh, scan
from syndicate.publish.commit import Outcome
from syndicate.publish.failpoints import reach
from syndicate.publish.reading import Progress, Readings
from syndicate.publish.scan import Changes
from syndicate.publish.steps import Plan
from syndicate.store import engine as store
from syndicate.store import highwater, jobs, journal, site
from syndicate.store.engine import Engine
from syndicate.store.journal import Head

__all__ = ["Options", "Outcome", "diff", "publish", "publish_due", "publish_redefined"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How to publish. `only` names paths under the site; the rest of the tree is not looked at."""

    only: Collection[str] | None = None
    withdraw_missing: bool = False
    all_or_nothing: bool = False
    processes: int | None = None
    progress: Progress | None = field(default=None, repr=False)


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
        head = highwater.check(connection)
        _require_present(folder, definitions)
        readings = _read_again(folder, changes, readings, definitions)
        plan = planning.make(
            connection, folder, changes, readings, now, withdraw_missing=options.withdraw_missing
        )
        if len(readings) > reading.MANY:
            del changes, readings  # what follows needs the plan alone, and memory
            memory.give_back()
        if options.all_or_nothing and plan.problems:
            raise PublishRefused(
                "\n".join(map(str, plan.problems)), "nothing was published: --all-or-nothing"
            )
        whole = options.only is None
        outcome = commit.write(connection, plan, definitions, head, now, whole=whole)
    _tell(engine, replace(head, seq=outcome.seq))
    return outcome


def publish_redefined(
    engine: Engine, defining: AbstractContextManager[Definitions], *, now: datetime
) -> Outcome:
    """Publish definitions that are read and written under the writer's lock, inside `defining`.

    Whoever publishes meanwhile has the old ones or the new; two who edit them lose neither's edit.
    """
    with store.writing(engine) as connection:
        head = highwater.check(connection)
        with defining as definitions:
            outcome = commit.write(connection, Plan(), definitions, head, now)
    _tell(engine, replace(head, seq=outcome.seq))
    return outcome


def publish_due(engine: Engine, *, now: datetime) -> Outcome:
    """Publish the scheduled summaries whose date has come, from the store alone."""
    with store.writing(engine) as connection:
        head = highwater.check(connection)
        definitions = site.get_definitions(connection)
        outcome = commit.write(connection, Plan(), definitions, head, now)
    _tell(engine, replace(head, seq=outcome.seq))
    return outcome


def _tell(engine: Engine, head: Head) -> None:
    """Remember how far it is, and call who delivers. Whoever dies before has lost nothing."""
    reach("committed")
    highwater.note(engine, head)
    jobs.wake(engine)


def diff(
    engine: Engine,
    folder: Path,
    definitions: Definitions,
    *,
    now: datetime,
    options: Options = Options(),
) -> Outcome:
    """Return what `publish` would do, without doing it.

    PublishRefused where it would refuse everything.
    """
    changes, readings = _read(engine, folder, definitions, options)
    with store.reading(engine) as connection:
        plan = planning.make(
            connection, folder, changes, readings, now, withdraw_missing=options.withdraw_missing
        )
        head = journal.get_head(connection)
        values = site.get_values(connection)
    found = Outcome(
        steps=plan.told,
        feeds=audience.of_steps(plan.told, definitions),
        problems=tuple(plan.problems),
        warnings=plan.warnings,
        generation=head.generation,
        seq=head.seq,
    )
    rendered = refresh.rendered_with(definitions)
    same = values.get(site.RENDERED) == rendered and not commit.is_redefined(values, definitions)
    if same or head.published_at is None:
        return found
    return _rehearsed(engine, plan, definitions, now, found)


class _TakenBack(Exception):
    """Ends the transaction of a rehearsal."""


def _rehearsed(
    engine: Engine, plan: Plan, definitions: Definitions, now: datetime, found: Outcome
) -> Outcome:
    """Return what changed definitions do, too: by doing it, and taking it back."""
    with suppress(_TakenBack), store.writing(engine) as connection:
        head = journal.get_head(connection)
        done = commit.write(connection, plan, definitions, head, now)
        told = audience.of_steps(plan.told, definitions)
        with store.reading(engine) as before:
            told = audience.of_definitions(before, connection, definitions, done.documents, told)
        found = replace(found, steps=done.steps, documents=done.documents, feeds=told)
        raise _TakenBack
    return found


def _read(
    engine: Engine, folder: Path, definitions: Definitions, options: Options
) -> tuple[Changes, Readings]:
    with store.reading(engine) as connection:
        if options.only is None:
            read_with = site.get_values(connection).get(site.READ_WITH)
            again = read_with != commit.read_with(definitions)
            changes = scan.changed(connection, folder, again=again)
        else:
            changes = scan.changed_paths(connection, folder, options.only)
    readings = reading.read(
        folder,
        changes.files,
        definitions,
        processes=options.processes,
        progress=options.progress,
    )
    return changes, readings


def _require_present(folder: Path, definitions: Definitions) -> None:
    """Refuse definitions that were changed on disk since they were read: they would come back."""
    if definitions_.read_texts(folder) != definitions.texts:
        raise PublishRefused("feeds/ was changed meanwhile", "run this again")


def _read_again(
    folder: Path, changes: Changes, readings: Readings, definitions: Definitions
) -> Readings:
    """Read once more, under the lock, what was saved since: the newest text wins."""
    saved = scan.stale(folder, changes.files)
    if not saved:
        return readings
    readings = readings.without({file.source.path for file in saved})
    reading.read(folder, saved, definitions, processes=1, into=readings)
    return readings
