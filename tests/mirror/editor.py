"""An editor of a small site, who does to a summary whatever can be done to one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.sites import BODY, Site, written


def id_of(slug: str) -> str:
    return f"tag:pprnet.example,2013:summary/{slug}"


@dataclass
class Editor:
    """Edits `site`. Summaries go by the slugs that they had first; each call is one publish."""

    site: Site
    fronts: dict[str, dict[str, Any]] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)  # the file's name, where it was renamed

    def publish(self, slug: str) -> None:
        self.write(slug)
        assert self.site.publish().problems == ()

    def write(self, slug: str) -> None:
        front = {**self.fronts[slug], "id": id_of(slug)}
        self.site.write(self.place(slug), body=BODY.replace("{slug}", slug), **front)

    def place(self, slug: str) -> str:
        return self.places.get(slug, slug)

    def is_live(self, slug: str) -> bool:
        return slug in self.fronts and "withdrawn" not in self.fronts[slug]

    def tag(self, slug: str, topics: list[str]) -> None:
        """Begin a summary, or give it other topics."""
        begun = {"published": self.site.now, "title": f"What is known of {slug}"}
        self.fronts.setdefault(slug, begun)["topics"] = topics
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
            self.site.remove(self.place(slug))
            self.places[slug] = f"{slug}-{self.site.now:%H%M%S}"
            self.publish(slug)

    def _note(self, slug: str, text: str) -> None:
        front = self.fronts[slug]
        note = {"date": written(self.site.now), "note": text}
        front["corrections"] = [*front.get("corrections", []), note]
