"""What stands side by side: a summary as a page, in Atom, in RSS and in a mail."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from syndicate.alerts import bulletin
from syndicate.alerts.bulletin import Bulletin, Line
from syndicate.alerts.mail import ADDRESS, TOKEN, Draft
from syndicate.alerts.news import What
from syndicate.definitions import Definitions
from syndicate.documents import entry, render
from syndicate.model import Entry, Format, Summary
from syndicate.web.language import Language
from syndicate.web.pages import summary as pages
from syndicate.web.shell import Page

_READER: Final = "reader@example.org"


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """An entry as a feed carries it, and the bytes of it."""

    entry: Entry
    source: str


def page_of(summary: Summary, definitions: Definitions, language: Language) -> Page:
    """Return the summary's page; of one that is withdrawn, what is told then."""
    if summary.withdrawn:
        return pages.withdrawn(language, summary, instead=None)
    return pages.present(definitions, language, summary, related=())


def received(summary: Summary, definitions: Definitions, format: Format) -> Iterator[Received]:
    """Yield what a feed would carry of the summary: its entry, and its notices."""
    for one in entry.entries(summary, definitions):
        yield Received(entry=one, source=render.render_entry(one, format).decode())


def mail_of(summary: Summary, definitions: Definitions, language: Language) -> Draft | None:
    """Return the alert that tells of the summary alone; None where the network has no alerts."""
    if definitions.network.alerts is None:
        return None
    what: What = "withdrawn" if summary.withdrawn else "new"
    if what == "new" and summary.corrections:
        what = "corrected"
    made = bulletin.draft(
        Bulletin(
            lines=(Line(what, summary),),
            selections=("",),
            rhythm="immediate",
            language=language.code,
            form="html",
        ),
        definitions,
    )
    return replace(made, text=_filled(made.text), html=_filled(made.html or ""))


def _filled(text: str) -> str:
    return text.replace(TOKEN, "token").replace(ADDRESS, _READER)
