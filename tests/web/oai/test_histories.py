"""Whatever is published between two pages, a harvester's copy becomes what the origin has."""

from __future__ import annotations

import functools
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from syndicate.publish import Options, publish, topics
from syndicate.publish.dating import Dating
from syndicate.store import backup, journal, schema
from syndicate.store import engine as store
from syndicate.store.upgrade import upgrade
from syndicate.web.oai import verbs
from tests import small
from tests.sites import Site, written
from tests.web.oai.harvester import Harvester, origin

SLUGS = ["anna", "bert", "carl", "dora", "emma"]
SETS = [
    None,
    "kind:meta-analysis",
    "topic",
    "year",
    "year:2024",
    *(f"topic:{slug}" for slug in small.TOPICS),
]
SECONDS = st.sampled_from([0, 0, 1, 60]).map(lambda n: timedelta(seconds=n))
# What renews every date would hide that one is wrong, if it happened all the time.
SELDOM = st.one_of(st.none(), st.none(), st.none(), st.integers(0, 9))


class Histories(RuleBasedStateMachine):
    """Editors, a clock, and harvesters of every set that take a page now and then."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = url

    @initialize()
    def begin(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        root = Path(self.folder.name)
        small.write_definitions(root / "site")
        engine = store.connect(self.url)
        upgrade(engine)
        with store.writing(engine) as connection:
            for table in schema.metadata.tables.values():
                connection.execute(table.delete())
            journal.begin_epoch(connection)
        self.site = Site(root / "site", engine)
        self.fronts: dict[str, dict[str, Any]] = {}
        for number, slug in enumerate(SLUGS):
            # no two at one second
            published = self.site.now - timedelta(days=9 + number)
            tags = [small.TOPICS[number % len(small.TOPICS)]]
            self.fronts[slug] = {"published": published, "topics": tags}
            self.site.write(slug, **self.fronts[slug])
        assert self.site.publish().problems == ()
        self.dating = Dating(engine, lambda: self.site.now)
        self.backup = root / "backup"
        self.renamed = 0
        self.harvesters = {spec: Harvester(self.site, spec) for spec in SETS}

    def teardown(self) -> None:
        if hasattr(self, "harvesters"):
            self.every_copy_is_what_the_origin_has()
            self.site.engine.dispose()
            self.folder.cleanup()

    # What editors do -------------------------------------------------------------------------

    def publish(self, slug: str, begun: timedelta, dated: bool) -> None:  # noqa: FBT001
        """Publish as a command that was begun so long ago: its journal bears that time."""
        self.site.write(slug, **self.fronts[slug])
        outcome = publish(
            self.site.engine,
            self.site.folder,
            self.site.definitions,
            now=self.site.now - begun,
            options=Options(processes=1),
        )
        assert outcome.problems == ()
        if dated:
            self.dating.catch_up()

    @rule(
        slug=st.sampled_from(SLUGS),
        tags=st.lists(st.sampled_from(small.TOPICS), min_size=1, unique=True),
        begun=SECONDS,
        dated=st.booleans(),
    )
    def retag(self, slug: str, tags: list[str], begun: timedelta, dated: bool) -> None:  # noqa: FBT001
        front = self.fronts[slug]
        front["topics"] = tags
        self.publish(slug, begun, dated)

    @rule(slug=st.sampled_from(SLUGS), begun=SECONDS, dated=st.booleans())
    def correct(self, slug: str, begun: timedelta, dated: bool) -> None:  # noqa: FBT001
        front = self.fronts[slug]
        if "withdrawn" not in front:
            self.tell(front, "It was wrong.")
            front["title"] = f"Corrected {len(front['corrections'])} times"
            self.publish(slug, begun, dated)

    @rule(slug=st.sampled_from(SLUGS), begun=SECONDS, dated=st.booleans())
    def withdraw(self, slug: str, begun: timedelta, dated: bool) -> None:  # noqa: FBT001
        front = self.fronts[slug]
        if "withdrawn" not in front:
            front["withdrawn"] = {"date": self.date(), "reason": "error", "note": "No."}
            self.publish(slug, begun, dated)

    @rule(slug=st.sampled_from(SLUGS), begun=SECONDS, dated=st.booleans())
    def restore(self, slug: str, begun: timedelta, dated: bool) -> None:  # noqa: FBT001
        front = self.fronts[slug]
        if front.pop("withdrawn", None):
            self.tell(front, "It is back.")
            self.publish(slug, begun, dated)

    def date(self) -> str:
        self.site.now += timedelta(seconds=1)
        return written(self.site.now - timedelta(days=1))

    def tell(self, front: dict[str, Any], note: str) -> None:
        told = {"date": self.date(), "note": note}
        front["corrections"] = [*front.get("corrections", []), told]

    @rule(number=SELDOM)
    def rename_topic(self, number: int | None) -> None:
        if number is None:
            return
        present = [topic.slug for topic in self.site.definitions.topics]
        self.renamed += 1
        topics.rename(
            self.site.engine,
            self.site.folder,
            present[number % len(present)],
            f"name-{self.renamed}",
            base_url=self.site.base_url,
            now=self.site.now,
        )

    @rule(number=SELDOM)
    def merge_topics(self, number: int | None) -> None:
        present = [topic.slug for topic in self.site.definitions.topics]
        if number is not None and len(present) > 2:
            topics.merge(
                self.site.engine,
                self.site.folder,
                present[number % len(present)],
                present[(number + 1) % len(present)],
                base_url=self.site.base_url,
                now=self.site.now,
            )

    @rule()
    def back_up(self) -> None:
        backup.write(self.site.engine, self.backup, secret_key=None, now=self.site.now)

    @precondition(lambda self: hasattr(self, "backup") and self.backup.exists())
    @rule(number=SELDOM, again=st.booleans())
    def put_the_backup_back(self, number: int | None, again: bool) -> None:  # noqa: FBT001
        if number is None:
            return
        backup.restore(self.site.engine, self.backup, replace=True)
        if again:
            self.site.now += timedelta(seconds=1)
            publish(
                self.site.engine,
                self.site.folder,
                self.site.definitions,
                now=self.site.now,
                options=Options(processes=1),
            )

    # What time and harvesters do -------------------------------------------------------------

    @rule(passed=SECONDS)
    def wait(self, passed: timedelta) -> None:
        self.site.now += passed

    @rule()
    def date_changes(self) -> None:
        self.dating.catch_up()

    @rule(spec=st.sampled_from(SETS), pages=st.integers(1, 3))
    def harvest(self, spec: str | None, pages: int) -> None:
        for _ in range(pages):
            if not self.harvesters[spec].page():
                break

    @rule()
    def every_copy_is_what_the_origin_has(self) -> None:
        for harvester in self.harvesters.values():
            harvester.run()
            with store.reading(self.site.engine) as connection:
                wanted = origin(connection, harvester.set)
            assert harvester.copy == wanted, harvester.set


QUICK = settings(
    max_examples=5,
    stateful_step_count=20,
    deadline=None,
    phases=[
        Phase.explicit,
        Phase.generate,
    ],  # a failing history of so many publishes shrinks for hours
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(autouse=True)
def short_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verbs, "LENGTH", {"ListRecords": 2, "ListIdentifiers": 2})


def test_copies_become_what_the_origin_has(database_url: str) -> None:
    run_state_machine_as_test(functools.partial(Histories, database_url), settings=QUICK)
