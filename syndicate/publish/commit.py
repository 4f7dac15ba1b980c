"""The one transaction of a publish: everything that readers see after it, or nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from syndicate.definitions import Definitions
from syndicate.documents import identity, record
from syndicate.editorial.policy import POLICY
from syndicate.errors import Problem
from syndicate.model import Change
from syndicate.publish import apply, pulling, refresh, standing
from syndicate.publish.failpoints import reach
from syndicate.publish.plan import Known, Plan, Step
from syndicate.store import feeds, instants, journal, scheduled, site, summaries
from syndicate.store.engine import Connection
from syndicate.store.keys import Keys


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


def write(
    connection: Connection,
    made: Plan,
    known: Known,
    definitions: Definitions,
    now: datetime,
    *,
    whole: bool = False,
) -> Outcome:
    """Write everything a publish writes. Whoever dies on the way leaves the store as it was.

    `whole` says that every file of the tree was looked at.
    """
    head = journal.get_head(connection)
    now = max(now, head.published_at or now)  # dates go with the order, if the clock does not
    values = site.get_values(connection)
    redefined = any(values.get(name) != text for name, text in definitions.texts.items())
    if redefined or site.BASE_URL not in values:
        made, known = _with_retagged(connection, made, known, definitions)
        standing.align(connection, definitions)
    made = replace(made, steps=(*made.steps, *_due(connection, made, definitions, now)))
    reach("planned")
    stored = feeds.list_feeds(connection)
    done = apply.apply(
        connection,
        made,
        definitions=definitions,
        known=known.stored,
        stored_feeds=stored,
        seq=head.seq,
        now=now,
    )
    if redefined:
        standing.refuse_loss(connection, definitions)
    pulling.catch_up(connection, definitions, values)
    reach("applied")
    everything = redefined or values.get(site.RENDERED) != refresh.rendered_with(definitions)
    keys = {feed.key for feed in definitions.feeds} if everything else done.feeds
    generation = head.generation + 1
    changed = refresh.refresh(
        connection, definitions, keys, stored=stored, generation=generation, now=now
    )
    if everything:
        changed += refresh.refresh_lists(connection, definitions, generation=generation, now=now)
        site.put_definitions(connection, definitions)
    reach("rendered")
    moved = bool(changed or done.changes or everything)
    _mark(connection, values, definitions, whole=whole, changed_at=now if moved else None)
    generation = generation if moved else head.generation
    seq = head.seq + len(done.changes)
    journal.put_head(connection, seq=seq, generation=generation, at=now)
    reach("written")
    return Outcome(
        steps=made.steps,
        changes=tuple(done.changes),
        documents=tuple(changed),
        problems=made.problems,
        generation=generation,
        seq=seq,
    )


def _mark(
    connection: Connection,
    values: dict[str, str],
    definitions: Definitions,
    *,
    whole: bool,
    changed_at: datetime | None,
) -> None:
    """Note with what the documents were rendered and the tree read, and when readers had news."""
    marks = {
        site.RENDERED: refresh.rendered_with(definitions),
        site.RECORDS: record.RENDERER,
    }
    read = read_with(definitions)
    if whole or values.get(site.READ_WITH) != read:
        # what only part of the tree was read with is nothing to rely on, even if it comes back
        marks[site.READ_WITH] = read if whole else ""
    if changed_at is not None:
        marks[site.CHANGED_AT] = instants.write(changed_at)
    if values != values | marks:
        site.put_values(connection, marks)


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


def _due(
    connection: Connection, made: Plan, definitions: Definitions, now: datetime
) -> tuple[Step, ...]:
    """Return the scheduled summaries whose date has come, unless their files were just read."""
    planned = {step.summary.id for step in made.steps}
    due = (one for one in scheduled.list_due(connection, now) if one.id not in planned)
    return tuple(
        Step(
            act="publish",
            # its topics may have got other names while it waited
            summary=replace(one.text, topics=standing.present_topics(one.text, definitions)),
            path=one.path,
        )
        for one in due
    )


def read_with(definitions: Definitions) -> str:
    """Return a digest of all that reading a file depends on, besides the file.

    When it changes, a publish of the whole tree reads every file again.
    """
    return identity.fingerprint(
        POLICY,
        definitions.network.author,
        *(f"{topic.slug} {' '.join(topic.former)}" for topic in definitions.topics),
        "",
        *(kind.slug for kind in definitions.kinds),
    )
