"""The mail that tells of summaries: subject, text, HTML and headers, once for all who get it."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from syndicate import addresses
from syndicate.alerts import wording
from syndicate.alerts.labels import label_of, listed, terms_of
from syndicate.alerts.mail import ADDRESS, TOKEN, Draft
from syndicate.alerts.news import What, note_of
from syndicate.alerts.subscription import Form, Language, Rhythm
from syndicate.alerts.templates import render
from syndicate.definitions import Definitions
from syndicate.model import Alerts, Summary

MOST_LINES: Final = 40  # some mail programs cut what is longer than 102 kB
_LONGEST_SUBJECT: Final = 150
_ORDER: Final[tuple[What, ...]] = ("withdrawn", "corrected", "restored", "new")


@dataclass(frozen=True, slots=True)
class Line:
    """One summary in a bulletin."""

    what: What
    summary: Summary


@dataclass(frozen=True, slots=True, kw_only=True)
class Bulletin:
    """What one mail tells: the same for all who ask for the same selections."""

    lines: tuple[Line, ...]
    selections: tuple[str, ...]
    rhythm: Rhythm
    language: Language
    form: Form


def draft(bulletin: Bulletin, definitions: Definitions) -> Draft:
    """Write the mail."""
    alerts = definitions.network.alerts
    assert alerts is not None
    lines = sorted(bulletin.lines, key=lambda line: _ORDER.index(line.what))
    subject = _subject(lines, bulletin, definitions)

    def page(path: str) -> str:
        return definitions.absolute(addresses.in_language(path, bulletin.language))

    context: dict[str, object] = {
        "words": wording.BULLETIN[bulletin.language],
        "language": bulletin.language,
        "network": definitions.network,
        "alerts": alerts,
        "rhythm": wording.RHYTHMS[bulletin.language][bulletin.rhythm],
        "selections": listed(bulletin.selections, definitions, bulletin.language),
        "lines": [_shown(line, bulletin, definitions) for line in lines[:MOST_LINES]],
        "more": max(len(lines) - MOST_LINES, 0),
        "home": page(addresses.HOME),
        "archive": page(addresses.ARCHIVE),
        "stop": page(addresses.unsubscribe(TOKEN)),
        "change": page(addresses.PREFERENCES),
        "address": ADDRESS,
        "subject": subject,
    }
    return Draft(
        subject=subject,
        text=render("bulletin.txt", context),
        html=render("bulletin.html", context) if bulletin.form == "html" else None,
        language=bulletin.language,
        headers=dict(_list_headers(bulletin, definitions, alerts)),
    )


# What stands in it -----------------------------------------------------------------------------


def _shown(line: Line, bulletin: Bulletin, definitions: Definitions) -> dict[str, object]:
    summary, language = line.summary, bulletin.language
    taken_back = summary.withdrawn
    withheld = taken_back is not None and taken_back.reason == "legal"
    instead = taken_back.replaced_by if taken_back and not withheld else None

    def page(slug: str) -> str:
        return definitions.absolute(addresses.in_language(addresses.summary(slug), language))

    return {
        "what": line.what,
        "told": _told(line, language),
        "status": "" if line.what == "new" else wording.WHAT[language][line.what],
        "title": wording.BULLETIN[language]["withheld"] if withheld else summary.title,
        "url": page(summary.slug),
        "instead": page(instead) if instead else None,
        "date": wording.day(summary.published, language) if summary.published else "",
        "labels": " · ".join(_labels_of(summary, bulletin.selections, definitions, language)),
        "note": note_of(line.what, summary),
        "description": "" if line.what == "withdrawn" else summary.description,
        "doi": summary.citation.doi_url if summary.citation and not summary.withdrawn else None,
    }


def _told(line: Line, language: Language) -> str:
    """Return what happened to it, as a sentence; nothing of what is new."""
    if line.what == "new":
        return ""
    why = line.summary.withdrawn.reason if line.summary.withdrawn else "other"
    return wording.BULLETIN[language][line.what].format(why=wording.WHY[language][why])


def _subject(lines: list[Line], bulletin: Bulletin, definitions: Definitions) -> str:
    """Return `PPRNet demo, Empathy: How empathy …`, or what there is by number."""
    head, colon = definitions.network.short, f"{wording.BULLETIN[bulletin.language]['colon']} "
    if "" not in bulletin.selections and len(bulletin.selections) <= 2:
        named = listed(bulletin.selections, definitions, bulletin.language)
        head = ", ".join(filter(None, (head, named)))
    if len(lines) == 1:
        shown = _shown(lines[0], bulletin, definitions)
        told = colon.join(filter(None, (str(shown["status"]), str(shown["title"]))))
    else:
        counts = Counter(line.what for line in lines)
        told = ", ".join(
            wording.count(what, counts[what], bulletin.language)
            for what in reversed(_ORDER)
            if counts[what]
        )
    return textwrap.shorten(f"{head}{colon}{told}", _LONGEST_SUBJECT, placeholder=" …")


def _labels_of(
    summary: Summary, selections: Iterable[str], definitions: Definitions, language: Language
) -> Iterator[str]:
    """Yield the summary's kind and those of its topics that the reader asked for by name."""
    asked = {term.slug for text in selections for term in terms_of(text, definitions)}
    kind = definitions.find_kind(summary.kind) if summary.kind else None
    if kind:
        yield label_of(kind, language)
    topics = [topic for topic in map(definitions.find_topic, summary.topics) if topic]
    for topic in [t for t in topics if t.slug in asked] or topics:
        yield label_of(topic, language)


# Headers ---------------------------------------------------------------------------------------


def _list_headers(
    bulletin: Bulletin, definitions: Definitions, alerts: Alerts
) -> Iterator[tuple[str, str]]:
    """Yield what mail programs know a list by (RFC 2369, 2919) and leave it by (RFC 8058)."""
    host = alerts.sender.rpartition("@")[2]
    topic = _only_topic(bulletin.selections, definitions)
    yield "List-Id", f"<{f'{topic}.' if topic else ''}alerts.{host}>"
    stop = definitions.absolute(addresses.unsubscribe(TOKEN))
    ways = [f"<{stop}>"]
    if alerts.inbound:
        ways.append(f"<mailto:u+{TOKEN}@{alerts.inbound}>")
    yield "List-Unsubscribe", ", ".join(ways)
    if stop.startswith("https:"):  # RFC 8058, 3.1: one click must be https
        yield "List-Unsubscribe-Post", "List-Unsubscribe=One-Click"
    page = addresses.topic(topic) if topic else addresses.ARCHIVE
    yield "List-Archive", f"<{definitions.absolute(page)}>"
    yield "List-Help", f"<{definitions.absolute(addresses.PREFERENCES)}>"
    yield "List-Owner", f"<mailto:{alerts.reply_to}>"


def _only_topic(selections: tuple[str, ...], definitions: Definitions) -> str:
    terms = terms_of(selections[0], definitions) if len(selections) == 1 and selections[0] else ()
    if len(terms) == 1 and terms[0].group == "topic" and not terms[0].excluded:
        return terms[0].slug
    return ""
