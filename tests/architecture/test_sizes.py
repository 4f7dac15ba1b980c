"""No file and no function grows past what one can take in."""

from __future__ import annotations

from tests.architecture import sizes


def test_files_and_functions_are_small() -> None:
    assert sizes.faults() == []


def test_the_core_is_a_part_of_the_whole() -> None:
    total = sum(size.lines for size in sizes.file_sizes())
    lines, code = sizes.core_lines()
    assert 0 < code < lines <= total
