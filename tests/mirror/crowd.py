"""Several writers at once, each with summaries of its own, while partners and harvesters pull.

A round is drawn as a whole, then it happens: who commits first is up to the machine it runs on. The
writers are threads or processes; they share nothing but the site's files and its store.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from itertools import count, cycle, pairwise
from pathlib import Path
from threading import Event
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule
from sqlalchemy import URL

from syndicate import sync
from syndicate.errors import NotFound, PublishRefused
from syndicate.publish.dating import Dating
from syndicate.store import engine as store
from syndicate.store import journal
from tests.mirror.editor import Editor
from tests.mirror.machine import FILTERS, TOPICS, Copies, Partner, kinds, topics
from tests.sites import Site
from tests.web.oai.harvester import Harvester, list_identifiers, origin

WRITERS = [["anna", "adam"], ["bert", "bill"], ["carl", "cora"]]
"""What each of them writes. A topic belongs to all."""
SETS = [None, "topic:empathy", "kind:randomised-trial"]
THEN = ["nothing", "nothing", "back up", "restore", "restore with its files", "compare"]
"""What may follow upon a round, before the next."""
_TRIES = 100

Step = tuple[str, tuple[Any, ...], float]
"""What an editor does, to what, and for how many seconds it has read before it writes."""


def steps(slugs: Sequence[str]) -> st.SearchStrategy[list[Step]]:
    slug, topic = st.sampled_from(slugs), st.sampled_from(TOPICS)
    acts = st.one_of(
        st.tuples(st.just("tag"), st.tuples(slug, topics, kinds)),
        st.tuples(st.just("tag"), st.tuples(slug, topics, kinds)),
        st.tuples(st.sampled_from(["correct", "polish", "rename"]), st.tuples(slug)),
        st.tuples(st.just("withdraw"), st.tuples(slug, st.sampled_from(["error", "legal"]))),
        st.tuples(st.just("restore"), st.tuples(slug)),
        st.one_of(
            st.tuples(st.just("rename_topic"), st.tuples(topic)),
            st.tuples(st.just("merge_topics"), st.tuples(topic, topic)),
        ),
    )
    pauses = st.sampled_from([0.0, 0.02, 0.1])
    step = st.builds(lambda act, pause: (*act, pause), acts, pauses)
    return st.lists(step, min_size=2, max_size=4)


@dataclass(frozen=True, kw_only=True)
class Part:
    """What one writer is to do, and with what it begins; what it has done, and how that ended."""

    folder: Path
    url: str
    base_url: str
    now: datetime
    fronts: dict[str, dict[str, Any]]
    places: dict[str, str]
    steps: list[Step]
    sent: list[tuple[float, int]] = field(default_factory=list)  # when each publish began, its seq


@dataclass
class Writer(Editor):
    """An editor among others: publishes what is its own, and again where another was faster."""

    pause: float = 0
    sent: list[tuple[float, int]] = field(default_factory=list)

    def send(self, paths: Sequence[str]) -> None:
        self._persist(self._publish, paths)

    def _publish(self, paths: Sequence[str]) -> None:
        began = time.monotonic()
        outcome = self.site.publish(only=paths, progress=lambda *_: time.sleep(self.pause))
        assert outcome.problems == (), outcome.problems
        if outcome.changes:
            self.sent.append((began, outcome.seq))

    def rename_topic(self, topic: str) -> None:
        self._persist(super().rename_topic, topic)

    def merge_topics(self, topic: str, into: str) -> None:
        self._persist(super().merge_topics, topic, into)

    def _persist(self, act: Callable[..., None], *what: Any) -> None:
        for _ in range(_TRIES):
            try:
                return act(*what)
            except (PublishRefused, NotFound) as refusal:  # the topics were changed meanwhile
                refused = refusal
        raise AssertionError(f"refused {_TRIES} times") from refused


def perform(part: Part) -> Part:
    """Do a writer's part, in whatever thread or process; return how it ended."""
    engine = store.connect(part.url)
    try:
        site = Site(part.folder, engine, now=part.now, base_url=part.base_url)
        writer = Writer(site, part.fronts, part.places)
        for act, what, writer.pause in part.steps:
            getattr(writer, act)(*what)
    finally:
        engine.dispose()
    return replace(part, now=site.now, sent=writer.sent)


@dataclass
class Seen:
    """What must have happened in many rounds, or they have shown nothing."""

    overtaken: int = 0  # publishes that were begun after another and committed before it
    between: int = 0  # pages before which the origin had moved on since the page before
    anew: int = 0  # runs that were sent back to the beginning on their way

    def look_at(self, sent: list[tuple[float, int]]) -> None:
        numbers = [seq for _began, seq in sorted(sent)]
        self.overtaken += sum(one > after for one, after in pairwise(numbers))

    def check(self) -> None:
        assert self.overtaken, "all were committed in the order in which they were begun"
        assert self.between, "no edit came between two pages"


