"""The form of topics.toml, kinds.toml and feeds.toml, and all four files read and checked.

pydantic finds every error of every file in one reading; definitions.py makes the model of it.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

from pydantic import ValidationError, model_validator

from syndicate.definition_values import Label, OptionalPlain, Plain, Slug, Window, feed_label
from syndicate.errors import DefinitionError, Problem
from syndicate.model import Kind, Topic
from syndicate.network_file import NetworkFile, Table

FILES: Final = ("network.toml", "topics.toml", "kinds.toml", "feeds.toml")


class TopicTable(Table):
    slug: Slug
    label: Plain
    feed_label: Label | None = None
    key: Slug | None = None
    former: tuple[Slug, ...] = ()
    label_fr: Plain | None = None

    @model_validator(mode="after")
    def _needs_feed_label(self) -> Self:
        if self.feed_label is None:
            feed_label(self.label)
        return self

    def to_model(self) -> Topic:
        return Topic(
            slug=self.slug,
            label=self.label,
            feed_label=self.feed_label or self.label,
            key=self.key or self.slug,
            former=self.former,
            label_fr=self.label_fr or self.label,
        )


class KindTable(Table):
    slug: Slug
    label: Label
    feed_label: Label | None = None
    label_fr: Plain | None = None

    def to_model(self) -> Kind:
        return Kind(
            slug=self.slug,
            label=self.label,
            feed_label=self.feed_label or self.label,
            label_fr=self.label_fr or self.label,
        )


class FeedTable(Table):
    slug: Slug
    title: Plain
    description: OptionalPlain = ""
    selection: str = ""
    window: Window | None = None


class TopicsFile(Table):
    topic: tuple[TopicTable, ...] = ()


class KindsFile(Table):
    kind: tuple[KindTable, ...] = ()


class FeedsFile(Table):
    window: Window = 50
    feed: tuple[FeedTable, ...] = ()


_FORMS: Final[dict[str, type[Table]]] = {
    "network.toml": NetworkFile,
    "topics.toml": TopicsFile,
    "kinds.toml": KindsFile,
    "feeds.toml": FeedsFile,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DefinitionFiles:
    """The four files, each valid by itself and free of clashes within it."""

    network: NetworkFile
    topics: tuple[TopicTable, ...]
    kinds: tuple[KindTable, ...]
    feeds: tuple[FeedTable, ...]
    window: int

    @classmethod
    def parse(cls, texts: Mapping[str, str]) -> DefinitionFiles:
        """Read the texts by file name. DefinitionError carries every problem of every file."""
        found: dict[str, Any] = {}
        problems: list[Problem] = []
        for name, form in _FORMS.items():
            try:
                found[name] = form.model_validate(tomllib.loads(texts.get(name, "")))
            except tomllib.TOMLDecodeError as error:
                line = re.search(r"line (\d+)", str(error))
                place = int(line[1]) if line else 0
                problems.append(Problem(f"feeds/{name}", place, f"this is not TOML: {error}"))
            except ValidationError as error:
                problems.extend(_problems(name, texts[name], error))
        if problems:
            raise DefinitionError(*problems)
        files = cls(
            network=found["network.toml"],
            topics=found["topics.toml"].topic,
            kinds=found["kinds.toml"].kind,
            feeds=found["feeds.toml"].feed,
            window=found["feeds.toml"].window,
        )
        if clashes := list(files._clashes(texts)):
            raise DefinitionError(*clashes)
        return files

    def untranslated(self, texts: Mapping[str, str]) -> Iterator[Problem]:
        """Yield a warning for each label without a French one, where others have one."""
        labelled: list[tuple[str, str, Sequence[TopicTable | KindTable]]] = [
            ("topics.toml", "topic", self.topics),
            ("kinds.toml", "kind", self.kinds),
        ]
        if not any(table.label_fr for _, _, tables in labelled for table in tables):
            return
        for name, what, tables in labelled:
            for number, table in enumerate(tables):
                if not table.label_fr:
                    line = _line(texts[name], (what, number, "label"))
                    told = f"the {what} {table.slug!r} has no label_fr"
                    remedy = f"add it; until then French pages and mails show {table.label!r}"
                    yield Problem(f"feeds/{name}", line, told, remedy, "warning")

    def _clashes(self, texts: Mapping[str, str]) -> Iterator[Problem]:
        yield from _doubles(
            "topics.toml", texts, (s for t in self.topics for s in (t.slug, *t.former))
        )
        yield from _doubles("topics.toml", texts, (t.key or t.slug for t in self.topics))
        yield from _doubles("kinds.toml", texts, (kind.slug for kind in self.kinds))
        yield from _doubles("feeds.toml", texts, (feed.slug for feed in self.feeds))


def _doubles(name: str, texts: Mapping[str, str], slugs: Iterator[str]) -> Iterator[Problem]:
    seen: set[str] = set()
    for slug in slugs:
        if slug in seen:
            lines = [n for n, text in enumerate(texts[name].splitlines(), 1) if f'"{slug}"' in text]
            yield Problem(
                f"feeds/{name}",
                lines[-1] if lines else 0,
                f"{slug!r} stands twice, as a present or former slug or key",
                "keep one",
            )
        seen.add(slug)


def _problems(name: str, text: str, error: ValidationError) -> Iterator[Problem]:
    for fault in error.errors(include_url=False):
        place = ".".join(str(part) for part in fault["loc"])
        message = fault["msg"].removeprefix("Value error, ")
        if fault["type"] == "extra_forbidden":
            message = "there is no such setting"
        yield Problem(f"feeds/{name}", _line(text, fault["loc"]), f"{place}: {message}")


def _line(text: str, place: tuple[int | str, ...]) -> int:
    """Find the line of `("topic", 3, "slug")`; tomllib keeps no positions, headers are counted."""
    lines = text.splitlines()
    start = 0
    if len(place) > 1 and isinstance(place[1], int):
        headers = [n for n, line in enumerate(lines) if line.strip() == f"[[{place[0]}]]"]
        start = headers[place[1]] if place[1] < len(headers) else 0
    elif place:
        start = next((n for n, line in enumerate(lines) if line.strip() == f"[{place[0]}]"), 0)
    for number in range(start, len(lines)):
        if re.match(rf"\s*{re.escape(str(place[-1]))}\s*=", lines[number]):
            return number + 1
    return start + 1
