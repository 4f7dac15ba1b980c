"""What was published when: the home page, the months, and a whole month to read or print."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any, Final

from syndicate import addresses
from syndicate.definitions import FULL
from syndicate.errors import NotFound
from syndicate.model import Topic
from syndicate.selection import EVERYTHING
from syndicate.store import lists
from syndicate.web import listing, structured
from syndicate.web.frame import Here, Page
from syndicate.web.language import ENGLISH
from syndicate.web.listing import Listing

_WHOLE: Final = 200  # summaries: a month that has more is read in parts
_EARLIER: Final = 6
_TOPICS: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """A month in which something was published."""

    path: str
    name: str
    year: str
    count: int


def home(here: Here) -> Page:
    """Show the newest month, headed by its announcement."""
    months = list(_months(here))
    found = Listing()
    if months:
        first = listing.read_month(lists.list_months(here.connection)[0][0])
        found = listing.part(here.connection, month=first)
    return Page(
        template="home.html",
        path=addresses.HOME,
        title=here.definitions.network.title,
        lang="en",
        description=here.definitions.network.description,
        data=structured.of_site(here.definitions),
        key=FULL,
        context={
            "months": months[: _EARLIER + 1],
            "topics": _busiest_topics(here),
            **_parted(found),
        },
    )


def archive(here: Here) -> Page:
    """List the months in which something was published, by year."""
    years = [(year, list(group)) for year, group in groupby(_months(here), lambda one: one.year)]
    return Page(
        template="archive.html",
        path=addresses.ARCHIVE,
        title=here.language.say("Archive"),
        key=FULL,
        context={"years": years},
    )


def month(here: Here, year: str, month: str, before: str = "") -> Page:
    """Show what was published in a month, headed by its announcement."""
    first = listing.read_month(f"{year}-{month}")
    found = _require(listing.part(here.connection, month=first, before=before), first)
    path = addresses.month(first)
    return Page(
        template="month.html",
        path=addresses.part(path, before),
        title=here.language.heading(first),
        key=FULL,
        context={"month_path": path, **_parted(found), **_neighbours(here, path)},
    )


def whole_month(here: Here, year: str, month: str) -> Page:
    """Show all that was published in a month in full, as it is read on paper."""
    first = listing.read_month(f"{year}-{month}")
    found = listing.part(here.connection, month=first, length=_WHOLE)
    _require(found, first)
    return Page(
        template="whole-month.html",
        path=f"{addresses.month(first)}whole/",
        title=here.language.heading(first),
        key=FULL,
        context={"month_path": addresses.month(first), **_parted(found)},
    )


def _busiest_topics(here: Here) -> list[Topic]:
    """Return the topics that have most summaries, in the alphabet of the language."""
    counts = lists.count_topics(here.connection, EVERYTHING)
    found = [topic for topic in here.definitions.topics if topic.slug in counts]
    busiest = sorted(found, key=lambda topic: -counts[topic.slug])[:_TOPICS]
    return sorted(busiest, key=here.language.sort_key)


def _require(found: Listing, month: datetime) -> Listing:
    if not found.summaries:
        raise NotFound(f"nothing was published in {ENGLISH.month(month)}", "see /archive/")
    return found


def _parted(found: Listing) -> dict[str, Any]:
    """Return announcements and research apart: an announcement stands before what it announces."""
    return {
        "listing": found,
        "announcements": [one for one in found.summaries if one.form == "announcement"],
        "research": [one for one in found.summaries if one.form != "announcement"],
    }


def _months(here: Here) -> Iterator[Month]:
    for text, count in lists.list_months(here.connection):
        first = listing.read_month(text)
        yield Month(
            path=addresses.month(first),
            name=here.language.heading(first),
            year=str(first.year),
            count=count,
        )


def _neighbours(here: Here, path: str) -> dict[str, Month | None]:
    """Return the months before and after one, of those that have something."""
    months: Sequence[Month] = list(_months(here))
    place = next(n for n, month in enumerate(months) if month.path == path)
    return {
        "later": months[place - 1] if place else None,
        "earlier": months[place + 1] if place + 1 < len(months) else None,
    }