class Crowd(Copies):
    """Rounds in which writers, partners and harvesters do their work at the same time."""

    def __init__(self, server: URL | None, workers: Executor, seen: Seen) -> None:
        super().__init__(server)
        self.workers, self.seen = workers, seen

    @initialize()
    def begin(self) -> None:
        super().begin()
        for slugs in WRITERS:
            for slug in slugs:
                self.editor.tag(slug, ["empathy"])
        self.heads: dict[str, int] = {}  # where the origin stood at the last answer
        self.dating = Dating(self.site.engine, lambda: self.site.now)
        self.harvesters = [Harvester(self.site, spec) for spec in SETS]

    @rule(
        scripts=st.tuples(*map(steps, WRITERS)),
        ahead=st.tuples(*(st.integers(0, 9) for _ in WRITERS)),
        then=st.sampled_from(THEN),
    )
    def at_once(self, scripts: Sequence[list[Step]], ahead: Sequence[int], then: str) -> None:
        """Let all write; `ahead` are the minutes by which the clocks of some are fast."""
        self.write_at_once(scripts, ahead)
        match then:
            case "back up":
                self.back_up()
            case "restore" | "restore with its files" if self.saved:
                self.restore_backup(files_too=then != "restore")
            case "compare":
                self.all_become_exact()

    def write_at_once(self, scripts: Sequence[list[Step]], ahead: Sequence[int]) -> None:
        begin = self.site.now.replace(second=0) + timedelta(minutes=1)
        parts = [
            # each has a second of its own, for no two summaries may have a date in common
            self.part(slugs, script, begin + timedelta(minutes=minutes, seconds=number))
            for number, slugs, script, minutes in zip(count(1), WRITERS, scripts, ahead)
        ]
        over = Event()
        partners = [partial(self.pull, one) for one in self.partners.values()]
        harvests = [self.date, *(one.page for one in self.harvesters)]
        with ThreadPoolExecutor(2) as pullers:
            pulling = [pullers.submit(_take_turns, each, over) for each in (partners, harvests)]
            writing = [self.workers.submit(perform, part) for part in parts]
            wait(writing)
            over.set()
        for done in [one.result() for one in writing]:
            self.editor.fronts |= done.fronts
            self.editor.places |= done.places
            self.site.now = max(self.site.now, done.now)
        self.seen.look_at([each for one in writing for each in one.result().sent])
        for one in pulling:
            one.result()

    def part(self, slugs: Sequence[str], script: list[Step], now: datetime) -> Part:
        editor = self.editor
        return Part(
            folder=self.site.folder,
            url=self.site.engine.url.render_as_string(hide_password=False),
            base_url=self.site.base_url,
            now=now,
            fronts={slug: editor.fronts[slug] for slug in slugs if slug in editor.fronts},
            places={slug: editor.places[slug] for slug in slugs if slug in editor.places},
            steps=script,
        )

    def pull(self, partner: Partner) -> None:
        """Take an answer, and note whether the run goes on in another state than it had before."""
        before = partner.pull.standing if partner.pull else None
        partner.step()
        with store.reading(self.site.engine) as connection:
            head = journal.get_head(connection).seq
        if before and partner.pull:
            self.seen.between += head != self.heads[partner.scope]
            self.seen.anew += partner.pull.standing.round > before.round
        self.heads[partner.scope] = head

    def date(self) -> None:
        self.site.now += timedelta(seconds=1)
        self.dating.catch_up()

    def all_become_exact(self) -> None:
        super().all_become_exact()
        for scope in FILTERS:
            changes = self.network.changes(scope)
            ids = [each["item"]["id"] if each["op"] == "put" else each["id"] for each in changes]
            assert len(ids) == len(set(ids)), scope
            given = {
                one["item"]["id"]: one["item"]["content_hash"]
                for one in changes
                if one["op"] == "put"
            }
            assert given == self.hashes(scope), scope
            state = self.network.get(f"/v1/state?{scope}")
            assert state["set_hash"] == sync.set_hash(sync.hashes_of(given.items())), scope
        for harvester in self.harvesters:
            harvester.run()
            with store.reading(self.site.engine) as connection:
                wanted = origin(connection, harvester.set)
            assert harvester.copy == wanted, harvester.set
            ids = list_identifiers(self.site, harvester.set)
            assert len(ids) == len(set(ids)), harvester.set
            assert wanted.keys() <= set(ids), harvester.set


def _take_turns(acts: Sequence[Callable[[], object]], over: Event) -> None:
    """Do one after the other, again and again, until it is over."""
    for act in cycle(acts):
        if over.is_set():
            return
        act()
