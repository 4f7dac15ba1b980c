"""Takes measurements so that a noisy machine does not decide: interleaved rounds, medians, ratios.

Every case runs once in every round, in an order that turns from round to round, and a ratio is
taken within a round, between neighbours. Wall time and CPU time stand side by side: where they
disagree, the machine was busy with something else.
"""

from __future__ import annotations

import contextlib
import os
import re
import statistics
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One measurement: seconds on the clock and on the CPU; `peak` is resident bytes, if known."""

    wall: float
    cpu: float
    peak: int = 0

    def of(self, unit: Unit) -> float:
        return self.wall if unit == "wall" else self.cpu


BYTECODE: Final = {
    "PYTHONDONTWRITEBYTECODE": "",
    "PYTHONPYCACHEPREFIX": str(Path(__file__).resolve().parents[1] / "build" / "bench" / "pycache"),
}
"""For each Python started: its modules are compiled once, as after any usual installation."""

Case = Callable[[int], Sample]
"""Measures once; it gets the round's number, so that it can make what it needs anew."""

Unit = Literal["wall", "cpu"]


@dataclass(frozen=True, slots=True)
class Samples:
    """What one case took, round by round."""

    rounds: Sequence[Sample]

    def median(self, unit: Unit) -> float:
        return statistics.median(sample.of(unit) for sample in self.rounds)

    def spread(self, unit: Unit) -> tuple[float, float]:
        """Return the lower and upper quartile."""
        values = [sample.of(unit) for sample in self.rounds]
        low, _, high = statistics.quantiles(values, n=4, method="inclusive")
        return low, high

    @property
    def peak(self) -> int:
        return max(sample.peak for sample in self.rounds)

    def over(self, other: Samples, unit: Unit) -> float:
        """Return the median, over the rounds, of this divided by `other`."""
        pairs = zip(self.rounds, other.rounds, strict=True)
        return statistics.median(a.of(unit) / b.of(unit) for a, b in pairs)


def interleave(cases: Mapping[str, Case], rounds: int) -> dict[str, Samples]:
    """Measure each case once a round, after one round that does not count."""
    for case in cases.values():
        case(0)
    taken: dict[str, list[Sample]] = {name: [] for name in cases}
    for number in range(1, rounds + 1):
        names = list(cases)
        turned = names[number % len(names) :] + names[: number % len(names)]
        for name in turned:
            taken[name].append(cases[name](number))
    return {name: Samples(samples) for name, samples in taken.items()}


def timed(action: Callable[[], object]) -> Sample:
    """Measure a call in this process."""
    cpu, wall = time.process_time(), time.perf_counter()
    action()
    return Sample(wall=time.perf_counter() - wall, cpu=time.process_time() - cpu)


def ran(
    command: Sequence[str | Path],
    *,
    environment: Mapping[str, str] | None = None,
    peak: bool = False,
) -> Sample:
    """Measure a whole process with the processes that it waits for; its output is thrown away.

    `peak` asks for the process's own peak memory, looked at while it runs: what the system reports
    at its end would count the memory of this process too, out of which it was started.
    """
    wall = time.perf_counter()
    with subprocess.Popen(
        command,
        env={**os.environ, **BYTECODE, **(environment or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stderr is not None
        watcher = _PeakWatch(process.pid) if peak else None
        errors = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - wall
    if process.returncode != 0:
        raise RuntimeError(f"{command} ended with {process.returncode}:\n{errors.decode()[-2000:]}")
    most = watcher.close() if watcher else 0
    return Sample(wall=wall, cpu=usage.ru_utime + usage.ru_stime, peak=most)


class _PeakWatch:
    """Looks, fifty times a second, at the most memory that a process has had (proc(5), VmHWM)."""

    def __init__(self, pid: int) -> None:
        self._status = Path(f"/proc/{pid}/status")
        self._most = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def _look(self) -> None:
        while not self._ended.wait(0.02):
            with contextlib.suppress(OSError):
                found = re.search(r"VmHWM:\s+(\d+) kB", self._status.read_text())
                self._most = max(self._most, int(found[1]) * 1024 if found else 0)

    def close(self) -> int:
        """Return the most bytes."""
        self._ended.set()
        self._thread.join()
        return self._most


# Printing --------------------------------------------------------------------------------------


@dataclass(slots=True)
class Table:
    """Rows of one measure: each case beside the one that it is compared with."""

    title: str
    rows: list[tuple[str, ...]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(
        self,
        name: str,
        samples: Samples,
        over: Samples | None = None,
        *,
        goal: str = "",
        inverse: bool = False,
    ) -> None:
        """Add a case; `inverse` tells how many times faster it is than `over`, not slower."""
        low, high = samples.spread("wall")
        ratios = ("", "")
        if over is not None:
            pairs = [over.over(samples, u) if inverse else samples.over(over, u) for u in UNITS]
            ratios = (_ratio(pairs[0]), _ratio(pairs[1]))
        self.rows.append(
            (
                name,
                milliseconds(samples.median("wall")),
                f"{milliseconds(low)}-{milliseconds(high)}",
                milliseconds(samples.median("cpu")),
                f"{samples.peak / 1e6:.0f}" if samples.peak else "",
                *ratios,
                goal,
            )
        )

    def __str__(self) -> str:
        return "\n".join(
            [f"\n## {self.title}", "", *_aligned((_HEADS, *self.rows)), "", *self.notes]
        ).rstrip()


UNITS: Final[tuple[Unit, Unit]] = ("wall", "cpu")
_HEADS: Final = ("", "ms", "quartiles", "CPU ms", "peak MB", "ratio", "by CPU", "goal")


def milliseconds(seconds: float) -> str:
    value = seconds * 1000
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _ratio(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(len(row[n]) for row in rows) for n in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [row[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        lines.append("  ".join(cells).rstrip())
    return lines
