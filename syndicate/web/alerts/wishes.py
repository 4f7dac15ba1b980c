"""The form in which a reader says what to send, how often and how: read, and filled in."""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TypeVar, cast

from syndicate import selection
from syndicate.alerts.labels import labels, terms_of
from syndicate.alerts.subscription import (
    FORMS,
    LANGUAGES,
    MOST_SELECTIONS,
    RHYTHMS,
    Rhythm,
    Schedule,
    Wish,
)
from syndicate.definitions import Definitions
from syndicate.errors import NotFound, SyndicateError
from syndicate.web.alerts.desk import Visit
from syndicate.web.language import Language

T = TypeVar("T", bound=str)
Fields = Mapping[str, Sequence[str]]


class Unfit(SyndicateError):
    """A form that cannot be taken as it is; the message is for the reader, in their language."""

    status = 422


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing to tick or to pick."""

    value: str
    label: str
    is_chosen: bool


def read(visit: Visit) -> Wish:
    """Return what a form asks for. Unfit says what is missing or unknown."""
    say = visit.language.say
    fields = visit.form
    chosen = [_resolved(text, visit) for text in fields.get("selection", [])]
    if not chosen:
        raise Unfit(say("Choose what you want to be told of: everything, or some topics or kinds."))
    if len(set(chosen)) > MOST_SELECTIONS:
        raise Unfit(say("That is more than can be followed one by one. Choose everything instead."))
    zone = visit.field("zone") or visit.alerts.zone
    if zone not in zones():
        raise Unfit(say("Choose a time zone from the list."))
    schedule = Schedule(
        rhythm=_one_of(RHYTHMS, visit.field("rhythm"), "monthly"),
        zone=zone,
        hour=_number(visit.field("hour"), 0, 23, 8),
        weekday=_number(visit.field("weekday"), 1, 7, 1),
        day=_number(visit.field("day"), 1, 31, 1),
    )
    everything = "" in chosen
    return Wish(
        selections=("",) if everything else tuple(sorted(set(chosen))),
        schedule=schedule,
        language=_one_of(LANGUAGES, visit.field("language"), visit.language.code),
        form=_one_of(FORMS, visit.field("form"), "html"),
    )


def apart(text: str, definitions: Definitions) -> tuple[str, ...]:
    """Return a selection as the form's boxes name it: any of several topics is one box for each."""
    terms = terms_of(text, definitions)
    if len({term.group for term in terms}) == 1 and not any(term.excluded for term in terms):
        return tuple(map(str, terms))
    return (str(selection.canonical(terms)),) if terms else ()


def _resolved(text: str, visit: Visit) -> str:
    """Return a selection in its one spelling."""
    if text in ("", "everything"):
        return ""
    try:
        return str(visit.definitions.resolve(selection.parse(text)))
    except NotFound:
        raise Unfit(
            visit.language.say("One of the topics is no longer there. Choose again.")
        ) from None


def _one_of(known: Sequence[T], given: str, usual: T) -> T:
    return cast("T", given) if given in known else usual


def _number(given: str, least: int, most: int, usual: int) -> int:
    number = int(given) if given.isdecimal() and len(given) < 3 else usual
    return number if least <= number <= most else usual


# Filled in -------------------------------------------------------------------------------------


def fields(wish: Wish, definitions: Definitions, language: Language) -> dict[str, object]:
    """Return what the form shows for a wish."""
    say = language.say
    chosen = set(wish.selections)
    groups = [
        (
            say("Topics"),
            [
                (topic.slug, language.label(topic))
                for topic in sorted(definitions.topics, key=language.sort_key)
            ],
        ),
        (
            say("Kinds of research"),
            [(f"kind:{kind.slug}", language.label(kind)) for kind in definitions.kinds],
        ),
    ]
    offered = {value for _title, rows in groups for value, _label in rows}
    further = [text for text in wish.selections if text and text not in offered]
    schedule = wish.schedule
    return {
        "is_narrowed": not offered.isdisjoint(chosen),
        "everything": Choice("everything", say("Everything"), "" in chosen),
        "groups": [
            (title, [Choice(value, label, value in chosen) for value, label in rows])
            for title, rows in groups
        ],
        "further": [
            Choice(text, label, is_chosen=True)
            for text in further
            for label in labels([text], definitions, language.code)  # none where it is gone
        ],
        "rhythms": [
            Choice(rhythm, name, rhythm == schedule.rhythm) for rhythm, name in _rhythms(language)
        ],
        "zones": [Choice(zone, zone, zone == schedule.zone) for zone in sorted(zones())],
        "hours": [Choice(str(h), f"{h:02}:00", h == schedule.hour) for h in range(24)],
        "weekdays": [
            Choice(str(n), name, n == schedule.weekday)
            for n, name in enumerate(_weekdays(language), 1)
        ],
        "days": [Choice(str(n), str(n), n == schedule.day) for n in range(1, 32)],
        "forms": [
            Choice("html", say("Formatted, with the plain text beside it"), wish.form == "html"),
            Choice("text", say("Plain text only"), wish.form == "text"),
        ],
        "languages": [
            Choice("en", "English", wish.language == "en"),
            Choice("fr", "Français", wish.language == "fr"),
        ],
    }


def _rhythms(language: Language) -> Iterator[tuple[Rhythm, str]]:
    say = language.say
    yield "immediate", say("At once, each time something is published")
    yield "daily", say("Once a day, if there is anything new")
    yield "weekly", say("Once a week, if there is anything new")
    yield "monthly", say("Once a month, if there is anything new")


def _weekdays(language: Language) -> tuple[str, ...]:
    say = language.say
    return (
        *(say("Monday"), say("Tuesday"), say("Wednesday"), say("Thursday")),
        *(say("Friday"), say("Saturday"), say("Sunday")),
    )


@cache
def zones() -> frozenset[str]:
    """Return the zones that are places, and UTC."""
    return frozenset(
        name
        for name in zoneinfo.available_timezones()
        if name == "UTC" or ("/" in name and not name.startswith(("Etc/", "SystemV/", "US/")))
    )
