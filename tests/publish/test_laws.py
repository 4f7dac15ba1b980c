"""What holds after any sequence of publishes: the store renders to the bytes that it has."""

from __future__ import annotations

import re
import tempfile
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from gzip import decompress
from itertools import product
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from syndicate import addresses, selection
from syndicate.documents import render
from syndicate.model import FORMATS
from syndicate.publish import ondemand, refresh
from syndicate.store import documents, feeds, journal
from syndicate.store import engine as store
from tests.checking import reading
from tests.sites import Site, written

SLUGS = ["anna", "bert", "carl", "dora", "emma"]
TOPICS = ["empathy", "training", "termination"]
SELECTIONS = ["empathy+training", "empathy+kind:meta-analysis", "~training", "form:research"]
UPDATED = re.compile(rb"<(?:updated|lastBuildDate)>([^<]+)<")  # the feed's own comes first
FEEDS = ["full", "kinds/meta-analysis", *(f"topics/{topic}" for topic in TOPICS)]


class Histories(RuleBasedStateMachine):
    """An editor who writes, corrects, re-tags, withdraws, restores and moves, in any order."""

    @initialize()
    def begin(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        root = Path(self.folder.name)
        self.site = Site.make(root / "site", f"sqlite:///{root}/store.sqlite")
        feeds_file = self.site.folder / "feeds" / "feeds.toml"
        feeds_file.write_text(feeds_file.read_text().replace("window = 50", "window = 4"))
        self.fronts: dict[str, dict[str, Any]] = {}
        self.generation = 0
        self.said: dict[str, tuple[str, datetime]] = {}

    def teardown(self) -> None:
        self.site.engine.dispose()
        self.folder.cleanup()

    def publish(self, slug: str) -> None:
        self.site.write(slug, **self.fronts[slug])
        assert self.site.publish().problems == ()

    @rule(
        slug=st.sampled_from(SLUGS),
        topics=st.lists(st.sampled_from(TOPICS), min_size=1, unique=True),
    )
    def write(self, slug: str, topics: list[str]) -> None:
        front = self.fronts.setdefault(slug, {"published": self.site.now})
        front["topics"] = topics
        self.publish(slug)

    @rule(slug=st.sampled_from(SLUGS), notify=st.booleans())
    def correct(self, slug: str, notify: bool) -> None:  # noqa: FBT001
        front = self.fronts.get(slug)
        if front and "withdrawn" not in front:
            told = {"date": written(self.site.now), "note": "It was wrong.", "notify": notify}
            front["corrections"] = [*front.get("corrections", []), told]
            front["title"] = f"Corrected {len(front['corrections'])} times"
            self.publish(slug)

    @rule(slug=st.sampled_from(SLUGS))
    def withdraw(self, slug: str) -> None:
        front = self.fronts.get(slug)
        if front and "withdrawn" not in front:
            front["withdrawn"] = {"date": written(self.site.now), "reason": "error", "note": "No."}
            self.publish(slug)

    @rule(slug=st.sampled_from(SLUGS))
    def restore(self, slug: str) -> None:
        front = self.fronts.get(slug)
        if front and front.pop("withdrawn", None):
            self.site.now += timedelta(seconds=1)
            told = {"date": written(self.site.now), "note": "It is back."}
            front["corrections"] = [*front.get("corrections", []), told]
            self.publish(slug)

    @invariant()
    def stored_documents_are_what_the_store_renders_to(self) -> None:
        definitions = self.site.definitions
        with store.reading(self.site.engine) as connection:
            head = journal.get_head(connection)
            stored = feeds.list_feeds(connection)
            kept = {d.path: d for d in documents.list_since(connection, -1)}
            shown = {
                feed: refresh.subscription(connection, stored[feed.key], feed)
                for feed in map(definitions.find_feed, FEEDS if kept else ())
                if feed
            }
            for name in FORMATS:
                maker = refresh.Maker(connection, definitions, [name])
                for feed, contents in shown.items():
                    path = addresses.document(feed.stem, name)
                    again = maker.body(feed, contents, name)
                    made = render.document(path, "", again, kept[path].last_modified)
                    assert (made.tag, made.gzip) == (kept[path].tag, kept[path].gzip), path
        assert head.generation >= self.generation
        self.generation = head.generation

    @invariant()
    def no_document_goes_back_in_time(self) -> None:
        """RFC 4287, 4.2.15, and Last-Modified: whoever polls by date must not be passed over."""
        definitions = self.site.definitions
        with store.reading(self.site.engine) as connection:
            shown = [
                (d.path, decompress(d.gzip), d.last_modified)
                for d in documents.list_since(connection, -1)
                if d.path.endswith(("feed.atom", "feed.rss"))
            ]
            if not shown:
                return
            stored = feeds.list_feeds(connection)["full"]
            for n, format in product(range(1, stored.archives + 1), ("atom", "rss")):
                full = definitions.feeds[0]
                made = ondemand.archive(connection, definitions, full, n, format)
                shown.append((made.path, made.body, made.last_modified))
            for wanted in SELECTIONS:
                feed = definitions.selected_feed(selection.parse(wanted))
                made = ondemand.selected(connection, definitions, feed, "atom")
                shown.append((made.path, made.body, made.last_modified))
        for path, body, modified in shown:
            said = UPDATED.search(body)[1].decode()
            date = parsedate_to_datetime(said).isoformat() if path.endswith(".rss") else said
            before = self.said.get(path, (date, modified))
            assert date >= before[0], path
            assert modified >= before[1], path
            self.said[path] = (date, modified)

    @invariant()
    def document_and_archives_together_are_the_whole_feed(self) -> None:
        live = {
            f"tag:pprnet.example,2013:summary/{slug}"
            for slug, front in self.fronts.items()
            if "withdrawn" not in front
        }
        definitions = self.site.definitions
        full = definitions.feeds[0]
        with store.reading(self.site.engine) as connection:
            stored = feeds.list_feeds(connection).get("full")
            if stored is None:
                return
            bodies = [
                ondemand.archive(connection, definitions, full, n, "atom").body
                for n in range(1, stored.archives + 1)
            ]
        bodies.append(self.site.document("/feed.atom"))
        seen = {e.id for body in bodies for e in reading.read(body, "application/atom+xml")}
        assert live <= seen
        assert {one for one in seen - live if ":notice/" not in one} == set()


TestHistories = Histories.TestCase
TestHistories.settings = settings(
    max_examples=8,
    stateful_step_count=12,
    suppress_health_check=list(HealthCheck),
)
