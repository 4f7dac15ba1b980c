"""What readers make of our documents, against what was published: feedparser, atoma and newsboat.

A reader that fails, warns or shows another title, link, date, author or text disagrees.
"""

from __future__ import annotations

import calendar
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import atoma
import feedparser

from syndicate.model import Entry
from tests.checking import fragment, newsboat


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """An entry as a reader has it; None stands for what the reader does not look at."""

    id: str
    title: str
    link: str
    published: datetime | None
    updated: datetime | None = None
    authors: tuple[str, ...] | None = None
    names_all: bool = True  # False: the reader shows some of the authors
    text: str
    summary: str | None = None


Reader = Callable[[bytes], list[Read]]


def read(body: bytes, media_type: str) -> list[Read]:
    """Read a document as feedparser does, or (JSON Feed, which it cannot) as atoma does."""
    return next(iter(readers(media_type).values()))(body)


def readers(media_type: str) -> dict[str, Reader]:
    """Return the readers of a format by name; newsboat only where it is installed."""
    kind = media_type.partition(";")[0].strip()
    if kind == "application/feed+json":
        return {"atoma": _atoma_json}
    found: dict[str, Reader] = {
        "feedparser": lambda body: _feedparser(body, media_type),
        "atoma": _atoma_atom if kind == "application/atom+xml" else _atoma_rss,
    }
    if newsboat.program() is not None:
        found["newsboat"] = lambda body: after_polls([body])
    return found


def disagreements(body: bytes, media_type: str, expected: Sequence[Entry]) -> list[str]:
    """Return how any reader departs from the entries that were published in this document."""
    found = []
    for name, reader in readers(media_type).items():
        try:
            got = reader(body)
        except (ValueError, AttributeError, StopIteration) as error:
            found.append(f"{name} cannot read it: {error!r}")
        else:
            found += [f"{name}: {difference}" for difference in compare(expected, got)]
    return found


def compare(expected: Sequence[Entry], got: Sequence[Read]) -> list[str]:
    """Return how what a reader got departs from what was published, entry by entry."""
    by_id = {entry.id: entry for entry in got}
    wanted = {entry.id for entry in expected}
    found = [f"{entry.id} is missing" for entry in expected if entry.id not in by_id]
    found += [f"{got_id} was never published" for got_id in by_id if got_id not in wanted]
    counted = Counter(entry.id for entry in got)
    found += [f"{got_id} stands {count} times" for got_id, count in counted.items() if count > 1]
    for entry in expected:
        if entry.id in by_id:
            found += [f"{entry.id}: {text}" for text in _differences(entry, by_id[entry.id])]
    return found


def _differences(entry: Entry, got: Read) -> Iterator[str]:
    text = fragment.text(entry.content_html)
    for what, wanted, shown in (
        ("title", entry.title, got.title),
        ("link", entry.url, got.link),
        ("published", entry.published, got.published),
        ("updated", entry.updated, got.updated),
        ("summary", entry.description, got.summary),
    ):
        if shown is not None and shown != wanted:
            yield f"{what} is {shown!r}, not {wanted!r}"
    if got.text != text:
        start = next(
            (n for n, (a, b) in enumerate(zip(text, got.text, strict=False)) if a != b),
            min(len(text), len(got.text)),
        )
        yield f"text is {got.text[start : start + 40]!r}, not {text[start : start + 40]!r}"
    if got.authors is not None and not _names(entry.authors, got):
        yield f"authors are {got.authors!r}, not {entry.authors!r}"


def _names(authors: tuple[str, ...], got: Read) -> bool:
    if got.names_all:
        return got.authors == authors
    return bool(got.authors) and set(got.authors or ()) <= set(authors)


def _feedparser(body: bytes, media_type: str) -> list[Read]:
    parsed = feedparser.parse(body, response_headers={"content-type": media_type})
    if parsed.bozo:
        raise ValueError(f"bozo: {parsed.bozo_exception}")
    return [_from_feedparser(entry) for entry in parsed.entries]


def _from_feedparser(entry: Any) -> Read:
    summary = entry.summary_detail
    return Read(
        id=entry.id,
        title=entry.title,
        link=entry.link,
        published=_date(entry.published_parsed),
        updated=_date(entry.updated_parsed) if "updated_parsed" in entry else None,
        authors=tuple(author.name for author in entry.authors),
        text=fragment.text(entry.content[0].value),
        summary=fragment.text(summary.value) if summary.type == "text/html" else summary.value,
    )


def _date(parsed: Any) -> datetime:
    return datetime.fromtimestamp(calendar.timegm(parsed), UTC)


def _utc(date: datetime | None) -> datetime | None:
    return date.astimezone(UTC) if date else None


def _atoma_atom(body: bytes) -> list[Read]:
    return [
        Read(
            id=entry.id_,
            title=entry.title.value,
            link=next(link.href for link in entry.links if link.rel == "alternate"),
            published=_utc(entry.published),
            updated=_utc(entry.updated),
            authors=tuple(author.name for author in entry.authors),
            text=fragment.text(entry.content.value),
            summary=entry.summary.value,
        )
        for entry in _parsed(atoma.parse_atom_bytes, body).entries
    ]


def _atoma_rss(body: bytes) -> list[Read]:
    return [
        Read(
            id=item.guid,
            title=item.title,
            link=item.link,
            published=_utc(item.pub_date),
            text=fragment.text(item.content_encoded),
            summary=fragment.text(item.description),
        )
        for item in _parsed(atoma.parse_rss_bytes, body).items
    ]


def _atoma_json(body: bytes) -> list[Read]:
    return [
        Read(
            id=item.id_,
            title=item.title,
            link=item.url,
            published=_utc(item.date_published),
            updated=_utc(item.date_modified),
            text=fragment.text(item.content_html),
            summary=item.summary,
        )
        for item in _parsed(atoma.parse_json_feed_bytes, body).items
    ]


def _parsed(parse: Callable[[bytes], Any], body: bytes) -> Any:
    try:
        return parse(body)
    except (atoma.FeedParseError, atoma.FeedXMLError, atoma.FeedJSONError) as error:
        raise ValueError(error) from error


def after_polls(bodies: Sequence[bytes]) -> list[Read]:
    """Return what newsboat holds after it polled one address that gave `bodies` in turn."""
    return [
        Read(
            id=row.guid,
            title=row.title,
            link=row.url,
            published=datetime.fromtimestamp(row.published, UTC),
            authors=tuple(row.author.split(", ")),
            names_all=False,
            text=fragment.text(row.content),
        )
        for row in newsboat.poll(bodies)
    ]
