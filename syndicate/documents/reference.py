"""A reference in its parts: read out of the text of a citation in APA style, or made of a summary.

The text is the editor's and authoritative; its parts are found by APA's punctuation. What cannot
be told apart stays together in the title, so nothing that was written is ever lost.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from syndicate import addresses
from syndicate.definitions import Definitions
from syndicate.model import Citation, Summary

_INITIALS: Final = r"(?:[^\W\d_]\.[ \u00a0-]?)+"
_AUTHOR: Final = re.compile(rf"([^,&]+), ({_INITIALS})(?:, (Jr\.|Sr\.|[IV]+))?(?:,|$|(?= ?&))")
_MORE: Final = re.compile(r",?\s*(?:et al\.?|\u2026|\. \. \.)\s*")
_HEAD: Final = re.compile(
    r"(?P<authors>.+?)\s*\((?:[^()]*\b[12]\d{3}[a-z]?\b[^()]*|in press|n\.d\.)\)\.?\s+(?P<rest>.+)"
)
_WHERE: Final = re.compile(
    r"(?P<container>[^.?!]+?), (?P<volume>\d+[A-Za-z]?)(?: ?\((?P<issue>[^()]+)\))?"
    r"(?:, (?P<pages>(?:Article )?\w+(?:[\u2013-]\w+)?))?\.?\Z"
)
_ONLINE: Final = re.compile(r"\.?\s*Advance online publication\.?\Z")
_SENTENCE: Final = re.compile(r"(?P<title>.+?[.?!])\s+(?P<container>[^.]+)\.?\Z")
_DOI: Final = re.compile(r"\s*(?:https?://(?:dx\.)?doi\.org/|doi:\s*)\S+\s*\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Name:
    """A person, or (no `given`) a group, or whatever stands in the place of one."""

    family: str
    given: str = ""
    suffix: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """What is cited, as citation managers know it. `title` may be the whole text of a reference."""

    key: str
    kind: Literal["article", "page"]
    authors: tuple[Name, ...]
    title: str
    has_more_authors: bool = False
    container: str = ""
    volume: str = ""
    issue: str = ""
    pages: str = ""
    year: int | None = None
    date: datetime | None = None
    doi: str = ""
    url: str = ""
    abstract: str = ""
    lang: str = "en"


def of_summary(summary: Summary, definitions: Definitions) -> Reference:
    """Return how the summary itself is cited."""
    assert summary.published is not None
    return Reference(
        key=summary.slug,
        kind="page",
        authors=tuple(Name(name) for name in summary.authors),
        title=summary.title,
        container=definitions.network.title,
        year=summary.published.year,
        date=None if summary.month_only else summary.published,
        url=definitions.absolute(addresses.summary(summary.slug)),
        abstract=summary.description,
        lang=summary.lang,
    )


def of_article(key: str, citation: Citation) -> Reference:
    """Return the parts of a citation's text (APA 7, sections 9 and 10)."""
    text = " ".join(_DOI.sub("", citation.text).split())
    whole = Reference(
        key=key,
        kind="article",
        authors=(),
        title=text,
        doi=citation.doi or "",
        year=citation.year,
    )
    head = _HEAD.match(text)
    if head is None:
        return whole
    title, (container, volume, issue, pages) = _title(head["rest"])
    return dataclasses.replace(
        whole,
        authors=tuple(_authors(_MORE.sub(", ", head["authors"]))),
        has_more_authors=bool(_MORE.search(head["authors"])),
        title=title,
        container=container,
        volume=volume,
        issue=issue,
        pages=pages,
    )


def _authors(text: str) -> Iterator[Name]:
    """Yield `Family, I. I.` by `Family, I. I.`; what has no initials is the name of a group."""
    rest = text.strip(" ,")
    while rest:
        match = _AUTHOR.match(rest)
        if match:
            yield Name(match[1].strip(), match[2].strip(), match[3] or "")
            rest = rest[match.end() :]
        else:
            group, _, rest = rest.partition(" & ")
            yield Name(group.rstrip(" ,."))
        rest = rest.strip(" ,").removeprefix("&").lstrip()


def _title(text: str) -> tuple[str, tuple[str, ...]]:
    """Return the title, and where it appeared: container, volume, issue, pages."""
    text = _ONLINE.sub(".", text)
    where = _WHERE.search(text)
    if where and (title := text[: where.start()].strip()):
        return title.rstrip("."), tuple(part.strip() for part in where.groups(default=""))
    if match := _SENTENCE.match(text):
        return match["title"].rstrip("."), (match["container"].strip(), "", "", "")
    return text.rstrip("."), ("", "", "", "")
