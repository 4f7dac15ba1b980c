"""`syndicate check`: every error of every file of a site, and of the files against each other.

Reads and parses every file, on all cores where that pays. Publishes nothing and asks no store.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path, PurePosixPath

from syndicate.definitions import Definitions, doubts
from syndicate.editorial import parallel, tree
from syndicate.editorial.clashes import Claim, claim_of, clashes
from syndicate.editorial.summary import parse
from syndicate.errors import ContentError, Problem

Progress = Callable[[int, int], None]
"""(files checked, files in all)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What is wrong with a site, sorted by place."""

    files: int
    problems: tuple[Problem, ...]

    @property
    def errors(self) -> int:
        return sum(problem.severity == "error" for problem in self.problems)

    @property
    def warnings(self) -> int:
        return len(self.problems) - self.errors


@dataclass(frozen=True, slots=True, kw_only=True)
class _Checked:
    """What is kept of one file, small enough to hand between processes."""

    claim: Claim
    problems: tuple[Problem, ...]
    replaced_by: str | None = None
    replaced_by_line: int = 0


def check(
    site: Path,
    definitions: Definitions,
    *,
    processes: int | None = None,
    progress: Progress | None = None,
) -> Report:
    """Read every file of `site` and return all that is wrong.

    `processes` is the number of processes, by default one per core.
    """
    return Checking(site, definitions).everything(processes=processes, progress=progress)


class Checking:
    """Checks a site, and then again what was saved: the other files are not read once more."""

    def __init__(self, site: Path, definitions: Definitions) -> None:
        self._site = site
        self._definitions = definitions
        self._doubts = doubts(definitions.texts)
        self._checked: dict[str, _Checked] = {}
        self._passed_over: dict[str, Problem] = {}

    def everything(
        self, *, processes: int | None = None, progress: Progress | None = None
    ) -> Report:
        """Read every file."""
        paths = []
        for found in chain(tree.misplaced(self._site), tree.walk(self._site)):
            if isinstance(found, Problem):
                self._passed_over[found.path] = found
            else:
                paths.append(found.path)
        work = partial(_check_one, self._site, self._definitions)
        each = parallel.each(work, paths, processes=processes)
        for done, (path, one) in enumerate(zip(paths, each, strict=True), 1):
            self._checked[path] = one
            if progress is not None:
                progress(done, len(paths))
        return self._report()

    def again(self, paths: Iterable[str]) -> Report:
        """Read these files as they are now; those that are gone are no longer told of."""
        for path in paths:
            self._checked.pop(path, None)
            self._passed_over.pop(path, None)
            found = tree.find(self._site, path)
            if isinstance(found, Problem):
                self._passed_over[path] = found
            elif found is not None:
                self._checked[path] = _check_one(self._site, self._definitions, path)
        return self._report()

    def _report(self) -> Report:
        checked = [self._checked[path] for path in sorted(self._checked)]
        problems = [*self._doubts, *self._passed_over.values()]
        problems += (problem for one in checked for problem in one.problems)
        problems += clashes(one.claim for one in checked)
        problems += _unknown_replacements(checked)
        return Report(files=len(checked), problems=tuple(sorted(problems)))


def _check_one(site: Path, definitions: Definitions, path: str) -> _Checked:
    try:
        parsed = parse(path, tree.load(site, path), definitions)
    except ContentError as error:  # its name is all that can be relied on
        slug = PurePosixPath(path).stem
        return _Checked(claim=Claim(path=path, id="", slug=slug), problems=error.problems)
    withdrawn = parsed.summary.withdrawn
    return _Checked(
        claim=claim_of(path, parsed),
        problems=parsed.warnings,
        replaced_by=withdrawn.replaced_by if withdrawn else None,
        replaced_by_line=parsed.lines.get("withdrawn.replaced_by", 0),
    )


def _unknown_replacements(checked: list[_Checked]) -> Iterator[Problem]:
    slugs = {one.claim.slug for one in checked}
    for one in checked:
        if one.replaced_by and one.replaced_by not in slugs:
            message = f"`replaced_by`: there is no summary {one.replaced_by!r}"
            remedy = "write the slug of the summary to read instead: its file name without .md"
            line = one.replaced_by_line
            yield Problem(one.claim.path, line, message, remedy, "warning")


def render_text(report: Report) -> str:
    """Return a line for each problem, and the counts."""
    lines = [str(_marked(problem)) for problem in report.problems]
    counts = ", ".join(
        f"{count} {word if count == 1 else word + 's'}"
        for count, word in (
            (report.files, "file"),
            (report.errors, "error"),
            (report.warnings, "warning"),
        )
    )
    return "\n".join([*lines, counts]) + "\n"


def _marked(problem: Problem) -> Problem:
    if problem.severity == "error":
        return problem
    message = f"warning: {problem.message}"
    return Problem(problem.path, problem.line, message, problem.remedy, "warning")


def render_json(report: Report) -> str:
    """Return a JSON list of {path, line, severity, message, remedy}; line 0 is the whole file."""
    keys = ("path", "line", "severity", "message", "remedy")
    problems = [{key: getattr(problem, key) for key in keys} for problem in report.problems]
    return json.dumps(problems, ensure_ascii=False, indent=2) + "\n"


def render_github(report: Report) -> str:
    """Return GitHub's workflow commands, which it shows beside the lines of a change."""
    return "".join(f"{_annotation(problem)}\n" for problem in report.problems)


def _annotation(problem: Problem) -> str:
    place = f"file={_property(problem.path)}"
    if problem.line:
        place += f",line={problem.line}"
    text = f"{problem.message}; {problem.remedy}" if problem.remedy else problem.message
    return f"::{problem.severity} {place}::{_data(text)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
