"""The first import of a whole site as one process: how long it takes, and its peak memory.

Each size is imported once: the largest takes many minutes, and memory does not depend on the load.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.grounds import first_publish
from bench.measuring import Sample, Table, milliseconds

SMALL = 1_000


def measure(_rounds: int, size: int) -> Iterator[Table]:
    """Yield the table of this group."""
    table = Table("The first import, whole process (the memory is the publisher's own)")
    for number in dict.fromkeys((SMALL, size)):
        table.rows.append(_row(number, first_publish(number)))
    table.notes = ["CPU is that of the publisher and of those that read for it"]
    yield table


def _row(number: int, taken: Sample) -> tuple[str, ...]:
    times = (milliseconds(taken.wall), "", milliseconds(taken.cpu))
    return (f"N = {number:,}", *times, f"{taken.peak / 1e6:.0f}", "", "", "<= 100 MB")
