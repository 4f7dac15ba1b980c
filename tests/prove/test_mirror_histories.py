"""The laws of tests/mirror/test_histories.py over many more and longer histories."""

from __future__ import annotations

from functools import partial

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy import URL

from tests.mirror.test_histories import SHORT, Histories

LONG = settings(SHORT, max_examples=40, stateful_step_count=40)


@pytest.mark.prove
@pytest.mark.timeout(3600)
def test_copies_become_exact_in_long_histories(store_server: URL | None) -> None:
    run_state_machine_as_test(partial(Histories, store_server), settings=LONG)
