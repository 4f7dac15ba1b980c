"""How dates, numbers and reasons are written for people. Jinja filters; pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from syndicate.model import Finding, Summary, WithdrawalReason

REASONS: Final[dict[WithdrawalReason, str]] = {
    "retracted": "the article it summarises was retracted",
    "error": "it was in error",
    "superseded": "a newer summary takes its place",
    "duplicate": "it was published twice",
    "legal": "legal reasons",
    "other": "the note below says why",
}


def month(date: datetime) -> str:
    """`April 2021`, in English whatever the process's locale is."""
    return f"{_MONTHS[date.month - 1]} {date.year}"


def day(date: datetime) -> str:
    """`1 April 2021`."""
    return f"{date.day} {month(date)}"


def machine(date: datetime) -> str:
    """Write a date for the `datetime` attribute."""
    return date.strftime("%Y-%m-%dT%H:%M:%SZ")


def dated(summary: Summary) -> str:
    """Write a summary's date as far as it is known: some are known to the month."""
    assert summary.published is not None
    return month(summary.published) if summary.month_only else day(summary.published)


def number(text: str | None) -> str:
    """Write a decimal with a real minus sign; its digits stay as they were given."""
    return (text or "").replace("-", "−")


def interval(finding: Finding) -> str:
    """`−0.55 to −0.27`, or `SE 0.10` where that stands for it."""
    if finding.interval:
        text = " to ".join(map(number, finding.interval))
        return text if finding.level == "95" else f"{text} ({finding.level}%)"
    return f"SE {number(finding.se)}" if finding.se else ""


def columns(findings: Sequence[Finding]) -> list[str]:
    """Return the optional columns that a table of these findings needs."""
    present = {
        "95% CI": any(f.interval or f.se for f in findings),
        "p": any(f.p for f in findings),
        "k": any(f.k is not None for f in findings),
        "N": any(f.n is not None for f in findings),
    }
    return [name for name, needed in present.items() if needed]


def cell(finding: Finding, column: str) -> str:
    """Return what a finding has in one of those columns."""
    match column:
        case "95% CI":
            return interval(finding)
        case "p":
            return number(finding.p)
        case "k":
            return "" if finding.k is None else f"{finding.k:,}"
        case _:
            return "" if finding.n is None else f"{finding.n:,}"


def plural(count: int, one: str, many: str) -> str:
    """`1 summary`, `2 summaries`."""
    return f"{count:,} {one if count == 1 else many}"


_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
FILTERS: Final = {
    "cell": cell,
    "columns": columns,
    "dated": dated,
    "day": day,
    "machine": machine,
    "month": month,
    "number": number,
    "plural": plural,
}
