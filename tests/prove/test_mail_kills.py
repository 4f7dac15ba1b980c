"""Senders are killed at 20 random points, two at a time: nobody is lost, few are told twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.deliver.kills import kill_and_count

pytestmark = [pytest.mark.prove, pytest.mark.timeout(1800)]
KILLS = 20


@pytest.mark.parametrize("note_every", [1, 10])
def test_killed_twenty_times(note_every: int, tmp_path: Path, database_url: str) -> None:
    doubled, points = kill_and_count(
        tmp_path, database_url, kills=KILLS, note_every=note_every, seed=note_every
    )
    print(f"noting every {note_every}: {doubled} went twice; mails taken at each kill: {points}")
    assert doubled <= len(points) * note_every  # the window of docs/operators.md, for each kill
    assert doubled > 0  # else no kill came where it hurts, and this shows nothing
