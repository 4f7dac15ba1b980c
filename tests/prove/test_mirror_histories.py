"""The laws of tests/mirror/test_histories.py over many more and longer histories."""

from __future__ import annotations

from functools import partial

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy import URL

from tests.mirror.test_histories import SHORT, Histories, OnPostgresql

LONG = settings(SHORT, max_examples=40, stateful_step_count=40)

pytestmark = [pytest.mark.prove, pytest.mark.timeout(3600)]


def test_on_sqlite() -> None:
    run_state_machine_as_test(Histories, settings=LONG)


def test_on_postgresql(postgres_server: URL) -> None:
    run_state_machine_as_test(partial(OnPostgresql, postgres_server), settings=LONG)
