"""An editor of a small site, who does to a summary and to topics whatever can be done to one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from syndicate.publish import topics as topics_
from tests.sites import BODY, Site, written

_MINUTE = timedelta(minutes=1)


def id_of(slug: str) -> str:
    return f"tag:pprnet.example,2013:summary/{slug}"


@dataclass
class Editor:
    """Edits `site`. Summaries and topics go by the slugs that they had first.

    Each call is one publish.
    """

    site: Site
    fronts: dict[str, dict[str, Any]] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)  # the file's name, where it was renamed

    def publish(self, slug: str, *gone: str) -> None:
        """Publish the file of a summary, and that others are gone."""
        self.send([self.write(slug), *gone])

    def send(self, _paths: Sequence[str]) -> None:
        """Publish whatever was saved; one who is not alone publishes these paths only."""
        assert self.site.publish().problems == ()

    def write(self, slug: str) -> str:
        front = {**self.fronts[slug], "id": id_of(slug)}
        return self.site.write(self.place(slug), body=BODY.replace("{slug}", slug), **front)

    def place(self, slug: str) -> str:
        return self.places.get(slug, slug)

    def is_live(self, slug: str) -> bool:
        return slug in self.fronts and "withdrawn" not in self.fronts[slug]

    def tag(self, slug: str, topics: list[str], kind: str = "meta-analysis") -> None:
        """Begin a summary, or give it other topics and another kind."""
        begun = {"published": self.site.now, "title": f"What is known of {slug}"}
        self.fronts.setdefault(slug, begun).update(topics=topics, kind=kind)
        self.publish(slug)

    def correct(self, slug: str) -> None:
        if self.is_live(slug):
            self._note(slug, "It was wrong.")
            self.fronts[slug]["title"] = f"Corrected at {self.site.now:%H:%M:%S}"
            self.publish(slug)

    def polish(self, slug: str) -> None:
        """Change what no reader is told of."""
        if self.is_live(slug):
            said = f"Another description, of {self.site.now:%H:%M:%S}."
            self.fronts[slug]["description"] = said
            self.publish(slug)

    def withdraw(self, slug: str, reason: str = "error") -> None:
        if self.is_live(slug):
            self.fronts[slug]["withdrawn"] = {"date": written(self.site.now), "reason": reason}
            self.publish(slug)

    def restore(self, slug: str) -> None:
        if slug in self.fronts and self.fronts[slug].pop("withdrawn", None):
            self._note(slug, "It is back.")
            self.publish(slug)

    def rename(self, slug: str) -> None:
        if self.is_live(slug):
            old = self.place(slug)
            self.site.remove(old)
            self.places[slug] = f"{slug}-{self.site.now:%H%M%S}"
            self.publish(slug, self.site.path(old))

    def _note(self, slug: str, text: str) -> None:
        front = self.fronts[slug]
        note = {"date": written(self.site.now), "note": text}
        front["corrections"] = [*front.get("corrections", []), note]

    # Topics --------------------------------------------------------------------------------------

    def slug_of(self, topic: str) -> str:
        """Return what a topic is called now; two that were merged share one."""
        found = self.site.definitions.find_topic(topic)
        assert found is not None, topic
        return found.slug

    def rename_topic(self, topic: str) -> None:
        site = self.site
        site.now += _MINUTE
        new, url = f"{topic}-{site.now:%H%M%S}", site.base_url
        topics_.rename(
            site.engine, site.folder, self.slug_of(topic), new, base_url=url, now=site.now
        )

    def merge_topics(self, topic: str, into: str) -> None:
        site = self.site
        site.now += _MINUTE
        old, kept, url = self.slug_of(topic), self.slug_of(into), site.base_url
        if old != kept:
            topics_.merge(site.engine, site.folder, old, kept, base_url=url, now=site.now)
