"""The laws of tests/mirror/test_crowd.py over more and longer rounds; the writers are processes."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from functools import partial

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy import URL

from tests.mirror.crowd import WRITERS, Crowd, Seen
from tests.mirror.test_crowd import SHORT

LONG = settings(SHORT, max_examples=5, stateful_step_count=6)


@pytest.mark.prove
@pytest.mark.timeout(600)
def test_copies_become_exact_whatever_processes_publish(store_server: URL | None) -> None:
    seen = Seen()
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(len(WRITERS), mp_context=spawn) as workers:
        run_state_machine_as_test(partial(Crowd, store_server, workers, seen), settings=LONG)
    seen.check()
