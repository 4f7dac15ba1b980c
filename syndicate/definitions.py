"""Reads feeds/*.toml, checks the files against each other and answers questions about them.

A publish stores the texts of the four files beside the base URL; the web and the workers parse
those same texts again, so they need no site folder.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final, NoReturn
from urllib.parse import quote

from syndicate import addresses, selection
from syndicate.definition_files import FILES, DefinitionFiles, FeedTable
from syndicate.errors import DefinitionError, NotFound, Problem
from syndicate.model import Feed, Kind, Network, Topic
from syndicate.query import Query
from syndicate.query import Term as Asked
from syndicate.selection import EVERYTHING, Selection, Term

FULL: Final = "full"


@dataclass(frozen=True)
class Definitions:
    """Everything that feeds/ says. `texts` are the files as read: {"topics.toml": "…"}."""

    network: Network
    topics: tuple[Topic, ...]
    kinds: tuple[Kind, ...]
    feeds: tuple[Feed, ...]  # the full feed, then topics, kinds and the [[feed]] blocks
    texts: Mapping[str, str]
    window: int = 50

    @cached_property
    def _topics(self) -> dict[str, Topic]:
        former = {old: topic for topic in self.topics for old in topic.former}
        return former | {topic.slug: topic for topic in self.topics}

    @cached_property
    def _kinds(self) -> dict[str, Kind]:
        return {kind.slug: kind for kind in self.kinds}

    @cached_property
    def _feeds(self) -> dict[str, Feed]:
        return {feed.key: feed for feed in self.feeds}

    def find_topic(self, slug: str) -> Topic | None:
        """Return the topic of a present or former slug."""
        return self._topics.get(slug)

    def present_topics(self, slugs: Iterable[str]) -> tuple[str, ...]:
        """Return topics by their present slugs, each once; a slug that left the files stays."""
        found = ((self.find_topic(slug), slug) for slug in slugs)
        return tuple(dict.fromkeys(topic.slug if topic else slug for topic, slug in found))

    def find_kind(self, slug: str) -> Kind | None:
        return self._kinds.get(slug)

    def find_feed(self, key: str) -> Feed | None:
        return self._feeds.get(key)

    def topic(self, slug: str) -> Topic:
        """Return the topic of a present or former slug; NotFound names near misses."""
        return self.find_topic(slug) or _unknown("topic", slug, self._topics)

    def kind(self, slug: str) -> Kind:
        """Return the kind of research; NotFound names near misses."""
        return self.find_kind(slug) or _unknown("kind of research", slug, self._kinds)

    def absolute(self, path: str) -> str:
        """Return the public address of a path."""
        return self.network.base_url + path

    @property
    def is_hub(self) -> bool:
        """Tell whether the WebSub hub that the feeds name is this program's own."""
        return self.network.hub == self.absolute(addresses.HUB)

    def tag(self, specific: str) -> str:
        """Mint a tag URI (RFC 4151) under the network's authority and frozen date."""
        return f"tag:{self.network.tag_authority},{self.network.tag_date}:{specific}"

    def resolve(self, wanted: Selection) -> Selection:
        """Return `wanted` with present slugs for former ones; NotFound for unknown slugs.

        What was left out and has since been merged into what is wanted is left out no more: the
        feed of such a selection goes on.
        """
        selection.require_sense(wanted)
        terms = []
        for term in wanted.terms:
            if term.group == "topic":
                terms.append(Term("topic", self.topic(term.slug).slug, excluded=term.excluded))
            elif term.group == "kind":
                terms.append(Term("kind", self.kind(term.slug).slug, excluded=term.excluded))
            elif term.slug in ("research", "announcement"):
                terms.append(term)
            else:
                _unknown("form", term.slug, ("research", "announcement"))
        named = {(term.group, term.slug) for term in terms if not term.excluded}
        return selection.canonical(
            [t for t in terms if not t.excluded or (t.group, t.slug) not in named]
        )

    def selected_feed(self, wanted: Selection) -> Feed:
        """Return the feed of any selection; one of the stored feeds where it is the same."""
        wanted = self.resolve(wanted)
        for feed in self.feeds:
            if feed.selection == wanted and not feed.key.startswith("feeds/"):
                return feed
        text = str(wanted)
        return Feed(
            key=f"selection/{text}",
            id=self.tag(f"feed/selection/{text}"),
            title=f"{self.network.short}: {', '.join(self._describe(wanted))}",
            description=f"Summaries of {self.network.title} selected by {text}",
            stem=f"/topics/{text}/feed",
            page=addresses.topic(text),
            selection=wanted,
            window=self.window,
        )

    def resolve_search(self, query: Query) -> Query:
        """Return `query` with present slugs for former ones; NotFound for unknown slugs."""
        slugs = {
            term: self.topic(term.text).slug if term.field == "topic" else self.kind(term.text).slug
            for term in query.terms
            if term.field in ("topic", "kind")
        }
        return Query.of_terms(
            Asked(term.field, slugs.get(term, term.text), excluded=term.excluded)
            for term in query.terms
        )

    def searched_feed(self, query: Query) -> Feed:
        """Return the feed of what a search finds."""
        text = quote(str(query), safe="+-:/")
        return Feed(
            key=f"search/{text}",
            id=self.tag(f"feed/search/{text}"),
            title=f"{self.network.short}: search {query.shown}",
            description=f"Summaries of {self.network.title} that a search for {query.shown} finds",
            stem=f"/search/{text}/feed",
            page=f"{addresses.SEARCH}?q={quote(query.shown)}",
            window=self.window,
        )

    def _describe(self, wanted: Selection) -> Iterator[str]:
        for term in wanted.terms:
            label = {
                "topic": lambda slug: self.topic(slug).feed_label,
                "kind": lambda slug: self.kind(slug).feed_label,
                "form": str.capitalize,
            }[term.group](term.slug)
            yield f"not {label}" if term.excluded else label


