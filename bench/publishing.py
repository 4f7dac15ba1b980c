"""Publishing one more summary, beside feedgen rendering one feed, and beside a store of other size.

In a running process, with every feed and format that it concerns: from the plan to the commit,
and from the saved file (read, checked, sanitised) to the commit.
"""

from __future__ import annotations

import gzip
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from feedgen.feed import FeedGenerator

from bench.grounds import Ground, ground
from bench.measuring import Sample, Samples, Table, interleave, timed
from syndicate.model import Summary
from syndicate.publish import Options, memory, publish
from syndicate.store import engine as store
from syndicate.store import lists

SMALL: Final = 1_000
ENTRIES: Final = 50


def measure(rounds: int, size: int) -> Iterator[Table]:
    """Yield the tables of this group."""
    with ground(SMALL) as small, ground(size) as large:
        sizes = {SMALL: Publisher(small), size: Publisher(large)}
        texts = newest(small)
        for publisher in sizes.values():
            publisher.publish_one()  # so that everything is imported
        memory.settle()  # as `publish --watch` and `serve` do
        taken = interleave(
            {
                "feedgen": lambda _: timed(lambda: render_plainly(texts)),
                "small": lambda _: sizes[SMALL].publish_one(),
                "large": lambda _: sizes[size].publish_one(),
            },
            rounds,
        )
    feedgen = taken["feedgen"]
    table = Table("Publishing one more summary, in a running process")
    table.add(f"feedgen: one Atom feed of {ENTRIES}, gzip -6", feedgen)
    from_plan = {n: Samples(one.from_plan[-rounds:]) for n, one in sizes.items()}
    for n, samples in from_plan.items():
        table.add(f"plan to commit, N = {n:,}", samples, feedgen, goal="<= 5")
    table.add(f"  N = {size:,} beside {SMALL:,}", from_plan[size], from_plan[SMALL], goal="<= 1.2")
    table.add(f"saved file to commit, N = {SMALL:,}", taken["small"], feedgen)
    table.add(f"saved file to commit, N = {size:,}", taken["large"], feedgen)
    table.add(f"  N = {size:,} beside {SMALL:,}", taken["large"], taken["small"])
    made = sorted(one.documents for one in sizes.values())
    table.notes = [f"documents made in the last round: {made[0]} and {made[-1]}"]
    if peak := _peak():
        table.notes.append(f"peak of this process, two stores and feedgen in it: {peak:.0f} MB")
    yield table


class Publisher:
    """Publishes one more summary at a time, and notes when the reading was done."""

    def __init__(self, where: Ground) -> None:
        self._where = where
        self.from_plan: list[Sample] = []
        self.documents = 0

    def publish_one(self) -> Sample:
        """Measure from the saved file to the commit."""
        where = self._where
        path = where.add()
        read: list[tuple[float, float]] = []

        def note(_done: int, _of: int) -> None:
            read.append((time.perf_counter(), time.process_time()))

        def act() -> None:
            options = Options(only={path}, progress=note)
            outcome = publish(
                where.engine, where.folder, where.definitions, now=where.now, options=options
            )
            self.documents = len(outcome.documents)

        sample = timed(act)
        ((wall, cpu),) = read
        self.from_plan.append(
            Sample(wall=time.perf_counter() - wall, cpu=time.process_time() - cpu)
        )
        return sample


def newest(where: Ground) -> list[Summary]:
    with store.reading(where.engine) as connection:
        return lists.list_part(connection, limit=ENTRIES)


def render_plainly(texts: list[Summary]) -> bytes:
    """Make an Atom feed as feedgen's own documentation does, and compress it as servers do."""
    generator = FeedGenerator()
    generator.id("https://feeds.network.example/")
    generator.title("A network")
    generator.link(href="https://feeds.network.example/", rel="alternate")
    generator.link(href="https://feeds.network.example/feed.atom", rel="self")
    generator.language("en")
    for text in texts:
        entry = generator.add_entry(order="append")
        entry.id(text.id)
        entry.title(text.title)
        entry.link(href=f"https://feeds.network.example/summaries/{text.slug}/")
        entry.published(text.published)
        entry.updated(text.updated)
        entry.author([{"name": name} for name in text.authors])
        for topic in text.topics:
            entry.category(term=topic)
        entry.summary(text.description)
        entry.content(text.content_html, type="html")
    return gzip.compress(generator.atom_str(), 6)


def _peak() -> float:
    """Return the most memory that this process has had, in MB (proc(5), VmHWM); 0 if unknown."""
    path = Path("/proc/self/status")
    found = re.search(r"VmHWM:\s+(\d+) kB", path.read_text()) if path.exists() else None
    return int(found[1]) / 1000 if found else 0
