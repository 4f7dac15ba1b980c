"""Reads the arguments of a request (4); all that is wrong with them is told at once (3.6). Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from typing import Final

from syndicate.documents.oai.formats import FORMATS
from syndicate.documents.oai.response import GRANULARITY

Given = Sequence[tuple[str, str]]
Error = tuple[str, str]
"""A code of 3.6, and a sentence."""


class Refused(Exception):
    """What OAI-PMH calls an error or exception condition. It is told inside an HTTP 200."""

    def __init__(self, *errors: Error) -> None:
        super().__init__(*errors)
        self.errors = errors


@dataclass(frozen=True, slots=True)
class Known:
    """The arguments of a verb."""

    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    resumable: bool = False


_LISTS: Final = Known(("metadataPrefix",), ("from", "until", "set"), resumable=True)
VERBS: Final[Mapping[str, Known]] = {
    "GetRecord": Known(("identifier", "metadataPrefix")),
    "Identify": Known(),
    "ListIdentifiers": _LISTS,
    "ListMetadataFormats": Known((), ("identifier",)),
    "ListRecords": _LISTS,
    "ListSets": Known(resumable=True),
}
TOKEN: Final = "resumptionToken"  # noqa: S105 - a name
# 3.3.1, 3.4, 2.6 and RFC 3986
_DATE = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\dZ)?", re.ASCII)
_PREFIX = re.compile(r"[A-Za-z0-9\-_.!~*'()]+")
_SET = re.compile(r"[A-Za-z0-9\-_.!~*'()]+(:[A-Za-z0-9\-_.!~*'()]+)*")
_URI = re.compile(
    r"[A-Za-z][A-Za-z0-9+.-]*:(?:[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})*"
)
_TOKEN = re.compile(r"[A-Za-z0-9\-_]+")
_SHOWN: Final = 40  # characters of what was sent that an error repeats
_DAY_ENDS: Final = time(23, 59, 59, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request that is right in itself. `given` are its arguments as the answer repeats them."""

    verb: str
    given: Mapping[str, str] = field(repr=False)
    since: datetime | None = None
    until: datetime | None = None

    @property
    def prefix(self) -> str | None:
        return self.given.get("metadataPrefix")

    @property
    def set(self) -> str | None:
        return self.given.get("set")

    @property
    def identifier(self) -> str | None:
        return self.given.get("identifier")

    @property
    def token(self) -> str | None:
        return self.given.get(TOKEN)

    def repeated(self) -> dict[str, str]:
        """Return the arguments as attributes of `request`, those that can be: any text is sent."""
        fits = {"identifier": _URI, TOKEN: _TOKEN}
        return {
            name: value
            for name, value in self.given.items()
            if name not in fits or fits[name].fullmatch(value)
        }


def read(given: Given) -> Asked:
    """Return what is asked. Refused: badVerb or badArgument, which repeat no arguments."""
    verbs = [value for name, value in given if name == "verb"]
    known = VERBS.get(verbs[0]) if len(verbs) == 1 else None
    if known is None:
        raise Refused(("badVerb", _verb_fault(verbs)))
    faults = list(_name_faults(verbs[0], known, [name for name, _ in given if name != "verb"]))
    values = dict(given)
    faults += _value_faults(values)
    bounds = [_instant(values.get("from"), begins=True), _instant(values.get("until"))]
    since, until = bounds
    if since and until:
        faults += _order_faults(values["from"], values["until"], since, until)
    if faults:
        raise Refused(*(("badArgument", fault) for fault in faults))
    return Asked(verb=verbs[0], given=values, since=since, until=until)


def _verb_fault(verbs: Sequence[str]) -> str:
    possible = ", ".join(VERBS)
    if not verbs:
        return f"The argument verb is missing. Verbs: {possible}."
    if len(verbs) > 1:
        return "The argument verb was given more than once."
    return f"There is no verb {_show(verbs[0])}. Verbs: {possible}."


def _name_faults(verb: str, known: Known, names: Sequence[str]) -> Iterator[str]:
    possible = {*known.required, *known.optional, *((TOKEN,) if known.resumable else ())}
    for name in dict.fromkeys(names):
        if name not in possible:
            takes = ", ".join(sorted(possible)) or "none"
            yield f"{verb} takes no argument {_show(name)}. It takes: {takes}."
        elif names.count(name) > 1:
            yield f"The argument {name} was given more than once."
    if TOKEN in names and known.resumable:
        if others := {*names} & {*known.required, *known.optional}:
            yield f"{TOKEN} stands alone, without {', '.join(sorted(others))}."
        return
    for name in known.required:
        if name not in names:
            yield f"The argument {name} is missing."


def _value_faults(values: Mapping[str, str]) -> Iterator[str]:
    for name in ("from", "until"):
        if name in values and _instant(values[name]) is None:
            forms = f"YYYY-MM-DD or {GRANULARITY}"
            yield f"{name} is no date: {_show(values[name])}. Write {forms}, in UTC."
    for name, pattern in (("metadataPrefix", _PREFIX), ("set", _SET)):
        if name in values and not pattern.fullmatch(values[name]):
            yield f"{name} has characters that it cannot have: {_show(values[name])}."
    for name in ("identifier", TOKEN):
        if name in values and not values[name]:
            yield f"{name} is empty."


def _order_faults(from_: str, until: str, since: datetime, last: datetime) -> Iterator[str]:
    if len(from_) != len(until):
        yield "from and until must be written alike: both YYYY-MM-DD, or both with the time."
    elif since > last:
        yield "from is later than until."


def _instant(text: str | None, *, begins: bool = False) -> datetime | None:
    """Return the first or the last second of a date; None where it is none."""
    if text is None or not _DATE.fullmatch(text):
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    if len(text) == len("2024-01-31") and not begins:
        return datetime.combine(found, _DAY_ENDS)
    return found.replace(tzinfo=UTC)


def _show(text: str) -> str:
    """Return what was sent so that any document can hold it."""
    return ascii(text[:_SHOWN])


def require_format(prefix: str) -> None:
    """Refuse a format that there is not (3.4)."""
    if prefix not in FORMATS:
        names = " and ".join(FORMATS)
        raise Refused(
            ("cannotDisseminateFormat", f"There is no format {_show(prefix)}. Formats: {names}.")
        )
