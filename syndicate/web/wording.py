"""How the numbers of findings and machine-readable dates are written. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from syndicate.model import Finding


def machine(date: datetime) -> str:
    """Write a date for the `datetime` attribute."""
    return date.strftime("%Y-%m-%dT%H:%M:%SZ")


def number(text: str | None) -> str:
    """Write a decimal with a real minus sign; its digits stay as they were given."""
    return (text or "").replace("-", "−")


def interval(finding: Finding) -> str:
    """`−0.55 to −0.27`, or `SE 0.10` where that stands for it."""
    if finding.interval:
        text = " to ".join(map(number, finding.interval))
        return text if finding.level == "95" else f"{text} ({finding.level}%)"
    return f"SE {number(finding.se)}" if finding.se else ""


def value(finding: Finding) -> str:
    """`r = −0.42`."""
    return f"{finding.measure} = {number(finding.value)}"


def _whole(count: int | None) -> str:
    return "" if count is None else f"{count:,}"


@dataclass(frozen=True, slots=True)
class Table:
    """Findings as a table: the titles of its columns, and the cells of each row."""

    columns: Sequence[str]
    rows: Sequence[tuple[Finding, Sequence[str]]]


def table(findings: Sequence[Finding], say: Callable[[str], str]) -> Table:
    """Return the table of these findings; a column that would be empty is left out."""
    cells: dict[str, Callable[[Finding], str]] = {
        say("Value"): value,
        say("95% CI"): interval,
        "p": lambda finding: number(finding.p),
        "k": lambda finding: _whole(finding.k),
        "N": lambda finding: _whole(finding.n),
    }
    columns = [title for title, write in cells.items() if any(map(write, findings))]
    return Table(columns, [(one, [cells[title](one) for title in columns]) for one in findings])
