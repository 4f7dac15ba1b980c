"""Figures of several workers: added up, and never falling when one is replaced."""

from __future__ import annotations

import multiprocessing
import os

from syndicate.web.board import STATES, SUMS, Board, Counts
from syndicate.web.figures import Figures
from tests.web.stand import Stand


def claim(board: Board, counted: int, claimed: multiprocessing.SimpleQueue[int]) -> None:
    """Be a worker that counts and then is no more."""
    row = board.claim()
    board.put(row, [os.getpid(), *[counted] * len(SUMS), *[7] * len(STATES)])
    claimed.put(row)


def died(board: Board, counted: int) -> int:
    spawn = multiprocessing.get_context("spawn")
    claimed: multiprocessing.SimpleQueue[int] = spawn.SimpleQueue()
    process = spawn.Process(target=claim, args=(board, counted, claimed))
    process.start()
    process.join()
    return claimed.get()


def collected(figures: Figures) -> dict[str, float]:
    return {
        " ".join([sample.name, *sample.labels.values()]): sample.value
        for family in figures.collect()
        for sample in family.samples
    }


def test_a_worker_that_takes_the_place_of_another_goes_on_from_its_sums(stand: Stand) -> None:
    app = stand.open()
    board = Board(workers=1)
    first = died(board, 40)
    assert first == 0
    counts = Counts(full=2)
    assert board.rows()[1][0] == 0
    taken = board.claim()  # never used: it is preferred
    assert taken == 1
    figures = Figures(app.generations, counts, board)
    told = collected(figures)
    assert told["syndicate_requests_total full"] == 42
    assert told["syndicate_workers service"] == 2  # this process has claimed both rows
    counts.full += 1
    assert collected(figures)["syndicate_requests_total full"] == 43


def test_the_worst_of_the_workers_is_told(stand: Stand) -> None:
    app = stand.open()
    board = Board(workers=1)
    figures = Figures(app.generations, Counts(), board)
    own = collected(figures)
    assert own["syndicate_generation"] == 1
    behind = [os.getpid(), *[0] * len(SUMS), 0, 5, 1000, 0, 1_000_000_000]
    board.put(1, behind)
    told = collected(figures)
    assert told["syndicate_generation"] == 0
    assert told["syndicate_documents"] == 5
    assert told["syndicate_kept_bytes"] == own["syndicate_kept_bytes"] + 1000
    assert told["syndicate_store_reachable"] == 0
    assert told["syndicate_published_seconds"] == 1_000_000_000
