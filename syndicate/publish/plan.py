"""Decides what a publish would do: which summaries are new, corrected, edited, withdrawn, moved.

Pure: files as read on one side, what the store knows on the other, a plan out of it. What a
change may not be stands in rules.py.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, TypeGuard

from syndicate.editorial.clashes import Claim, claim_of, clashes
from syndicate.editorial.notices import with_notices
from syndicate.errors import Problem
from syndicate.model import Op, Summary, SummaryId, Withdrawal
from syndicate.publish import rules
from syndicate.publish.rules import Found
from syndicate.store.files import SeenFile
from syndicate.store.scheduled import Waiting
from syndicate.store.summaries import Stored

Act = Op | Literal["schedule", "unschedule", "move", "keep"]


def is_change(act: Act) -> TypeGuard[Op]:
    """Tell whether readers and partners hear of it: it then has a row in the journal."""
    return act not in ("schedule", "unschedule", "move", "keep")


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the store has of the summaries that the files concern."""

    stored: Mapping[SummaryId, Stored] = field(default_factory=dict)
    texts: Mapping[SummaryId, Summary] = field(default_factory=dict)
    waiting: Mapping[SummaryId, Waiting] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing to do. `before` is the published text, where there is one."""

    act: Act
    summary: Summary
    path: str
    before: Summary | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to do, what to remember of the files, and what is wrong."""

    steps: tuple[Step, ...] = ()
    seen: tuple[SeenFile, ...] = ()
    forgotten: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


def make(
    found: Sequence[Found],
    known: Known,
    *,
    now: datetime,
    missing: Iterable[SeenFile] = (),
    exists: Callable[[str], bool] = lambda _path: False,
    withdraw_missing: bool = False,
) -> Plan:
    """Compare files with the store. `exists` tells whether a path still has a file."""
    problems = _clashes(found, known, exists)
    blocked = {problem.path for problem in problems}
    steps: list[Step] = []
    seen: list[SeenFile] = []
    for one in found:
        if one.path in blocked:
            continue
        decided = _decide(one, known, now)
        if isinstance(decided, Problem):
            problems.append(decided)
            continue
        seen.append(one.seen)
        if decided.act != "keep":
            steps.append(decided)
    moved = {one.summary.id for one in found}
    steps += _replaced(found, known)
    forgotten = []
    for number, gone in enumerate(missing):
        # each at a second of its own: no two entries of a feed share one instant
        then = now - timedelta(seconds=number)
        decided_gone = _decide_missing(gone, known, moved, then, withdraw_missing=withdraw_missing)
        if isinstance(decided_gone, Problem):
            problems.append(decided_gone)
            continue
        forgotten.append(gone.path)
        if decided_gone is not None:
            steps.append(decided_gone)
    return Plan(
        steps=tuple(sorted(steps, key=_in_order)),
        seen=tuple(seen),
        forgotten=tuple(forgotten),
        problems=tuple(sorted(problems)),
    )


def _in_order(step: Step) -> tuple[datetime, str]:
    """Order new summaries by date: the journal and the archives follow it."""
    date = step.summary.published
    assert date is not None
    return (date, step.summary.id)


# One file against the store --------------------------------------------------------------------


def _decide(found: Found, known: Known, now: datetime) -> Step | Problem:
    summary = with_notices(found.summary)
    before = known.texts.get(summary.id)
    stored = known.stored.get(summary.id)
    state = summary.state(now)
    if future := rules.find_future(found, now):
        return future
    if before is None or stored is None:
        act: Act = "keep"
        if state == "scheduled":
            act = "schedule"
        elif state in ("published", "withdrawn"):
            # a withdrawn file in a new store: its address answers 410, its id has a tombstone
            act = "publish" if state == "published" else "withdraw"
        elif summary.id in known.waiting:
            act = "unschedule"
        return Step(act=act, summary=_dated(summary, now), path=found.path)
    if refused := rules.find_refusal(found, summary, before):
        return refused
    if summary == before:
        act = "move" if stored.path != found.path else "keep"
    else:
        act = _op(summary, before)
    return Step(act=act, summary=summary, path=found.path, before=before)


