"""Whatever is published, in whatever order, between whichever requests: a copy becomes exact.

The origin is the real one, the copies are a whole one and three that are filtered. Each takes one
answer at a time, so that anything can happen between two of them. What a copy must come to is known
from the files alone.
"""

from __future__ import annotations

import copy
import shutil
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import orjson
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import URL

from syndicate.mirror import run
from syndicate.mirror.copies import Copy
from syndicate.mirror.outcome import Outcome
from syndicate.mirror.patience import Patience
from syndicate.mirror.pull import Pull
from syndicate.mirror.target import open_copy
from syndicate.publish import topics as topics_
from syndicate.store import backup
from tests import postgres
from tests.mirror.editor import Editor, id_of
from tests.mirror.network import BASE, Network, new_site, small_parts

SLUGS = ["anna", "bert", "carl", "dora", "emma", "finn", "gina"]
TOPICS = ["empathy", "training", "adherence"]
FILTERS = ["", "topic=empathy", "topic=empathy,training&topic_mode=all", "not_topic=training"]

_MINUTE = timedelta(minutes=1)

slugs = st.sampled_from(SLUGS)
topics = st.lists(st.sampled_from(TOPICS), min_size=1, unique=True)


@dataclass
class Partner:
    """A copy and the run that is under way; `limit` makes pages of changes small."""

    scope: str
    copy: Copy
    network: Network
    pull: Pull | None = None

    def step(self) -> None:
        """Take one answer; a run that is over, or was killed, is followed by a new one."""
        if self.pull is None:
            self.pull = Pull(self.copy, self.network.service(self.scope))
        if self.pull.step():
            self.pull = None

    def settle(self) -> Outcome:
        self.pull = None
        service = self.network.service(self.scope)
        return run.bring_up(self.copy, service, Patience(0, lambda _seconds: None))


