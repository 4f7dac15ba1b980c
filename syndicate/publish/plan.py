"""Decides what a publish would do: which summaries are new, corrected, edited, withdrawn, moved.

Pure: files as read on one side, what the store knows on the other, a plan out of it. What a
change may not be stands in rules.py.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from syndicate.editorial.clashes import Claim, claim_of, clashes
from syndicate.editorial.notices import with_notices
from syndicate.errors import Problem
from syndicate.model import Op, Summary, SummaryId, Withdrawal
from syndicate.publish import rules
from syndicate.publish.register import Register
from syndicate.publish.rules import Found
from syndicate.publish.steps import Act, Part, Step
from syndicate.store.files import SeenFile
from syndicate.store.scheduled import Waiting
from syndicate.store.summaries import Stored


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the store has of the summaries that some files concern.

    `instants` are those of the summaries whose files were not read.
    """

    stored: Mapping[SummaryId, Stored] = field(default_factory=dict)
    texts: Mapping[SummaryId, Summary] = field(default_factory=dict)
    waiting: Mapping[SummaryId, Waiting] = field(default_factory=dict)
    instants: Mapping[SummaryId, Collection[datetime]] = field(default_factory=dict)
    taken: Collection[datetime] = ()  # near instants that clash: what a remedy may not name


@dataclass(frozen=True, slots=True, kw_only=True)
class All:
    """What must be known of all files that were read while some of them are looked at.

    `rivals` are the claims of those that share something; `exists` tells whether a path still
    has a file.
    """

    register: Register
    rivals: Sequence[Claim]
    exists: Callable[[str], bool]


Decided = tuple[Part, list[Problem]]


def decide(found: Sequence[Found], known: Known, all: All, now: datetime) -> Decided:
    """Compare some files with the store. A file that was refused is forgotten, to be read again."""
    problems = _clashes(found, known, all)
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
    steps += _replaced(found, known, all.register)
    refused = {one.path for one in found} - {one.path for one in seen}
    part = Part(
        steps=tuple(sorted(steps, key=_in_order)),
        seen=tuple(seen),
        forgotten=tuple(sorted(refused)),
    )
    return part, problems


def decide_missing(
    missing: Iterable[SeenFile],
    known: Known,
    all: All,
    dates: Iterator[datetime],
    *,
    withdraw_missing: bool,
) -> Decided:
    """Decide on files that are no longer there; each takes one of `dates`, all different."""
    steps: list[Step] = []
    forgotten: list[str] = []
    problems: list[Problem] = []
    for gone, date in zip(missing, dates, strict=False):
        decided = _decide_missing(gone, known, all, date, withdraw_missing=withdraw_missing)
        if isinstance(decided, Problem):
            problems.append(decided)
            continue
        forgotten.append(gone.path)
        if decided is not None:
            steps.append(decided)
    return Part(steps=tuple(steps), forgotten=tuple(forgotten)), problems


def _in_order(step: Step) -> tuple[datetime, str]:
    """Order new summaries by date: the journal and the archives follow it."""
    date = step.summary.published
    assert date is not None
    return (date, step.summary.id)


# One file against the store --------------------------------------------------------------------


def _decide(found: Found, known: Known, now: datetime) -> Step | Problem:
    summary = found.summary
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
        waits = summary.id in known.waiting
        return Step(act=act, summary=_dated(summary, now), path=found.path, was_waiting=waits)
    if refused := rules.find_refusal(found, summary, before):
        return refused
    if summary == before:
        act = "move" if stored.path != found.path else "keep"
    else:
        act = _op(summary, before)
    return Step(act=act, summary=summary, path=found.path, stored=stored, before=before)


def _replaced(found: Sequence[Found], known: Known, register: Register) -> list[Step]:
    """Return what no longer waits: scheduled summaries whose files now hold another."""
    present = {one.path: one.summary.id for one in found}
    return [
        Step(act="unschedule", summary=waiting.text, path=waiting.path, was_waiting=True)
        for waiting in known.waiting.values()
        if present.get(waiting.path, waiting.id) != waiting.id
        and not register.has("id", waiting.id)
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
    all: All,
    now: datetime,
    *,
    withdraw_missing: bool,
) -> Step | Problem | None:
    """Decide on a file that is no longer there; None when there is nothing to do."""
    if gone.summary_id is None or all.register.has("id", gone.summary_id):  # it has moved
        return None
    stored = known.stored.get(gone.summary_id)
    before = known.texts.get(gone.summary_id)
    waiting = known.waiting.get(gone.summary_id)
    if waiting is not None and waiting.path == gone.path:
        return Step(act="unschedule", summary=waiting.text, path=gone.path, was_waiting=True)
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
    return Step(act="withdraw", summary=after, path=gone.path, stored=stored, before=before)


def _clashes(found: Sequence[Found], known: Known, all: All) -> list[Problem]:
    """Return the problems of the files that clash with any other or with what is published."""
    problems = list(_changed_ids(found, known, all.register))
    paths = {one.path for one in found}
    rivals = [claim for claim in all.rivals if claim.path not in paths]
    claims = [*rivals, *(claim_of(one.path, one.parsed) for one in found)]
    for stored in known.stored.values():
        was_read = all.register.has("path", stored.path)
        copied = not was_read and all.exists(stored.path)
        if copied or not (was_read or all.register.has("id", stored.id)):
            claims.append(_claim_of_stored(stored, known.instants.get(stored.id, ())))
    claims += [
        _claim_of_waiting(waiting)
        for waiting in known.waiting.values()
        # nobody has seen a scheduled one: its file may take another id, or go
        if not all.register.has("path", waiting.path) and all.exists(waiting.path)
    ]
    told = clashes(claims, all.register, known.taken)
    return problems + [problem for problem in told if problem.path in paths]


def _changed_ids(found: Iterable[Found], known: Known, register: Register) -> Iterator[Problem]:
    by_path = {stored.path: stored for stored in known.stored.values()}
    for one in found:
        stored = by_path.get(one.path)
        if stored and stored.id != one.summary.id and not register.has("id", stored.id):
            if stored.state == "withdrawn":
                told = "this address belongs to a withdrawn summary"
                remedy = f"choose another file name, or write id: {stored.id}"
            else:
                told = "the id of a published summary never changes"
                remedy = f"write id: {stored.id}"
            yield one.problem("id", told, remedy)


def _claim_of_stored(stored: Stored, instants: Iterable[datetime]) -> Claim:
    return Claim(
        path=stored.path,
        id=stored.id,
        slug=stored.slug,
        instants=dict.fromkeys(instants, 0),
    )


def _claim_of_waiting(waiting: Waiting) -> Claim:
    return Claim(
        path=waiting.path,
        id=waiting.id,
        slug=waiting.slug,
        instants=dict.fromkeys(waiting.text.instants, 0),
    )