def _replaced(found: Sequence[Found], known: Known) -> list[Step]:
    """Return what no longer waits: scheduled summaries whose files now hold another."""
    ids = {one.summary.id for one in found}
    present = {one.path: one.summary.id for one in found}
    return [
        Step(act="unschedule", summary=waiting.text, path=waiting.path)
        for waiting in known.waiting.values()
        if present.get(waiting.path, waiting.id) != waiting.id and waiting.id not in ids
    ]


def _dated(summary: Summary, now: datetime) -> Summary:
    """Give a draft without a date one, so that every step can be ordered; it is not published."""
    return summary if summary.published else dataclasses.replace(summary, published=now)


def _op(summary: Summary, before: Summary) -> Op:
    if summary.withdrawn and not before.withdrawn:
        return "withdraw"
    if before.withdrawn and not summary.withdrawn:
        return "restore"
    return "correct" if summary.updated != before.updated else "edit"


# Files that are gone, and files that clash -----------------------------------------------------


def _decide_missing(
    gone: SeenFile,
    known: Known,
    moved: set[SummaryId],
    now: datetime,
    *,
    withdraw_missing: bool,
) -> Step | Problem | None:
    """Decide on a file that is no longer there; None when there is nothing to do."""
    if gone.summary_id is None or gone.summary_id in moved:
        return None
    stored = known.stored.get(gone.summary_id)
    before = known.texts.get(gone.summary_id)
    waiting = known.waiting.get(gone.summary_id)
    if waiting is not None and waiting.path == gone.path:
        return Step(act="unschedule", summary=waiting.text, path=gone.path)
    if stored is None or before is None or stored.path != gone.path or before.withdrawn:
        return None
    if not withdraw_missing:
        return Problem(
            gone.path,
            0,
            "this file was deleted, but its summary is published",
            f"put it back and run `syndicate withdraw {stored.slug} --reason …`, "
            "or publish with --withdraw-missing",
        )
    assert before.updated is not None
    date = max(now, before.updated)  # not older than what readers have (RFC 6721, section 3)
    taken_back = Withdrawal(date=date, reason="other", note="Its file was removed.")
    after = with_notices(dataclasses.replace(before, withdrawn=taken_back))
    return Step(act="withdraw", summary=after, path=gone.path, before=before)


def _clashes(found: Sequence[Found], known: Known, exists: Callable[[str], bool]) -> list[Problem]:
    """Return the problems of the files that clash with each other or with what is published."""
    problems = list(_changed_ids(found, known))
    read = {one.path for one in found}
    claims = [claim_of(one.path, one.parsed) for one in found]
    ids = {one.summary.id for one in found}
    for stored in known.stored.values():
        copied = stored.path not in read and exists(stored.path)
        if copied or (stored.id not in ids and stored.path not in read):
            claims.append(_claim_of_stored(stored))
    claims += [
        _claim_of_waiting(waiting)
        for waiting in known.waiting.values()
        # nobody has seen a scheduled one: its file may take another id, or go
        if waiting.path not in read and exists(waiting.path)
    ]
    return problems + [problem for problem in clashes(claims) if problem.path in read]


def _changed_ids(found: Iterable[Found], known: Known) -> Iterator[Problem]:
    by_path = {stored.path: stored for stored in known.stored.values()}
    ids = {one.summary.id for one in found}
    for one in found:
        stored = by_path.get(one.path)
        if stored and stored.id != one.summary.id and stored.id not in ids:
            if stored.state == "withdrawn":
                told = "this address belongs to a withdrawn summary"
                remedy = f"choose another file name, or write id: {stored.id}"
            else:
                told = "the id of a published summary never changes"
                remedy = f"write id: {stored.id}"
            yield one.problem("id", told, remedy)


def _claim_of_stored(stored: Stored) -> Claim:
    return Claim(
        path=stored.path,
        id=stored.id,
        slug=stored.slug,
        published=stored.published,
        updated=stored.updated,
    )


def _claim_of_waiting(waiting: Waiting) -> Claim:
    return Claim(
        path=waiting.path,
        id=waiting.id,
        slug=waiting.slug,
        published=waiting.due,
        updated=waiting.due,
    )
