"""A site in a temporary folder and its store: what the tests publish, and how they look at it."""

from __future__ import annotations

import gzip
import json
import shutil
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from syndicate import definitions
from syndicate.definitions import Definitions
from syndicate.publish import Options, Outcome, publish
from syndicate.store import documents
from syndicate.store import engine as store
from tests import stores
from tests.checking import reading

REPOSITORY = Path(__file__).parent.parent
BASE_URL = "https://feeds.network.example"
START = datetime(2024, 1, 1, 12, tzinfo=UTC)

BODY = """The analysis joined {n} studies of {slug} and found that r = 0.30 described them well.

It held for patients of every age that the studies had.

## Practice implications

Therapists may ask about it early and listen to the answer with care.
"""


def written(instant: datetime) -> str:
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass
class Site:
    """Files under `folder`, a store, and a clock that moves only when a test says so."""

    folder: Path
    engine: Engine
    now: datetime = START + timedelta(hours=1)
    base_url: str = BASE_URL
    texts: dict[str, str] = field(default_factory=dict)

    @classmethod
    def make(cls, folder: Path, url: str) -> Site:
        """Set up the repository's definitions without its summaries, and an empty store."""
        shutil.copytree(REPOSITORY / "feeds", folder / "feeds")
        (folder / "content" / "summaries").mkdir(parents=True)
        return cls(folder, stores.make(url))

    def path(self, slug: str) -> str:
        return f"content/summaries/2024/01/{slug}.md"

    def write(self, slug: str, *, body: str = BODY, number: int = 0, **front: Any) -> str:
        """Write a summary's file; `front` are its keys (None leaves one out). Return its path."""
        published = front.pop("published", START + timedelta(minutes=number))
        announcement = front.get("form") == "announcement"
        values: dict[str, Any] = {
            "schema": 1,
            "id": f"tag:pprnet.example,2013:summary/{slug}",
            "title": f"What is known of {slug}",
            "lang": "en",
            "published": written(published) if isinstance(published, datetime) else published,
            "topics": ["empathy"],
            "kind": None if announcement else "meta-analysis",
            "citation": None if announcement else {"text": "Doe, J. (2020). On it. A Journal, 1."},
        }
        values |= front
        lines = [
            f"{k}: {json.dumps(v, default=written)}" for k, v in values.items() if v is not None
        ]
        text = body.replace("{slug}", slug).replace("{n}", "12")
        if announcement:
            text = text.partition("## Practice")[0]
        return self.write_text(slug, "\n".join(["---", *lines, "---", text]))

    def write_text(self, slug: str, text: str) -> str:
        path = self.path(slug)
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8")
        return path

    def remove(self, slug: str) -> None:
        (self.folder / self.path(slug)).unlink()

    @property
    def definitions(self) -> Definitions:
        return definitions.load(self.folder, base_url=self.base_url)

    def publish(self, *, later: timedelta = timedelta(minutes=1), **options: Any) -> Outcome:
        """Let a minute pass, then publish."""
        self.now += later
        return publish(
            self.engine,
            self.folder,
            self.definitions,
            now=self.now,
            options=Options(processes=1, **options),
        )

    def stored(self) -> dict[str, bytes]:
        """Return the bytes of every stored document, by path."""
        with store.reading(self.engine) as connection:
            return {d.path: gzip.decompress(d.gzip) for d in documents.list_since(connection, -1)}

    def document(self, path: str) -> bytes:
        with store.reading(self.engine) as connection:
            found = documents.find(connection, path)
        assert found is not None, path
        return gzip.decompress(found.gzip)

    def ids(self, path: str) -> list[str]:
        """Return the last part of the id of each entry of an Atom document, in its order."""
        found = reading.read(self.document(path), "application/atom+xml")
        return [entry.id.rpartition("/")[2] for entry in found]

    def acts(self, outcome: Outcome) -> list[tuple[str, str]]:
        return [(step.act, step.summary.slug) for step in outcome.steps]
