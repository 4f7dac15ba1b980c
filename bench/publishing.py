"""Publishing one more summary, beside feedgen rendering one feed, and beside a store of other size.

From the plan to the commit, in a running process, with every feed and format that it concerns.
"""

from __future__ import annotations

import gzip
import resource
from collections.abc import Callable, Iterator

from feedgen.feed import FeedGenerator

from bench.grounds import Ground, ground
from bench.measuring import Sample, Table, interleave, timed
from syndicate.model import Summary
from syndicate.publish import Options, Outcome, publish
from syndicate.store import engine as store
from syndicate.store import summaries

SMALL = 1_000
ENTRIES = 50


def measure(rounds: int, size: int) -> Iterator[Table]:
    """Yield the tables of this group."""
    with ground(SMALL) as small, ground(size) as large:
        texts = newest(small)
        outcomes: list[Outcome] = []
        taken = interleave(
            {
                "feedgen": lambda _: timed(lambda: render_plainly(texts)),
                "small": lambda _: publish_one(small, outcomes.append),
                "large": lambda _: publish_one(large, outcomes.append),
            },
            rounds,
        )
    table = Table("Publishing one more summary, in a running process")
    feedgen, one, other = taken["feedgen"], taken["small"], taken["large"]
    table.add(f"feedgen: one Atom feed of {ENTRIES}, gzip -6", feedgen)
    table.add(f"publish one more, N = {SMALL:,}", one, feedgen, goal="<= 5")
    table.add(f"publish one more, N = {size:,}", other, feedgen, goal="<= 5")
    table.add(f"N = {size:,} beside N = {SMALL:,}", other, one, goal="<= 1.2")
    made = sorted({len(outcome.documents) for outcome in outcomes})
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    table.notes = [
        f"documents made each time: {made[0]} to {made[-1]}",
        f"peak of this process, both stores and feedgen in it: {peak:.0f} MB",
    ]
    yield table


def publish_one(where: Ground, told: Callable[[Outcome], object]) -> Sample:
    """Measure publishing one more summary whose file has just been saved."""
    path = where.add()
    options = Options(only={path})

    def act() -> None:
        told(
            publish(where.engine, where.folder, where.definitions, now=where.now, options=options)
        )

    return timed(act)


def newest(where: Ground) -> list[Summary]:
    with store.reading(where.engine) as connection:
        return summaries.list_newest(connection, limit=ENTRIES)


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
