"""Statements of bounded size: SQLite takes at most 32,766 values in one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")


def batches(values: Iterable[T], size: int = 500) -> Iterator[list[T]]:
    """Yield `values` in lists of at most `size`; none for no values."""
    rest = iter(values)
    while part := list(islice(rest, size)):
        yield part
