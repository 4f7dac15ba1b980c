"""What a change to a published summary may not be: the promises that readers were given.

Pure. Each refusal names the file, the line and the remedy.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from syndicate.editorial.file import Parsed
from syndicate.editorial.numbers import summary_numbers
from syndicate.editorial.tree import Source
from syndicate.errors import Problem
from syndicate.model import Summary
from syndicate.store.files import SeenFile

_FAR: Final = timedelta(days=366)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A file as it was read."""

    parsed: Parsed
    seen: SeenFile

    @property
    def summary(self) -> Summary:
        return self.parsed.summary

    @property
    def path(self) -> str:
        return self.seen.path

    @property
    def source(self) -> Source:
        seen = self.seen
        return Source(path=seen.path, size=seen.size, mtime_ns=seen.mtime_ns, inode=seen.inode)

    def problem(self, key: str, message: str, remedy: str) -> Problem:
        return Problem(self.path, self.parsed.lines.get(key, 1), message, remedy)


def find_future(found: Found, now: datetime) -> Problem | None:
    """Return what is wrong with a correction, edit or withdrawal dated after `now`."""
    summary = found.summary
    dates = [("corrections", correction.date) for correction in summary.corrections]
    dates += [("minor_edits", edit.date) for edit in summary.minor_edits]
    dates += [("withdrawn", summary.withdrawn.date)] if summary.withdrawn else []
    begins = summary.published if summary.state(now) == "scheduled" else None
    for key, date in dates:
        if date > max(now, begins or now):
            told = f"the date {date:%Y-%m-%dT%H:%M:%SZ} of {key} lies in the future"
            return found.problem(key, told, f"write {now:%Y-%m-%dT%H:%M:%SZ} or earlier")
    return None


def find_doubt(found: Found, now: datetime) -> Problem | None:
    """Warn of a summary that is to go out so late that its year may be a slip."""
    published = found.summary.published
    if found.summary.state(now) != "scheduled" or published is None or published < now + _FAR:
        return None
    told = f"this goes out on {published:%Y-%m-%d}, more than a year from now"
    remedy = f"if {published:%Y} is a slip, write the year that you mean"
    return dataclasses.replace(found.problem("published", told, remedy), severity="warning")


def find_refusal(found: Found, summary: Summary, before: Summary) -> Problem | None:
    """Return what a change to a published summary may not be."""
    assert before.published is not None
    if summary.draft:
        return found.problem(
            "draft",
            "this summary is published and cannot become a draft again",
            f"take it back with `syndicate withdraw {before.slug} --reason …`",
        )
    if summary.published != before.published:
        return found.problem(
            "published",
            "the date of first publication never changes",
            f"write published: {before.published:%Y-%m-%dT%H:%M:%SZ}",
        )
    missing = [c for c in before.corrections if c.date not in {d.date for d in summary.corrections}]
    if missing:
        return found.problem(
            "corrections",
            f"the correction of {missing[0].date:%Y-%m-%dT%H:%M:%SZ} is no longer here",
            "readers were told of it: put it back",
        )
    return (
        _untimely(found, summary, before)
        or _unreached(found, summary, before)
        or _not_restored(found, summary, before)
        or _unexplained(found, summary, before)
    )


def _unreached(found: Found, summary: Summary, before: Summary) -> Problem | None:
    """Refuse a new correction that is not the newest: `updated` would not move."""
    old = {correction.date for correction in before.corrections}
    new = [correction for correction in summary.corrections if correction.date not in old]
    assert before.updated is not None
    late = [correction for correction in new if correction.date <= before.updated]
    if not late:
        return None
    return found.problem(
        "corrections",
        f"the correction of {late[0].date:%Y-%m-%dT%H:%M:%SZ} is older than what readers have",
        f"give it a date after {before.updated:%Y-%m-%dT%H:%M:%SZ}",
    )


def _untimely(found: Found, summary: Summary, before: Summary) -> Problem | None:
    """Refuse a withdrawal older than the entry (RFC 6721, section 3), or whose date moves.

    It does not move where the summary came back meanwhile: as after a backup was put back.
    """
    if summary.withdrawn is None:
        return None
    if before.withdrawn and not _same_or_again(before.withdrawn.date, summary):
        return found.problem(
            "withdrawn",
            "the date of a withdrawal never changes",
            f"write date: {before.withdrawn.date:%Y-%m-%dT%H:%M:%SZ}",
        )
    newest = max(filter(None, (summary.updated, before.updated)))
    if summary.withdrawn.date >= newest:
        return None
    return found.problem(
        "withdrawn",
        "this withdrawal is older than the summary, so readers would keep it",
        f"give it the date {newest:%Y-%m-%dT%H:%M:%SZ} or a later one",
    )


def _same_or_again(withdrawn: datetime, summary: Summary) -> bool:
    """Tell whether a summary's withdrawal is the one of that date, or one after it came back."""
    assert summary.withdrawn is not None
    again = summary.withdrawn.date
    back = any(withdrawn < correction.date <= again for correction in summary.corrections)
    return again == withdrawn or back


def _not_restored(found: Found, summary: Summary, before: Summary) -> Problem | None:
    """Refuse a restored entry that is not newer than its tombstone (RFC 6721, section 3)."""
    if summary.withdrawn or not before.withdrawn:
        return None
    assert summary.updated is not None
    if summary.updated > before.withdrawn.date:
        return None
    return found.problem(
        "corrections",
        "a summary that was withdrawn comes back only with a correction that says so",
        f"run `syndicate restore {before.slug}`, or add a correction dated after "
        f"{before.withdrawn.date:%Y-%m-%dT%H:%M:%SZ}",
    )


def _unexplained(found: Found, summary: Summary, before: Summary) -> Problem | None:
    """Refuse a change of title, citation, finding or number that nothing accounts for."""
    explained = len(summary.corrections) > len(before.corrections) or any(
        edit not in before.minor_edits for edit in summary.minor_edits
    )
    touched = _touched(found, summary, before)
    if explained or not touched or summary.withdrawn:
        return None
    what, line = touched
    return Problem(
        found.path,
        line,
        f"{what} since this was published",
        "add an entry to `corrections` (readers are told) or to `minor_edits` (they are not)",
    )


def _touched(found: Found, summary: Summary, before: Summary) -> tuple[str, int] | None:
    """Return what has changed and on which line, as far as a change must be explained."""
    lines = found.parsed.lines
    for key in ("title", "citation", "findings"):
        if getattr(summary, key) != getattr(before, key):
            what = "a finding" if key == "findings" else f"the {key}"
            return f"{what} has changed", lines.get(key, 1)
    numbers = Counter(summary_numbers(summary))
    old = Counter(summary_numbers(before))
    for number in sorted(numbers - old):
        line, written = found.parsed.numbers.get(number, (lines.get("", 1), number))
        return f"the number {written} has come into the text", line
    for number in sorted(old - numbers):
        return f"the number {number} has gone from the text", lines.get("", 1)
    return None
