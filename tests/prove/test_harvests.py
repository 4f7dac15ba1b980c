"""The laws of OAI-PMH over many histories, and harvests while many publish, on each database."""

from __future__ import annotations

import functools
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from syndicate.web.oai import verbs
from tests.web.oai.test_clients import follow
from tests.web.oai.test_histories import QUICK, Histories
from tests.web.served import Server
from tests.web.stand import KEY, new_site

LONG = settings(QUICK, max_examples=40, stateful_step_count=40)


@pytest.mark.prove
@pytest.mark.timeout(1800)
def test_copies_become_what_the_origin_has_in_long_histories(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verbs, "LENGTH", {"ListRecords": 2, "ListIdentifiers": 2})
    run_state_machine_as_test(functools.partial(Histories, database_url), settings=LONG)


@pytest.mark.prove
@pytest.mark.timeout(600)
def test_harvests_while_three_publish_at_once_miss_nothing(
    database_url: str, tmp_path: Path, free_port: int
) -> None:
    site = new_site(tmp_path / "site", database_url)
    assert site.publish().problems == ()
    server = Server(
        site.folder,
        free_port,
        SYNDICATE_DATABASE_URL=database_url,
        SYNDICATE_SECRET_KEY=KEY,
    )
    try:
        follow(site, server, editors=3, times=40)
    finally:
        server.end()
        site.engine.dispose()
