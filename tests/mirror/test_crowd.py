"""Copies become exact whatever several writers publish at once. Longer, by processes: prove."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy import URL

from tests.mirror.crowd import WRITERS, Crowd, Seen

SHORT = settings(
    max_examples=3,
    stateful_step_count=4,
    deadline=None,
    phases=[Phase.generate],  # another run of the same steps takes another course
    suppress_health_check=list(HealthCheck),
)


def test_copies_become_exact(store_server: URL | None) -> None:
    with ThreadPoolExecutor(len(WRITERS)) as workers:
        run_state_machine_as_test(partial(Crowd, store_server, workers, Seen()), settings=SHORT)
