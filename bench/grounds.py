"""Makes the sites that are measured: N summaries of about 4 kB, published by the program itself.

They are kept under build/bench/, so that the next run begins at once. A run works on a copy of the
store and takes away the files that it adds.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from bench.measuring import Sample, ran
from syndicate import definitions
from syndicate.definitions import Definitions
from syndicate.store import engine as store
from syndicate.store import upgrade
from syndicate.store.engine import Engine

REPOSITORY: Final = Path(__file__).resolve().parent.parent
KEPT: Final = REPOSITORY / "build" / "bench"
SYNDICATE: Final = (sys.executable, "-m", "syndicate")
BASE_URL: Final = "https://feeds.network.example"
BEGAN: Final = datetime(2013, 1, 1, 12, tzinfo=UTC)
LATER: Final = datetime(2025, 1, 1, 12, tzinfo=UTC)
"""Summaries that a run adds are dated from here on, after all that are there."""

_SENTENCES: Final = (
    "The authors joined {a} studies with {b} participants and asked how {x} bears on {y}.",
    "Patients whose therapists paid attention to {x} reported more {y} at the end of treatment.",
    "The association held for adults of every age, and it was smaller where {x} was rated late.",
    "Of the {a} trials, most compared {x} with usual care, and few followed {y} for a year.",
    "It remains open whether {x} changes {y}, or whether both follow from a good beginning.",
    "Therapists differed from one another in {x} far more than treatments differed in {y}.",
    "With the quality of the studies taken into account, the effect of {x} on {y} was smaller.",
    "Those who left early had described less {x}, which may have hidden some effect on {y}.",
)
_SUBJECTS: Final = (
    *("empathy", "the alliance", "attachment", "feedback on progress", "early improvement"),
    *("interpersonal distress", "hope", "homework between sessions", "symptoms of depression"),
    *("anxiety before a session", "supervision", "cultural humility", "group cohesion", "sleep"),
    *("emotion regulation", "trust", "repairing a rupture", "motivation", "worry", "functioning"),
)


def write_summary(folder: Path, definitions_: Definitions, number: int) -> str:
    """Write the file of summary `number`; the same number gives the same bytes. Return its path."""
    published = BEGAN + number * timedelta(hours=1)
    slug = f"summary-{number:06}"
    return _write(folder, definitions_, slug=slug, number=number, published=published)


def _write(
    folder: Path, definitions_: Definitions, *, slug: str, number: int, published: datetime
) -> str:
    """Write a summary with three topics and a kind. The same slug gives the same bytes."""
    chance = random.Random(slug)
    topics = chance.sample([topic.slug for topic in definitions_.topics], 3)
    front = {
        "schema": 1,
        "id": f"tag:pprnet.example,2013:summary/{slug}",
        "title": f"How {chance.choice(_SUBJECTS)} bears on {chance.choice(_SUBJECTS)}",
        "lang": "en",
        "published": f"{published:%Y-%m-%dT%H:%M:%SZ}",
        "topics": topics,
        "kind": definitions_.kinds[number % len(definitions_.kinds)].slug,
        "citation": {
            "text": "Doe, J., & Roe, R. (2020). On what helps. A Journal of Therapy, 12, 1-20.",
            "doi": f"10.5555/bench.{number}",
        },
    }
    lines = [f"{key}: {json.dumps(value)}" for key, value in front.items()]
    paragraphs = [_paragraph(chance) for _ in range(8)]
    body = [*paragraphs[:6], "## Practice implications", *(f"- {p}" for p in paragraphs[6:])]
    path = f"content/summaries/{published:%Y/%m}/{slug}.md"
    target = folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text("\n".join(["---", *lines, "---", "\n\n".join(body), ""]), "utf-8")
    return path


def _paragraph(chance: random.Random) -> str:
    def sentence() -> str:
        x, y = chance.sample(_SUBJECTS, 2)
        a, b = chance.randint(5, 90), chance.randint(100, 9000)
        stressed = f"*{x}*" if chance.random() < 1 / 4 else x
        return chance.choice(_SENTENCES).format(x=stressed, y=y, a=a, b=b)

    return " ".join(sentence() for _ in range(4))


@dataclass(slots=True)
class Ground:
    """A site of N published summaries, its open store, and a clock that a run moves itself."""

    size: int
    folder: Path
    store_file: Path
    engine: Engine
    definitions: Definitions
    added: list[str] = field(default_factory=list)
    _number: int = 0

    @property
    def environment(self) -> dict[str, str]:
        """Return what the program needs to work on this site as a process of its own."""
        return environment(self.folder, self.store_file)

    def add(self) -> str:
        """Write the file of one more summary, as if an editor had saved it. Return its path."""
        self._number += 1
        path = _write(
            self.folder,
            self.definitions,
            slug=f"added-{self._number:05}",
            number=self._number,
            published=LATER + self._number * timedelta(minutes=1),
        )
        self.added.append(path)
        return path

    @property
    def now(self) -> datetime:
        return LATER + timedelta(minutes=self._number + 1)


def environment(folder: Path, store_file: Path) -> dict[str, str]:
    return {
        "PYTHONPATH": str(REPOSITORY),
        "SYNDICATE_SITE": str(folder),
        "SYNDICATE_DATABASE_URL": f"sqlite:///{store_file}",
        "SYNDICATE_BASE_URL": BASE_URL,
    }


@contextmanager
def ground(size: int) -> Iterator[Ground]:
    """Open a site of `size` summaries; on the first run it is made, which takes its time."""
    folder = KEPT / f"site-{size}"
    kept = folder / "store.sqlite"
    if not kept.exists():
        first_publish(size)
    working = folder / "var" / f"working-{os.getpid()}.sqlite"
    working.parent.mkdir(exist_ok=True)
    shutil.copyfile(kept, working)
    engine = store.connect(f"sqlite:///{working}")
    upgrade.upgrade(engine)  # it may have been kept by an earlier version
    found = Ground(
        size=size,
        folder=folder,
        store_file=working,
        engine=engine,
        definitions=definitions.load(folder, base_url=BASE_URL),
    )
    try:
        yield found
    finally:
        engine.dispose()
        for path in found.added:
            (folder / path).unlink(missing_ok=True)
        for left in working.parent.glob(f"{working.name}*"):
            left.unlink()


def first_publish(size: int) -> Sample:
    """Make a site's files and publish all of them in a new store, as a process on all cores."""
    folder = KEPT / f"site-{size}"
    write_site(folder, size)
    kept, new = folder / "store.sqlite", folder / "new.sqlite"
    for left in folder.glob("new.sqlite*"):
        left.unlink()
    here = environment(folder, new)
    print(f"publishing {size:,} summaries for the first time …", file=sys.stderr, flush=True)
    ran([*SYNDICATE, "db", "upgrade"], environment=here)
    taken = ran([*SYNDICATE, "publish"], environment=here, peak=True)
    compact(new)
    new.rename(kept)
    return taken


def write_site(folder: Path, size: int) -> None:
    """Write definitions and summaries."""
    shutil.rmtree(folder / "feeds", ignore_errors=True)
    shutil.copytree(REPOSITORY / "feeds", folder / "feeds")
    present = definitions.load(folder, base_url=BASE_URL)
    for number in range(size):
        write_summary(folder, present, number)


@contextmanager
def copied(path: Path) -> Iterator[Engine]:
    """Open a copy of a store, which is thrown away."""
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        copy = Path(folder) / "store.sqlite"
        shutil.copyfile(path, copy)
        engine = store.connect(f"sqlite:///{copy}")
        yield engine
        engine.dispose()


def compact(path: Path) -> None:
    """Bring the write-ahead log into the file, so that the file alone is the store."""
    engine = store.connect(f"sqlite:///{path}")
    with engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
