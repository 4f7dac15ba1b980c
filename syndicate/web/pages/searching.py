"""Search: what is found in parts, the best first, and a feed of it."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, Final

from syndicate import addresses, query, selection
from syndicate.errors import NotFound
from syndicate.model import Topic
from syndicate.query import Query
from syndicate.store import lists, search
from syndicate.web.frame import Here, Page

_LENGTH: Final = 20
_PARTS: Final = 50
_KNOWN: Final = 1_000  # summaries whose words a misspelt one is compared with
_TOPICS: Final = 5


def show(here: Here) -> Page:
    """Show what a search finds; without one, how to search."""
    typed = _last(here, "q")
    part = _read_part(_last(here, "page"))
    wanted = here.definitions.resolve_search(query.parse(typed))
    asks = bool(wanted.terms)
    skip = (part - 1) * _LENGTH
    found = search.list_found(here.connection, wanted, limit=_LENGTH + 1, skip=skip) if asks else []
    total = search.count(here.connection, wanted) if asks else None
    title = here.language.say("Search: {words}", words=typed) if asks else ""
    return Page(
        template="search.html",
        path=addresses.SEARCH,
        title=title or here.language.say("Search"),
        key="search",
        feed=here.definitions.searched_feed(wanted) if asks else None,
        is_kept=False,
        context={
            "typed": typed,
            "found": found[:_LENGTH],
            "total": total,
            **(_instead(here, wanted) if total == 0 else {}),
            "part": part,
            "has_more": len(found) > _LENGTH and part < _PARTS,
        },
    )


def _instead(here: Here, wanted: Query) -> dict[str, Any]:
    """Return what to offer where nothing was found: another spelling, and topics that sound so."""
    known = search.list_words(here.connection, limit=_KNOWN)
    respelt = query.respell(wanted, known)
    is_found = respelt and search.count(here.connection, respelt)
    return {"respelt": respelt.shown if respelt and is_found else "", "near": _topics(here, wanted)}


def _topics(here: Here, wanted: Query) -> list[Topic]:
    """Return topics whose name in either language has a word like one that was asked for."""
    named: dict[str, set[str]] = defaultdict(set)
    topics = {topic.slug: topic for topic in here.definitions.topics}
    for topic in topics.values():
        for word in query.fold(f"{topic.label} {topic.label_fr}").split():
            named[word].add(topic.slug)
    typed = [word for term in wanted.of("text", "title") for word in term.words if len(word) > 3]
    words = {word if word in named else query.nearest(word, named.keys()) for word in typed}
    near = {slug for word in words if word for slug in named[word]}
    ordered = sorted((topics[slug] for slug in near), key=here.language.sort_key)[:_TOPICS]
    return [topic for topic in ordered if _has_summaries(here, topic)]


def _has_summaries(here: Here, topic: Topic) -> bool:
    wanted = selection.canonical([selection.Term("topic", topic.slug)])
    return bool(lists.list_part(here.connection, wanted, limit=1))


def _last(here: Here, name: str) -> str:
    return next(reversed(here.query.get(name, ())), "").strip()


def _read_part(text: str) -> int:
    if not text:
        return 1
    if text.isascii() and text.isdecimal() and len(text) < 4 and 1 <= int(text) <= _PARTS:
        return int(text)
    raise NotFound("this part of the list is not there", "begin at its top")
