"""The one transaction of a publish: everything that readers see after it, or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from syndicate.definitions import Definitions
from syndicate.documents import identity, record
from syndicate.editorial.policy import POLICY
from syndicate.errors import Problem
from syndicate.model import Change
from syndicate.publish import indexing, pulling, refresh, standing, steps
from syndicate.publish.apply import Writer
from syndicate.publish.audience import Arrivals
from syndicate.publish.failpoints import reach
from syndicate.publish.spool import Spool
from syndicate.publish.steps import Part, Plan, Step, Told
from syndicate.store import instants, journal, scheduled, site
from syndicate.store.batches import batches
from syndicate.store.engine import Connection
from syndicate.store.journal import Head


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a publish did, or (`diff`) would do."""

    steps: Spool[Told]
    changes: Spool[Change] = field(default_factory=Spool)
    documents: tuple[str, ...] = ()  # paths whose bytes changed
    feeds: Arrivals = field(default_factory=dict)  # what reaches whom, as `diff` tells it
    problems: tuple[Problem, ...] = ()
    warnings: Spool[Problem] = field(default_factory=Spool)
    generation: int = 0
    seq: int = 0


def write(
    connection: Connection,
    plan: Plan,
    definitions: Definitions,
    head: Head,
    now: datetime,
    *,
    whole: bool = False,
) -> Outcome:
    """Write everything a publish writes. Whoever dies on the way leaves the store as it was.

    `head` is where the store stands; `whole` says that every file of the tree was looked at.
    """
    now = max(now, head.published_at or now)  # dates go with the order, if the clock does not
    values = site.get_values(connection)
    redefined = is_redefined(values, definitions)
    _add_what_follows(connection, plan, definitions, now, redefined=redefined)
    reach("planned")
    writer = Writer(connection, definitions, seq=head.seq, now=now)
    writer.write(plan)
    if redefined:
        standing.refuse_loss(connection, definitions)
    pulling.catch_up(connection, definitions, values)
    indexing.catch_up(connection, values)
    reach("applied")
    marks = {
        site.RENDERED: refresh.rendered_with(definitions),
        site.RECORDS: record.RENDERER,
        site.INDEXED: indexing.INDEXED,
    }
    everything = redefined or values.get(site.RENDERED) != marks[site.RENDERED]
    generation = head.generation + 1
    changed = _render(connection, definitions, writer, generation, now, everything=everything)
    reach("rendered")
    if changed or writer.changes or everything:
        marks[site.CHANGED_AT] = instants.write(now)
    else:
        generation = head.generation
    _mark(connection, values, marks, read_with(definitions), whole=whole)
    journal.put_head(connection, seq=writer.seq, generation=generation, at=now)
    reach("written")
    return Outcome(
        steps=plan.told,
        changes=writer.changes,
        documents=tuple(changed),
        problems=tuple(plan.problems),
        warnings=plan.warnings,
        generation=generation,
        seq=writer.seq,
    )


def _render(
    connection: Connection,
    definitions: Definitions,
    writer: Writer,
    generation: int,
    now: datetime,
    *,
    everything: bool,
) -> list[str]:
    """Render the documents of the feeds concerned, or of all; return the paths that changed."""
    changed = refresh.refresh(
        connection,
        definitions,
        {feed.key for feed in definitions.feeds} if everything else writer.feeds,
        stored=writer.places.feeds,
        texts=writer.texts,
        generation=generation,
        now=now,
    )
    if everything:
        changed += refresh.refresh_lists(connection, definitions, generation=generation, now=now)
        site.put_definitions(connection, definitions)
    return changed


def _add_what_follows(
    connection: Connection, plan: Plan, definitions: Definitions, now: datetime, *, redefined: bool
) -> None:
    """Add to the plan what no file has asked for: what definitions and the clock bring about."""
    if redefined:
        _add_retagged(connection, plan, definitions)
        standing.align(connection, definitions)
    _add_due(connection, plan, definitions, now)


def is_redefined(values: Mapping[str, str], definitions: Definitions) -> bool:
    """Tell whether feeds/ says another thing than the `values` of the last publish."""
    return any(values.get(name) != text for name, text in definitions.texts.items())


def _mark(
    connection: Connection,
    values: dict[str, str],
    marks: dict[str, str],
    read: str,
    *,
    whole: bool,
) -> None:
    """Note with what the documents were rendered and the tree read, and when readers had news."""
    if whole or values.get(site.READ_WITH) != read:
        # what only part of the tree was read with is nothing to rely on, even if it comes back
        marks[site.READ_WITH] = read if whole else ""
    if values != values | marks:
        site.put_values(connection, marks)


def _add_retagged(connection: Connection, plan: Plan, definitions: Definitions) -> None:
    """Add the edits that a renamed or merged topic asks for."""
    edits = standing.retagged(connection, definitions)
    for part in batches((step for step in edits if not plan.concerns(step.summary.id)), steps.PART):
        plan.add(Part(steps=tuple(part)))


def _add_due(connection: Connection, plan: Plan, definitions: Definitions, now: datetime) -> None:
    """Add the scheduled summaries whose date has come, unless their files were just read."""
    due = [one for one in scheduled.list_due(connection, now) if not plan.concerns(one.id)]
    for waiting in batches(due, steps.PART):
        published = tuple(
            Step(
                act="publish",
                # its topics may have got other names while it waited
                summary=replace(one.text, topics=definitions.present_topics(one.text.topics)),
                path=one.path,
                was_waiting=True,
            )
            for one in waiting
        )
        plan.add(Part(steps=published))


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
