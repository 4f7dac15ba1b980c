"""A repository of a few summaries, in lists of any length."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from syndicate.web.oai import verbs
from tests import small
from tests.sites import Site, written
from tests.web.oai.listing import date


@pytest.fixture
def site(tmp_path: Path, sqlite_url: str) -> Iterator[Site]:
    """Return five summaries, one of them withdrawn, dated at noon."""
    made = small.make(tmp_path / "site", sqlite_url)
    for number, slug in enumerate(["anna", "bert", "carl", "dora", "emma"]):
        tags = ["empathy"] if number % 2 else ["empathy", "training"]
        made.write(slug, published=datetime(2019 + number, 3, 1, tzinfo=UTC), topics=tags)
    made.publish()
    front = {"published": datetime(2020, 3, 1, tzinfo=UTC), "topics": ["empathy"]}
    made.write("bert", **front, withdrawn={"date": written(made.now), "reason": "error"})
    assert made.publish().problems == ()
    date(made)
    yield made
    made.engine.dispose()


@pytest.fixture
def short_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verbs, "LENGTH", {"ListRecords": 2, "ListIdentifiers": 3})
