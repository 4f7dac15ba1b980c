"""Looks up in the store what the files that were read concern, and has it decided, part by part."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

from syndicate.model import SummaryId
from syndicate.publish import plan as deciding
from syndicate.publish import steps
from syndicate.publish.plan import All, Known
from syndicate.publish.reading import Readings
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
    plan = Plan()
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
        known = _known(connection, found)
        part, refused = deciding.decide(found, known, all, now)
        plan.add(part)
        problems += refused
    dates = (now - timedelta(seconds=number) for number in count())  # no two entries share one
    # what came back meanwhile is not missing any more
    for gone in batches((one for one in missing if not all.exists(one.path)), steps.PART):
        known = _known(connection, missing=gone)
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
    connection: Connection, found: Collection[Found] = (), missing: Collection[SeenFile] = ()
) -> Known:
    ids = {one.summary.id for one in found}
    ids |= {gone.summary_id for gone in missing if gone.summary_id}
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
