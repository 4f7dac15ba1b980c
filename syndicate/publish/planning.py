"""Looks up in the store what the files that were read concern, and has it decided, part by part."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, timedelta
from itertools import chain, count
from pathlib import Path

from syndicate.editorial.notices import AFTER
from syndicate.model import SummaryId
from syndicate.publish import plan as deciding
from syndicate.publish import rules, steps
from syndicate.publish.plan import All, Known
from syndicate.publish.reading import Readings
from syndicate.publish.register import Register
from syndicate.publish.rules import Found
from syndicate.publish.scan import Changes
from syndicate.publish.steps import Part, Plan
from syndicate.store import scheduled, summaries
from syndicate.store.batches import batches
from syndicate.store.engine import Connection
from syndicate.store.files import SeenFile
from syndicate.store.keys import Keys


def make(
    connection: Connection,
    folder: Path,
    changes: Changes,
    readings: Readings,
    now: datetime,
    *,
    withdraw_missing: bool = False,
) -> Plan:
    """Return all that a publish is to do, and everything that is wrong. Nothing is written."""
    plan = Plan(warnings=readings.warnings)
    all = All(
        register=readings.register,
        rivals=readings.rivals(),
        exists=lambda path: (folder / path).exists(),
    )
    problems = [problem for problem in changes.problems if problem.severity == "error"]
    # a folder that cannot be read looks as if its files were gone
    missing = [] if problems else changes.missing
    problems += readings.problems
    for found in readings.parts():
        known = _known(connection, all, found)
        part, refused = deciding.decide(found, known, all, now)
        plan.add(part)
        plan.warnings.extend(doubt for one in found if (doubt := rules.find_doubt(one, now)))
        problems += refused
    dates = _free_seconds(connection, readings.register, now)
    # what came back meanwhile is not missing any more
    for gone in batches((one for one in missing if not all.exists(one.path)), steps.PART):
        known = _known(connection, all, missing=gone)
        part, refused = deciding.decide_missing(
            gone, known, all, dates, withdraw_missing=withdraw_missing
        )
        plan.add(part)
        problems += refused
    for seen in batches(readings.touched, steps.PART):
        plan.add(Part(seen=tuple(seen)))
    # a file that cannot be read is tried again by every publish until it is right
    if unread := {problem.path for problem in readings.problems}:
        plan.add(Part(forgotten=tuple(sorted(unread))))
    plan.problems = sorted(set(problems))
    return plan


def _known(
    connection: Connection,
    all: All,
    found: Collection[Found] = (),
    missing: Collection[SeenFile] = (),
) -> Known:
    ids = {one.summary.id for one in found}
    ids |= {gone.summary_id for gone in missing if gone.summary_id}
    dates = {at for one in found for at in one.summary.instants}
    keys = Keys(
        ids=ids,
        slugs={one.summary.slug for one in found},
        paths={one.path for one in found},
        instants=dates,
    )
    rows = summaries.list_concerned(connection, keys)
    waiting = scheduled.list_concerned(connection, keys)
    texts = summaries.get_many(connection, [(r.id, r.revision) for r in rows if r.id in ids])
    unread = [row.id for row in rows if not all.register.has("path", row.path)]
    instants = summaries.list_instants(connection, unread)
    held = Counter(chain.from_iterable(instants.values()))
    held.update(one.due for one in waiting)
    held.update(chain.from_iterable(rival.instants for rival in all.rivals))
    return Known(
        stored={row.id: row for row in rows},
        texts={SummaryId(name): text for name, text in texts.items()},
        waiting={row.id: row for row in waiting},
        instants=instants,
        taken=summaries.list_taken(connection, _near({at: held[at] for at in dates if held[at]})),
    )


def _near(held: Mapping[datetime, int]) -> Iterator[datetime]:
    """Yield the minutes, and their notices' seconds, that a remedy for a clash may come upon."""
    for at, holders in held.items():
        for minute in range(1, 60 + holders):
            free = at.replace(second=0) + timedelta(minutes=minute)
            yield from (free, free + AFTER)


def _free_seconds(connection: Connection, register: Register, now: datetime) -> Iterator[datetime]:
    """Yield seconds of their own for what is withdrawn now, from `now` backwards."""
    for part in batches(now - timedelta(seconds=number) for number in count()):
        taken = summaries.list_taken(connection, part)
        yield from (at for at in part if at not in taken and at not in register)