def near_misses(word: str, known: Iterable[str]) -> str:
    """Return `did you mean 'a' or 'b'?`, or nothing when no known word is near."""
    close = difflib.get_close_matches(word, list(known), n=3, cutoff=0.6)
    return f"did you mean {' or '.join(map(repr, close))}?" if close else ""


def _unknown(what: str, slug: str, known: Iterable[str]) -> NoReturn:
    raise NotFound(f"unknown {what} {slug!r}", near_misses(slug, known))


def load(site: Path, *, base_url: str | None = None) -> Definitions:
    """Read the four files of `site`/feeds; `base_url` comes before network.toml's.

    DefinitionError carries every problem of every file.
    """
    return parse(read_texts(site), base_url=base_url)


def read_texts(site: Path) -> dict[str, str]:
    """Return the four files by name. DefinitionError names every one that cannot be read."""
    texts: dict[str, str] = {}
    problems = []
    for name in FILES:
        path = site / "feeds" / name
        try:
            texts[name] = path.read_text("utf-8")
        except FileNotFoundError:
            problems.append(
                Problem(f"feeds/{name}", 0, "this file is missing", "`syndicate init` writes one")
            )
        except (OSError, UnicodeDecodeError) as error:
            problems.append(Problem(f"feeds/{name}", 0, f"cannot be read: {error}"))
    if problems:
        raise DefinitionError(*problems)
    return texts


def parse(texts: Mapping[str, str], *, base_url: str | None = None) -> Definitions:
    """Read the four files' texts, by name. DefinitionError carries every problem of every file."""
    files = DefinitionFiles.parse(texts)
    network = files.network.to_model(base_url=base_url)
    topics = tuple(table.to_model() for table in files.topics)
    kinds = tuple(table.to_model() for table in files.kinds)
    window = files.window
    bare = Definitions(network, topics, kinds, (), dict(texts), window)
    feeds = [*_standing_feeds(bare), *(_defined_feed(bare, table) for table in files.feeds)]
    return Definitions(network, topics, kinds, tuple(feeds), dict(texts), window)


def doubts(texts: Mapping[str, str]) -> tuple[Problem, ...]:
    """Return the warnings on files that `parse` takes."""
    return tuple(DefinitionFiles.parse(texts).untranslated(texts))


def _standing_feeds(definitions: Definitions) -> Iterator[Feed]:
    """Make the feeds that exist without a [[feed]] block: all, one a topic, one a kind."""
    network = definitions.network
    yield Feed(
        key=FULL,
        id=definitions.tag("feed"),
        title=network.title,
        description=network.description,
        stem=addresses.FULL_FEED,
        page=addresses.HOME,
        selection=EVERYTHING,
        window=definitions.window,
    )
    for topic in definitions.topics:
        yield Feed(
            key=f"topics/{topic.slug}",
            id=definitions.tag(f"feed/topics/{topic.key}"),
            title=f"{network.short}: {topic.feed_label}",
            description=f"Summaries on {topic.label} by {network.title}",
            stem=f"/topics/{topic.slug}/feed",
            page=addresses.topic(topic.slug),
            selection=Selection((Term("topic", topic.slug),)),
            window=definitions.window,
        )
    for kind in definitions.kinds:
        yield Feed(
            key=f"kinds/{kind.slug}",
            id=definitions.tag(f"feed/kinds/{kind.slug}"),
            title=f"{network.short}: {kind.feed_label}",
            description=f"Summaries of research of the kind {kind.label} by {network.title}",
            stem=f"/kinds/{kind.slug}/feed",
            page=addresses.kind(kind.slug),
            selection=Selection((Term("kind", kind.slug),)),
            window=definitions.window,
        )


def _defined_feed(definitions: Definitions, table: FeedTable) -> Feed:
    try:
        wanted = selection.parse(table.selection) if table.selection else EVERYTHING
        wanted = definitions.resolve(wanted)
    except NotFound as error:
        text = definitions.texts["feeds.toml"]
        line = _line_of(text, table.selection)
        raise DefinitionError(
            Problem(
                "feeds/feeds.toml", line, f"[[feed]] {table.slug!r}: {error.message}", error.remedy
            )
        ) from None
    return Feed(
        key=f"feeds/{table.slug}",
        id=definitions.tag(f"feed/feeds/{table.slug}"),
        title=table.title,
        description=table.description or f"{table.title}, by {definitions.network.title}",
        stem=f"/feeds/{table.slug}/feed",
        page=addresses.feed(table.slug),
        selection=wanted,
        window=table.window or definitions.window,
    )


def _line_of(text: str, value: str) -> int:
    for number, line in enumerate(text.splitlines(), 1):
        if re.search(rf"=\s*['\"]{re.escape(value)}['\"]", line):
            return number
    return 0
