"""Prints what a publish did, or would do: for a person, or as JSON."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from itertools import starmap
from typing import TYPE_CHECKING, Any, Final

import click

from syndicate.cli import colours

if TYPE_CHECKING:
    from syndicate.errors import Problem
    from syndicate.publish import Outcome
    from syndicate.publish.audience import Arrivals
    from syndicate.publish.steps import Told

AT_MOST: Final = 40
"""So many lines of one kind; a first publish of ten thousand files is no news one by one."""

MANY_FEEDS: Final = 8
"""From so many feeds on to which the same happens, one line tells of all."""


def status(outcome: Outcome) -> int:
    """Return the exit status: 1 where a file was refused."""
    return 1 if outcome.problems else 0


def show(outcome: Outcome, *, as_json: bool = False) -> None:
    """Print an outcome to stdout and what is wrong with files to stderr."""
    for problem in (*outcome.problems, *outcome.warnings):
        click.echo(_marked(problem, colour=colours.is_wanted(sys.stderr)), err=True)
    if as_json:
        click.echo(json.dumps(to_json(outcome), ensure_ascii=False, indent=2))
    else:
        click.echo("\n".join(_lines(outcome, colour=colours.is_wanted())))


def _marked(problem: Problem, *, colour: bool) -> str:
    place, colon, rest = str(problem).partition(": ")
    mark = "" if problem.severity == "error" else "warning: "
    place = colours.of_problem(place, problem.severity, wanted=colour)
    return f"{place}{colon}{mark}{rest}"


def _lines(outcome: Outcome, *, colour: bool) -> Iterator[str]:
    counts = Counter(step.word for step in outcome.steps)
    shown: Counter[str] = Counter()
    for step in outcome.steps:
        shown[step.word] += 1
        if shown[step.word] <= AT_MOST:
            yield _line(step, colour=colour)
    for name, count in counts.items():
        if count > AT_MOST:
            act = colours.of_act(f"{name:<11}", wanted=colour)
            yield f"{act}  … and {count - AT_MOST:,} more"
    told = [f"{count:,} {name}" for name, count in counts.items()]
    if changed := len(outcome.documents):
        told.append(f"{changed:,} {'document' if changed == 1 else 'documents'} changed")
    if outcome.problems:
        told.append(f"{len({p.path for p in outcome.problems}):,} refused")
    yield ", ".join(told) or "nothing has changed"
    if outcome.feeds:
        yield "Subscribers of these feeds would get:"
        yield from _feeds(outcome.feeds)


def _feeds(reached: Arrivals) -> Iterator[str]:
    """Yield a line for each feed, as in `topics/empathy: 1 new, 1 leaves`; one for many alike."""
    told = {key: ", ".join(starmap(_event, events.items())) for key, events in reached.items()}
    alike = Counter(told.values())
    many = {text for text, count in alike.items() if count > MANY_FEEDS}
    shown = [(key, text) for key, text in told.items() if text not in many]
    shown += [(f"{alike[text]:,} feeds", text) for text in sorted(many)]
    width = max(len(key) for key, _ in shown)
    yield from (f"  {key:<{width}}  {text}" for key, text in shown)


def _event(what: str, slugs: Collection[str]) -> str:
    return f"{len(slugs):,} {what}" if slugs else what


def _line(step: Told, *, colour: bool) -> str:
    summary = step.summary
    slug = summary.slug
    if step.before and step.before.slug != slug:
        slug = f"{step.before.slug} → {slug}"
    when = ""
    if step.act == "schedule" and summary.published:
        when = f" ({summary.published:%Y-%m-%d %H:%M} UTC)"
    act = colours.of_act(f"{step.word:<11}", wanted=colour)
    return f"{act}  {slug}{when}: {summary.title}"


def to_json(outcome: Outcome) -> dict[str, Any]:
    """Return an outcome of JSON's own types; docs/operators.md describes it."""
    return {
        "seq": outcome.seq,
        "generation": outcome.generation,
        "summaries": [
            {
                "what": step.word,
                "slug": step.summary.slug,
                "id": step.summary.id,
                "title": step.summary.title,
                "path": step.path,
            }
            for step in outcome.steps
        ],
        "documents": list(outcome.documents),
        "feeds": outcome.feeds,
        "errors": _problems(outcome.problems),
        "warnings": _problems(outcome.warnings),
    }


def _problems(problems: Iterable[Problem]) -> list[dict[str, Any]]:
    keys = ("path", "line", "message", "remedy")
    return [{key: getattr(problem, key) for key in keys} for problem in problems]
