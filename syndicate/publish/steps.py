"""What a plan is made of: steps, in parts that are small enough to be held."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal, TypeGuard

from syndicate.errors import Problem
from syndicate.model import Form, Op, Summary, SummaryId
from syndicate.publish.register import Digests
from syndicate.publish.spool import Spool
from syndicate.store.files import SeenFile
from syndicate.store.summaries import Stored

PART = 25
"""So many summaries are planned and written at a time: it is their texts that take memory."""

Act = Op | Literal["schedule", "unschedule", "move", "keep"]


WORDS: Final = {
    "publish": "new",
    "correct": "corrected",
    "edit": "cosmetic",
    "withdraw": "withdrawn",
    "restore": "restored",
    "schedule": "scheduled",
    "unschedule": "unscheduled",
    "move": "renamed",
}


def is_change(act: Act) -> TypeGuard[Op]:
    """Tell whether readers and partners hear of it: it then has a row in the journal."""
    return act not in ("schedule", "unschedule", "move", "keep")


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """What is told of a summary without its text."""

    id: SummaryId
    slug: str
    title: str
    form: Form
    topics: tuple[str, ...]
    kind: str | None
    published: datetime | None


def heading(summary: Summary) -> Heading:
    return Heading(**{name: getattr(summary, name) for name in Heading.__slots__})


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing to do. `stored` is the row of a published summary, `before` its text."""

    act: Act
    summary: Summary
    path: str
    stored: Stored | None = None
    before: Summary | None = None
    was_waiting: bool = False  # it stands among the scheduled


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A step as it is told: light enough for a hundred thousand of them."""

    act: Act
    summary: Heading
    path: str
    before: Heading | None = None

    @property
    def word(self) -> str:
        """What is done to the summary, in the words of the documents."""
        if self.act == "edit" and self.before and self.before.slug != self.summary.slug:
            return "renamed"
        return WORDS[self.act]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What to do to some files, and what to remember of them."""

    steps: tuple[Step, ...] = ()
    seen: tuple[SeenFile, ...] = ()
    forgotten: tuple[str, ...] = ()


@dataclass(slots=True)
class Plan:
    """All that a publish is to do. It may concern every file, so it is gone through by parts."""

    parts: Spool[Part] = field(default_factory=lambda: Spool(held=1))
    told: Spool[Told] = field(default_factory=Spool)
    problems: list[Problem] = field(default_factory=list)
    warnings: Spool[Problem] = field(default_factory=Spool)
    given_up: dict[SummaryId, str] = field(default_factory=dict)  # slugs that others may take
    waiting: list[SummaryId] = field(default_factory=list)  # no longer as they were scheduled
    _ids: Digests = field(default_factory=Digests)

    def add(self, part: Part) -> None:
        """Take a further part; its steps concern summaries that no other part does."""
        self.parts.append(part)
        for step in part.steps:
            self._ids.add(step.summary.id)
            self.told.append(_told(step))
            if step.was_waiting:
                self.waiting.append(step.summary.id)
            if is_change(step.act) and step.stored and step.stored.slug != step.summary.slug:
                self.given_up[step.stored.id] = step.stored.slug

    def concerns(self, id: SummaryId) -> bool:
        """Tell whether a step changes this summary."""
        return id in self._ids


def _told(step: Step) -> Told:
    return Told(
        act=step.act,
        summary=heading(step.summary),
        path=step.path,
        before=heading(step.before) if step.before else None,
    )
