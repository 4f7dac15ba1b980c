"""Reads the parameters of a request.

What is not known is refused: a filter that is misspelt must not look as if it had been applied.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime
from typing import Final

from syndicate import query, selection
from syndicate.definitions import Definitions, near_misses
from syndicate.errors import NotFound
from syndicate.query import Query
from syndicate.selection import MAX_TERMS, Group, Selection, Term
from syndicate.sync import Scope
from syndicate.web.pull.problems import Refused, Wrong

LONGEST_NAME: Final = 200
SCOPE: Final = ("topic", "topic_mode", "not_topic", "kind", "form")
_CONTROL = re.compile("[\x00-\x1f\x7f\ufffd]")  # the last stands for what was no UTF-8
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*\Z")
_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])\Z")


def read(given: Iterable[tuple[str, str]], known: Collection[str]) -> dict[str, str]:
    """Return the parameters by name. Refused: unknown, given twice, or with control characters."""
    found: dict[str, str] = {}
    for name, value in given:
        if name not in known:
            near = near_misses(name[:40], known)
            wrong = Wrong(name[:40], "unknown", ", ".join(sorted(known)))
            raise Refused("unknown-param", "a parameter is not known here", near, wrong=(wrong,))
        if name in found:
            raise bad(name, "it was given twice", "join several values with commas")
        if _CONTROL.search(value):
            raise bad(name, "it has characters that cannot be in it")
        found[name] = value
    return found


def bad(name: str, reason: str, allowed: str = "") -> Refused:
    """Return the refusal of one parameter's value."""
    return Refused("bad-value", f"{name}: {reason}", allowed, wrong=(Wrong(name, reason, allowed),))


def integer(values: Mapping[str, str], name: str, *, least: int, most: int, otherwise: int) -> int:
    """Return a whole number from `least` to `most`."""
    text = values.get(name)
    if text is None:
        return otherwise
    allowed = f"a whole number from {least} to {most}"
    if not text.isascii() or not text.isdecimal() or len(text) > 9:
        raise bad(name, "it is no such number", allowed)
    if not least <= int(text) <= most:
        raise bad(name, f"{int(text)} is out of range", allowed)
    return int(text)


def choice(values: Mapping[str, str], name: str, allowed: Collection[str], otherwise: str) -> str:
    """Return one of a few words."""
    text = values.get(name, otherwise)
    if text not in allowed:
        raise bad(name, f"{text[:40]!r} is none of its values", " or ".join(allowed))
    return text


def month(values: Mapping[str, str]) -> tuple[datetime, datetime] | None:
    """Return where the month of `month=2021-04` begins, and where the next one does."""
    text = values.get("month")
    if text is None:
        return None
    match = _MONTH.match(text)
    if match is None or match[1] == "0000":
        raise bad("month", f"{text[:40]!r} is no month", "YYYY-MM")
    year, number = int(match[1]), int(match[2])
    after = (year + 1, 1) if number == 12 else (year, number + 1)
    if after[0] > 9999:
        raise bad("month", "it is out of range", "YYYY-MM")
    return datetime(year, number, 1, tzinfo=UTC), datetime(*after, 1, tzinfo=UTC)


def author(values: Mapping[str, str]) -> str:
    """Return the name that `author` asks for, "" where it does not ask."""
    text = values.get("author")
    if text is not None and not 0 < len(text) <= LONGEST_NAME:
        raise bad("author", "it is no name", f"1 to {LONGEST_NAME} characters")
    return text or ""


def search(values: Mapping[str, str], definitions: Definitions) -> Query | None:
    """Return what `q` asks for, in the language of the site's search box.

    What holds no word, as `q=!`, asks for nothing and finds nothing.
    """
    text = values.get("q")
    if text is None:
        return None
    if not text:
        raise bad("q", "it is empty", "words, topic:SLUG, author:NAME, -WORD")
    try:
        asked = query.parse(text)
    except NotFound as error:
        raise bad("q", error.message, error.remedy) from None
    try:
        return definitions.resolve_search(asked)
    except NotFound as error:
        raise _unknown("q", error) from None


def _unknown(name: str, error: NotFound) -> Refused:
    """Return the refusal of a slug that is none; the near misses are in both forms of it."""
    wrong = Wrong(name, error.message, error.remedy)
    return Refused("topic-unknown", error.message, error.remedy, wrong=(wrong,))


# The filter -------------------------------------------------------------------------------------


def scope(
    values: Mapping[str, str], definitions: Definitions, allowed: frozenset[str] | None = None
) -> Scope:
    """Return what is asked for, by present slugs. Refused: unknown slugs, with near misses."""
    terms = [
        *_terms(values, "topic", "topic", definitions),
        *_terms(values, "not_topic", "topic", definitions, excluded=True),
        *_terms(values, "kind", "kind", definitions),
        *_terms(values, "form", "form", definitions),
    ]
    topics = {t.slug for t in terms if t.group == "topic" and not t.excluded}
    both = topics & {t.slug for t in terms if t.excluded}
    if both:
        reason = f"{min(both)!r} is wanted and left out"
        wrong = (Wrong("not_topic", reason, "slugs that `topic` has not"),)
        raise Refused("contradiction", reason, wrong=wrong)
    mode = choice(values, "topic_mode", ("any", "all"), "any")
    wanted = definitions.resolve(selection.canonical(terms))
    return Scope(selection=wanted, all_topics=mode == "all", allowed=allowed)


def _terms(
    values: Mapping[str, str],
    name: str,
    group: Group,
    definitions: Definitions,
    *,
    excluded: bool = False,
) -> Iterable[Term]:
    slugs = values[name].split(",") if name in values else []
    if len(slugs) > MAX_TERMS:
        raise bad(name, f"{len(slugs)} are too many", f"at most {MAX_TERMS}")
    for slug in slugs:
        if not _SLUG.match(slug):
            raise bad(name, f"{slug[:40]!r} is no slug", "slugs with commas between them")
        try:
            definitions.resolve(Selection((Term(group, slug),)))
        except NotFound as error:
            raise _unknown(name, error) from None
        yield Term(group, slug, excluded=excluded)


def asked(values: Mapping[str, str]) -> str:
    """Return the filter as it was written, in one order: what a cursor is bound to."""
    return "&".join(
        f"{name}={','.join(sorted(values[name].split(',')))}" for name in SCOPE if name in values
    )


def meant(wanted: Scope, definitions: Definitions) -> str:
    """Return the filter as the definitions understand it: the same after a topic's rename."""

    def key_of(slug: str) -> str:
        topic = definitions.find_topic(slug)
        return topic.key if topic else slug

    return wanted.meant(key_of)


def describe(wanted: Selection) -> str:
    """Return a selection as a surrogate key and in links: its text, or `all`."""
    return str(wanted) or "all"
