"""A summary's page: its permalink, and what is told there once it was withdrawn."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from syndicate import addresses
from syndicate.definitions import Definitions
from syndicate.errors import NotFound
from syndicate.model import Summary, WithdrawalReason
from syndicate.store import lists, summaries
from syndicate.web import forest, structured, wording
from syndicate.web.frame import Here, Page
from syndicate.web.language import Language

_RELATED: Final = 4


def show(here: Here, slug: str) -> Page:
    """Show a summary; 410 where it was withdrawn, 301 where it has another slug now."""
    text = find(here, slug)
    if text.withdrawn:
        return withdrawn(here.language, text, instead=find_instead(here, text))
    related = lists.list_related(here.connection, text, limit=_RELATED)
    return present(here.definitions, here.language, text, related)


def find(here: Here, slug: str) -> Summary:
    """Return the summary of an address. Moved for a former slug, NotFound for one never used."""
    stored = summaries.find(here.connection, slug=slug)
    if stored is None:
        moved = summaries.find_by_former_slug(here.connection, slug)
        if moved:
            raise here.moved(here.path.replace(slug, moved.slug, 1))
        raise NotFound(f"there is no summary {slug!r}", "look in /archive/ or /topics/")
    return summaries.get(here.connection, stored)


def find_instead(here: Here, text: Summary) -> Summary | None:
    """Return what is to be read instead of a withdrawn summary, if anything is."""
    slug = text.withdrawn.replaced_by if text.withdrawn else None
    stored = summaries.find(here.connection, slug=slug or "")
    return summaries.get(here.connection, stored) if stored else None


def present(
    definitions: Definitions, language: Language, text: Summary, related: Sequence[Summary]
) -> Page:
    """Show a summary whose date is known."""
    topics = [topic for slug in text.topics if (topic := definitions.find_topic(slug))]
    own = [definitions.find_feed(f"topics/{topic.slug}") for topic in topics]
    return Page(
        template="summary.html",
        path=addresses.summary(text.slug),
        title=text.title,
        lang=text.lang,
        description=text.description,
        data=structured.of_summary(text, definitions),
        key=f"summary/{text.slug} lists",  # it names others too
        embedded=addresses.embedded(addresses.summary(text.slug)),
        further_feeds=tuple(feed for feed in own if feed),
        context={
            "summary": text,
            "topics": topics,
            "table": wording.table(text.findings, language.say),
            "plots": forest.plots(text.findings),
            "sections": list(_sections(language, text)),
            "related": related,
        },
    )


def _sections(language: Language, text: Summary) -> Iterator[tuple[str, str]]:
    """Yield (fragment, title) of the parts of research; an announcement is too short for them."""
    if text.implications_html:
        yield "implications", language.say("Practice implications")
    if text.findings:
        yield "findings", language.say("Findings")
    if text.citation:
        yield "citation", language.say("Article summarised")
    if text.corrections:
        yield "corrections", language.say("Corrections")


def withdrawn(language: Language, text: Summary, *, instead: Summary | None) -> Page:
    """Say when and why a summary was withdrawn; for legal reasons without naming it."""
    told = text.withdrawn
    assert told is not None
    named = told.reason != "legal"
    return Page(
        template="withdrawn.html",
        path=addresses.summary(text.slug) if named else addresses.HOME,
        title=language.say("Withdrawn"),
        key=f"summary/{text.slug} lists",  # it names others too
        status=410,
        context={
            "summary": text if named else None,
            "note": told.note if named else "",
            "date": told.date,
            "reason": reason(language, told.reason),
            "instead": instead,
        },
    )


def reason(language: Language, reason: WithdrawalReason) -> str:
    """Write the reason of a withdrawal, as it ends a sentence."""
    say = language.say
    reasons: dict[WithdrawalReason, str] = {
        "retracted": say("the article it summarises was retracted"),
        "error": say("it was in error"),
        "superseded": say("a newer summary takes its place"),
        "duplicate": say("it was published twice"),
        "legal": say("for legal reasons"),
        "other": say("for the reason given below"),
    }
    return reasons[reason]
