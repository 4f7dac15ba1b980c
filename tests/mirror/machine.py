"""What each machine of histories has: an origin, its backup, filtered copies, and the comparison.

The origin is the real one. What a copy must come to is known from the files alone.
"""

from __future__ import annotations

import copy
import shutil
import tempfile
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import orjson
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize
from sqlalchemy import URL

from syndicate.errors import OriginError
from syndicate.mirror import run
from syndicate.mirror.copies import Copy
from syndicate.mirror.outcome import Outcome
from syndicate.mirror.patience import Patience
from syndicate.mirror.pull import MOST_ROUNDS, Pull
from syndicate.mirror.target import open_copy
from syndicate.store import backup, pull
from syndicate.store import engine as store
from tests import postgres
from tests.mirror.editor import Editor, id_of
from tests.mirror.network import Network, new_site, small_parts

TOPICS = ["empathy", "training", "adherence"]
KINDS = ["meta-analysis", "randomised-trial"]
FILTERS: dict[str, Callable[[AbstractSet[str], str], bool]] = {
    "": lambda _topics, _kind: True,
    "topic=empathy": lambda topics, _kind: "empathy" in topics,
    "topic=adherence,empathy": lambda topics, _kind: bool({"adherence", "empathy"} & topics),
    "topic=empathy,training&topic_mode=all": lambda topics, _kind: (
        {"empathy", "training"} <= topics
    ),
    "not_topic=training": lambda topics, _kind: "training" not in topics,
    "kind=randomised-trial": lambda _topics, kind: kind == "randomised-trial",
}
"""Tells, of each filter, whether a summary of these topics and this kind is in it."""

topics = st.lists(st.sampled_from(TOPICS), min_size=1, unique=True)
kinds = st.sampled_from(KINDS)
scopes = st.sampled_from(list(FILTERS))


@dataclass
class Partner:
    """A copy and the run that is under way."""

    scope: str
    copy: Copy
    network: Network
    pull: Pull | None = None

    def step(self) -> None:
        """Take one answer; a run that is over, or was killed, is followed by a new one."""
        if self.pull is None:
            self.pull = Pull(self.copy, self.network.service(self.scope))
        try:
            over = self.pull.step()
        except OriginError:
            # so many backups were put back in a single run that it gave up, as it ought to
            assert len(self.pull.tally.rounds) == MOST_ROUNDS
            over = True
        if over:
            self.pull = None

    def settle(self) -> Outcome:
        self.pull = None
        service = self.network.service(self.scope)
        return run.bring_up(self.copy, service, Patience(0, lambda _seconds: None))


class Copies(RuleBasedStateMachine):
    """An origin with its store on `server`, or in SQLite, and a copy for each filter."""

    def __init__(self, server: URL | None) -> None:
        super().__init__()
        self.server = server

    def database_url(self) -> str:
        if self.server is None:
            return f"sqlite:///{self.folder}/store.sqlite"
        url = postgres.create_database(self.server)
        self.stack.callback(postgres.drop_database, self.server, url)
        return url.render_as_string(hide_password=False)

    @initialize()
    def begin(self) -> None:
        self.stack = ExitStack()
        self.folder = Path(self.stack.enter_context(tempfile.TemporaryDirectory()))
        self.stack.enter_context(small_parts())
        self.site = new_site(self.folder / "site", self.database_url())
        self.editor = Editor(self.site)
        self.saved: Any = None
        self.editor.tag("gina", ["empathy"])
        self.network = Network(self.site)
        self.stack.callback(self.network.close)
        self.partners: dict[str, Partner] = {}
        for number, scope in enumerate(FILTERS):
            opened = open_copy(f"sqlite:///{self.folder}/copy-{number}.sqlite")
            self.stack.callback(opened.close)
            self.partners[scope] = Partner(scope, opened, self.network)

    def teardown(self) -> None:
        if hasattr(self, "stack"):
            with self.stack:
                self.all_become_exact()

    def back_up(self) -> None:
        file = self.folder / "backup"
        backup.write(self.site.engine, file, secret_key=None, now=self.site.now)
        shutil.rmtree(self.folder / "files", ignore_errors=True)
        shutil.copytree(self.site.folder, self.folder / "files")
        self.saved = copy.deepcopy((self.editor.fronts, self.editor.places))

    def restore_backup(self, files_too: bool) -> None:  # noqa: FBT001 - hypothesis passes it
        """Put the store back; the files are put back too, or bring what came since."""
        backup.restore(self.site.engine, self.folder / "backup", replace=True)
        if files_too:
            shutil.rmtree(self.site.folder)
            shutil.copytree(self.folder / "files", self.site.folder)
            self.editor.fronts, self.editor.places = copy.deepcopy(self.saved)
        assert self.site.publish().problems == ()

    # The comparison ------------------------------------------------------------------------------

    def becomes_exact(self, scope: str) -> None:
        partner = self.partners[scope]
        outcome = partner.settle()
        assert outcome.verdict == "exact", (scope, outcome.to_json())
        assert outcome.mended == (), (scope, outcome.to_json())
        found = {one.id: _told(orjson.loads(one.record)) for one in partner.copy.iterate()}
        assert found == self.wanted(scope), scope
        assert partner.copy.hashes() == self.hashes(scope), scope

    def all_become_exact(self) -> None:
        for scope in FILTERS:
            self.becomes_exact(scope)

    def wanted(self, scope: str) -> dict[str, Told]:
        """Return what a filter gives of each summary in it: by the files, not by the store."""
        find = self.site.definitions.topic  # by its first slug, too
        slug_of = {topic: find(topic).slug for topic in TOPICS}
        found = {}
        for slug, front in self.editor.fronts.items():
            present = {slug_of[topic] for topic in front["topics"]}
            # a summary of one of two topics that were merged has both
            has = {topic for topic in TOPICS if slug_of[topic] in present}
            if self.editor.is_live(slug) and FILTERS[scope](has, front["kind"]):
                page = f"/summaries/{self.editor.place(slug)}/"
                found[id_of(slug)] = Told(front["title"], page, frozenset(present), front["kind"])
        return found

    def hashes(self, scope: str) -> dict[str, str | None]:
        """Return the content_hash that the origin has of each of them."""
        with store.reading(self.site.engine) as connection:
            known = dict(pull.iterate_hashes(connection))
        return {id: known.get(id) for id in self.wanted(scope)}


class Told(NamedTuple):
    """What a record says that only a change of it can have brought about."""

    title: str
    page: str
    topics: frozenset[str]
    kind: str


def _told(record: dict[str, Any]) -> Told:
    topics = frozenset(topic["slug"] for topic in record["topics"])
    return Told(record["title"], urlsplit(record["url"]).path, topics, record["kind"]["slug"])