class Histories(RuleBasedStateMachine):
    """Editors and operators of the origin on one side, four copies on the other."""

    def database_url(self) -> str:
        return f"sqlite:///{self.folder}/store.sqlite"

    @initialize()
    def begin(self) -> None:
        self.stack = ExitStack()
        self.folder = Path(self.stack.enter_context(tempfile.TemporaryDirectory()))
        self.stack.enter_context(small_parts())
        self.site = new_site(self.folder / "site", self.database_url())
        self.editor = Editor(self.site)
        self.slug_of = {topic: topic for topic in TOPICS}  # now; two may share one
        self.saved: Any = None
        self.editor.tag("gina", ["empathy"])
        self.network = Network(self.site)
        self.stack.callback(self.network.close)
        self.partners = []
        for number, scope in enumerate(FILTERS):
            opened = open_copy(f"sqlite:///{self.folder}/copy-{number}.sqlite")
            self.stack.callback(opened.close)
            self.partners.append(Partner(scope, opened, self.network))

    def teardown(self) -> None:
        if not hasattr(self, "stack"):
            return
        with self.stack:
            for number in range(len(self.partners)):
                self.becomes_exact(number)

    # The origin ----------------------------------------------------------------------------------

    @rule(slug=slugs, topics=topics)
    def tag(self, slug: str, topics: list[str]) -> None:
        self.editor.tag(slug, topics)

    @rule(slug=slugs)
    def correct(self, slug: str) -> None:
        self.editor.correct(slug)

    @rule(slug=slugs)
    def polish(self, slug: str) -> None:
        self.editor.polish(slug)

    @rule(slug=slugs, reason=st.sampled_from(["error", "legal"]))
    def withdraw(self, slug: str, reason: str) -> None:
        self.editor.withdraw(slug, reason)

    @rule(slug=slugs)
    def restore(self, slug: str) -> None:
        self.editor.restore(slug)

    @rule(slug=slugs)
    def rename(self, slug: str) -> None:
        self.editor.rename(slug)

    @rule(topic=st.sampled_from(TOPICS))
    def rename_topic(self, topic: str) -> None:
        old = self.slug_of[topic]
        new = f"{topic}-{self.site.now:%H%M%S}"
        self.site.now += _MINUTE
        topics_.rename(
            self.site.engine, self.site.folder, old, new, base_url=BASE, now=self.site.now
        )
        for each in TOPICS:
            if self.slug_of[each] == old:
                self.slug_of[each] = new

    @rule(one=st.sampled_from(TOPICS), into=st.sampled_from(TOPICS))
    def merge_topics(self, one: str, into: str) -> None:
        old, kept = self.slug_of[one], self.slug_of[into]
        if old != kept:
            self.site.now += _MINUTE
            topics_.merge(
                self.site.engine, self.site.folder, old, kept, base_url=BASE, now=self.site.now
            )
            for each in TOPICS:
                if self.slug_of[each] == old:
                    self.slug_of[each] = kept

    @rule()
    def back_up(self) -> None:
        file = self.folder / "backup"
        backup.write(self.site.engine, file, secret_key=None, now=self.site.now)
        shutil.rmtree(self.folder / "files", ignore_errors=True)
        shutil.copytree(self.site.folder, self.folder / "files")
        self.saved = copy.deepcopy((self.editor.fronts, self.editor.places, self.slug_of))

    @precondition(lambda self: self.saved is not None)
    @rule(files_too=st.booleans())
    def restore_backup(self, files_too: bool) -> None:  # noqa: FBT001 - hypothesis passes it
        """Put the store back; the files are put back too, or bring what came since."""
        backup.restore(self.site.engine, self.folder / "backup", replace=True)
        if files_too:
            shutil.rmtree(self.site.folder)
            shutil.copytree(self.folder / "files", self.site.folder)
            saved = copy.deepcopy(self.saved)
            self.editor.fronts, self.editor.places, self.slug_of = saved
        assert self.site.publish().problems == ()

    # The copies ----------------------------------------------------------------------------------

    @rule(number=st.sampled_from(range(len(FILTERS))), answers=st.integers(1, 4))
    def pull(self, number: int, answers: int) -> None:
        for _ in range(answers):
            self.partners[number].step()

    @rule(number=st.sampled_from(range(len(FILTERS))))
    def die(self, number: int) -> None:
        """End a run between two answers; within one, the kill tests do."""
        self.partners[number].pull = None

    @rule(number=st.sampled_from(range(len(FILTERS))))
    def becomes_exact(self, number: int) -> None:
        partner = self.partners[number]
        outcome = partner.settle()
        assert outcome.verdict == "exact", (partner.scope, outcome.to_json())
        assert outcome.mended == (), (partner.scope, outcome.to_json())
        held = {one.id: orjson.loads(one.record) for one in partner.copy.iterate()}
        wanted = {id_of(slug): slug for slug in SLUGS if self.is_in(slug, partner.scope)}
        assert held.keys() == wanted.keys(), partner.scope
        for id, record in held.items():
            slug = wanted[id]
            assert {topic["slug"] for topic in record["topics"]} == self.topics(slug)
            assert record["title"] == self.editor.fronts[slug]["title"]
            assert record["url"].endswith(f"/summaries/{self.editor.place(slug)}/")

    def topics(self, slug: str) -> set[str]:
        return {self.slug_of[topic] for topic in self.editor.fronts[slug]["topics"]}

    def is_in(self, slug: str, scope: str) -> bool:
        """Tell from the files alone whether a filter has a summary."""
        if not self.editor.is_live(slug):
            return False
        has = self.topics(slug)
        empathy, training = self.slug_of["empathy"], self.slug_of["training"]
        return {
            "": True,
            "topic=empathy": empathy in has,
            "topic=empathy,training&topic_mode=all": {empathy, training} <= has,
            "not_topic=training": training not in has,
        }[scope]


SHORT = settings(
    max_examples=15,
    stateful_step_count=16,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


def test_on_sqlite() -> None:
    run_state_machine_as_test(Histories, settings=SHORT)


def test_on_postgresql(postgres_server: URL) -> None:
    run_state_machine_as_test(partial(OnPostgresql, postgres_server), settings=SHORT)


class OnPostgresql(Histories):
    """The same with the origin's store on a server."""

    def __init__(self, server: URL) -> None:
        super().__init__()
        self.server = server

    def database_url(self) -> str:
        url = postgres.create_database(self.server)
        self.stack.callback(postgres.drop_database, self.server, url)
        return url.render_as_string(hide_password=False)
