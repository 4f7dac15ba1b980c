"""What an import did with every entry: written, already here, left out, and what was lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

Outcome = Literal["written", "draft", "already here", "left out", "not published"]
_OUTCOMES: Final[dict[Outcome, str]] = {
    "written": "written",
    "draft": "written as drafts: each needs an editor",
    "already here": "already here, left alone",
    "left out": "left out",
    "not published": "not published where they came from, left out",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What became of one entry. `path` is where its file is; empty when it has none."""

    outcome: Outcome
    title: str
    id: str
    path: str = ""
    needs: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What became of a whole feed or export. `remarks` are about the source itself."""

    source: str
    lines: Sequence[Line]
    remarks: tuple[str, ...] = ()
    dry_run: bool = False

    @property
    def counts(self) -> dict[Outcome, int]:
        """Return how many entries had each outcome; together they are all entries."""
        counted = Counter(line.outcome for line in self.lines)
        return {outcome: counted[outcome] for outcome in _OUTCOMES}

    def render_text(self) -> str:
        """Return the report for a person: counts first, then each entry that has news."""
        return "\n".join((*self._summary(), *(row for line in self.lines for row in _rows(line))))

    def _summary(self) -> Iterator[str]:
        yield f"{self.source}: {len(self.lines)} entries"
        if self.dry_run:
            yield "  (a trial run: nothing was written)"
        yield from (f"  {remark}" for remark in self.remarks)
        for outcome, count in self.counts.items():
            if count:
                yield f"  {count:5} {_OUTCOMES[outcome]}"

    def to_json(self) -> dict[str, Any]:
        """Return the report for a machine, of JSON's own types."""
        return {
            "source": self.source,
            "dry_run": self.dry_run,
            "remarks": list(self.remarks),
            "counts": dict(self.counts),
            "entries": [
                {
                    "outcome": line.outcome,
                    "title": line.title,
                    "id": line.id,
                    "path": line.path,
                    "needs": list(line.needs),
                    "dropped": list(line.dropped),
                }
                for line in self.lines
            ],
        }


def _rows(line: Line) -> Iterator[str]:
    if line.outcome == "already here":
        return
    yield f"{line.path or line.title or line.id}: {line.outcome}"
    if line.needs:
        yield f"    needs: {'; '.join(line.needs)}"
    yield from (f"    lost or guessed: {name}" for name in line.dropped)
