"""The summaries of a topic, a kind of research, a defined feed or any selection of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from syndicate import addresses, selection
from syndicate.model import Feed
from syndicate.selection import Group, Selection, Term
from syndicate.store import lists
from syndicate.web import listing
from syndicate.web.feeds import find_feed
from syndicate.web.frame import Here, Page
from syndicate.web.language import Language

_GROUPS: Final[dict[str, Group]] = {"topic": "topic", "kind": "kind"}


@dataclass(frozen=True, slots=True)
class Choice:
    """Something that can be chosen, with the number of summaries that there are then."""

    value: str
    label: str
    is_chosen: bool
    count: int | None = None


def show(here: Here, group: str, slug: str, before: str = "") -> Page:
    """Show the summaries of a topic, a kind, a defined feed or any selection."""
    feed = find_feed(here.connection, here.definitions, group, slug)
    here.require_path(addresses.part(feed.page, before))
    found = listing.part(here.connection, feed.selection, before=before)
    return Page(
        template="selection.html",
        path=addresses.part(feed.page, before),
        title=feed.title if group == "feeds" else describe(here, feed.selection),
        lang="en" if group == "feeds" else "",
        description=feed.description,
        key=f"{feed.surrogate_key} lists",  # it shows how much there is of each
        feed=feed,
        embedded=addresses.embedded(feed.page),
        context={
            "listing": found,
            "total": lists.count(here.connection, feed.selection),
            **_narrowing(here, feed),
        },
    )


def choose(here: Here) -> Page:
    """Lead from a form's choices to the page, or the preview, of what was chosen."""
    terms = [
        Term(group, slug)
        for name, group in _GROUPS.items()
        for slug in here.query.get(name, ())
        if slug
    ]
    for_feed = "feed" in here.query
    if not terms:
        raise here.moved(addresses.SUBSCRIBE if for_feed else addresses.TOPICS)
    chosen = selection.parse(str(selection.canonical(terms)))
    feed = here.definitions.selected_feed(chosen)
    raise here.moved(addresses.preview(feed.stem) if for_feed else feed.page)


def describe(here: Here, wanted: Selection) -> str:
    """Write a selection for people: `Empathy or Training, Meta-analysis, not Adherence`."""
    language = here.language
    groups = [
        language.say(" or ").join(_label(here, language, term) for term in terms)
        for group in ("topic", "kind", "form")
        if (terms := [t for t in wanted.terms if t.group == group and not t.excluded])
    ]
    without = [
        language.say("not {label}", label=_label(here, language, term))
        for term in wanted.terms
        if term.excluded
    ]
    return ", ".join([*groups, *without])


def _label(here: Here, language: Language, term: Term) -> str:
    match term.group:
        case "topic":
            return language.label(here.definitions.topic(term.slug))
        case "kind":
            return language.label(here.definitions.kind(term.slug))
        case _:
            forms = {
                "research": language.say("Summaries of research"),
                "announcement": language.say("Announcements"),
            }
            return forms[term.slug]


def _narrowing(here: Here, feed: Feed) -> dict[str, list[Choice]]:
    """Return by which topic and kind the list can be narrowed; nothing where it is too special."""
    wanted = feed.selection
    simple = all(not term.excluded and term.group != "form" for term in wanted.terms)
    topics, kinds = wanted.named("topic"), wanted.named("kind")
    if not simple or len(topics) > 1 or len(kinds) > 1:
        return {"topics": [], "kinds": []}
    of_topics, of_kinds = _only(wanted, "topic"), _only(wanted, "kind")
    by_topic = lists.count_topics(here.connection, of_kinds)
    by_kind = lists.count_kinds(here.connection, of_topics)
    language = here.language
    return {
        "topics": [
            Choice(one.slug, language.label(one), one.slug in topics, by_topic.get(one.slug, 0))
            for one in sorted(here.definitions.topics, key=language.sort_key)
            if one.slug in by_topic or one.slug in topics
        ],
        "kinds": [
            Choice(one.slug, language.label(one), one.slug in kinds, by_kind.get(one.slug, 0))
            for one in here.definitions.kinds
            if one.slug in by_kind or one.slug in kinds
        ],
    }


def _only(wanted: Selection, group: Group) -> Selection:
    return selection.canonical([term for term in wanted.terms if term.group == group])
