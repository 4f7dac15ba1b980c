"""A summary's page: its permalink, and what is told there once it was withdrawn."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from syndicate import addresses
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
    return withdrawn(here, text) if text.withdrawn else _present(here, text)


def find(here: Here, slug: str) -> Summary:
    """Return the summary of an address. Moved for a former slug, NotFound for one never used."""
    stored = summaries.find(here.connection, slug=slug)
    if stored is None:
        moved = summaries.find_by_former_slug(here.connection, slug)
        if moved:
            raise here.moved(here.path.replace(slug, moved.slug, 1))
        raise NotFound(f"there is no summary {slug!r}", "look in /archive/ or /topics/")
    return summaries.get(here.connection, stored)


def _present(here: Here, text: Summary) -> Page:
    definitions = here.definitions
    topics = [topic for slug in text.topics if (topic := definitions.find_topic(slug))]
    own = [definitions.find_feed(f"topics/{topic.slug}") for topic in topics]
    return Page(
        template="summary.html",
        path=addresses.summary(text.slug),
        title=text.title,
        lang=text.lang,
        description=text.description,
        data=structured.of_summary(text, definitions),
        key=f"summary/{text.slug}",
        embedded=addresses.embedded(addresses.summary(text.slug)),
        further_feeds=tuple(feed for feed in own if feed),
        context={
            "summary": text,
            "topics": topics,
            "table": wording.table(text.findings, here.language.say),
            "plots": forest.plots(text.findings),
            "sections": list(_sections(here.language, text)),
            "related": lists.list_related(here.connection, text, limit=_RELATED),
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


def withdrawn(here: Here, text: Summary) -> Page:
    """Say when and why a summary was withdrawn; for legal reasons without naming it."""
    withdrawn = text.withdrawn
    assert withdrawn is not None
    named = withdrawn.reason != "legal"
    instead = summaries.find(here.connection, slug=withdrawn.replaced_by or "")
    return Page(
        template="withdrawn.html",
        path=addresses.summary(text.slug) if named else addresses.HOME,
        title=here.language.say("Withdrawn"),
        key=f"summary/{text.slug}",
        status=410,
        context={
            "summary": text if named else None,
            "note": withdrawn.note if named else "",
            "date": withdrawn.date,
            "reason": reason(here.language, withdrawn.reason),
            "instead": summaries.get(here.connection, instead) if instead else None,
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
