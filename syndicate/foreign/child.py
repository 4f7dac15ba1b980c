"""The child: `python -m syndicate.foreign.child` reads a feed from bytes and writes it as JSON."""

from __future__ import annotations

import calendar
import html
import json
import re
import resource
import sys
import time
from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import Any
from urllib.parse import urljoin

from syndicate.foreign import history
from syndicate.foreign.text import carried, paragraphs

_HTML_TYPES = frozenset({"text/html", "application/xhtml+xml"})
_REFERENCE = re.compile(rb"&#(?:x([0-9a-f]{1,8})|([0-9]{1,9}));", re.IGNORECASE)
_LINK = re.compile(r"""(<a\s[^<>]*?\bhref\s*=\s*)(["'])([^"'<>]*)\2""", re.IGNORECASE)
_DOI = re.compile(r"10\.\d{4,9}/[^\s\"'<>]+")


def _child(memory: str, cpu_seconds: str, output: str, address: str, media_type: str) -> None:
    """Bound this process, then read a feed from standard input and write it as JSON."""
    for what, bound in (
        (resource.RLIMIT_AS, int(memory)),
        (resource.RLIMIT_CPU, int(cpu_seconds)),
        (resource.RLIMIT_FSIZE, int(output)),
        (resource.RLIMIT_NOFILE, 32),
        (resource.RLIMIT_CORE, 0),
    ):
        # A hard limit one higher: at the hard limit of time the kernel gives no reason (SIGKILL).
        resource.setrlimit(what, (bound, bound + 1))
    raw = sys.stdin.buffer.read()
    json.dump(_read(raw, address, media_type), sys.stdout)
    sys.stdout.flush()


def _read(raw: bytes, address: str, media_type: str) -> dict[str, Any]:
    import feedparser  # noqa: PLC0415 - the parent never loads it, the child after its limits

    found = feedparser.parse(
        BytesIO(_REFERENCE.sub(_whole_character, raw)),
        response_headers={
            "content-location": address,
            "content-type": media_type or "application/xml",
        },
        sanitize_html=False,  # ours names what it drops, and theirs lets scripts through
        resolve_relative_uris=False,  # it would write the HTML anew, and not as it was
    )
    feed = found.feed
    broken = found.get("bozo_exception")
    if isinstance(broken, feedparser.NonXMLContentType):
        broken = None
    return {
        "version": found.get("version", ""),
        "title": _plain(feed.get("title_detail")),
        "id": carried(feed.get("id")),
        "link": carried(feed.get("link")),
        "language": carried(feed.get("language")),
        "links": _links(feed),
        **history.read(raw),
        "broken": carried(broken and f"{type(broken).__name__}: {broken}")[:300],
        "entries": [_fields(entry) for entry in found.entries],
    }


def _links(feed: Mapping[str, Any]) -> dict[str, str]:
    """Return the feed's links by relation, the first of each."""
    found: dict[str, str] = {}
    for link in feed.get("links", []):
        if link.get("href"):
            found.setdefault(carried(link.get("rel") or "alternate"), carried(link["href"]))
    return found


def _whole_character(match: re.Match[bytes]) -> bytes:
    """Replace a reference to half a character, at which feedparser raises."""
    code = int(match[1], 16) if match[1] else int(match[2])
    return b"&#xFFFD;" if 0xD800 <= code <= 0xDFFF else match[0]


def _fields(entry: dict[str, Any]) -> dict[str, Any]:
    contents = entry.get("content") or []
    first: Mapping[str, Any] = next((c for c in contents if c.get("value")), {})
    links = [link for link in entry.get("links", []) if link.get("href")]
    return {
        "id": carried(entry.get("id")),
        "link": carried(entry.get("link")),
        "title": _plain(entry.get("title_detail")),
        "summary_html": _markup(entry.get("summary_detail")),
        "content_html": _markup(first),
        "published": _seconds(entry.get("published_parsed")),
        "published_text": carried(entry.get("published")),
        "updated": _seconds(dict.get(entry, "updated_parsed")),  # get() would give published
        "authors": list(_authors(entry)),
        "categories": [
            carried(tag.get("label") or tag.get("term")) for tag in entry.get("tags", [])
        ],
        "enclosures": [carried(link["href"]) for link in links if link.get("rel") == "enclosure"],
        "language": carried(
            first.get("language") or (entry.get("title_detail") or {}).get("language")
        ),
        "doi": next(_dois(entry, links), ""),
    }


def _authors(entry: dict[str, Any]) -> Iterator[str]:
    for author in entry.get("authors", []) or [entry.get("author_detail") or {}]:
        name = author.get("name") or author.get("email")
        if name:
            yield carried(name)


def _dois(entry: dict[str, Any], links: list[Any]) -> Iterator[str]:
    """Yield DOIs named by a link to the resolver, by prism:doi or by dc:identifier."""
    named = [link["href"] for link in links if re.match(r"https?://(dx\.)?doi\.org/", link["href"])]
    for text in (*named, entry.get("prism_doi"), entry.get("dc_identifier")):
        match = _DOI.search(carried(text))
        if match:
            yield match[0].lower()


def _markup(detail: Mapping[str, Any] | None) -> str:
    """Return HTML with absolute links. Whether untyped RSS text is HTML is feedparser's guess."""
    detail = detail or {}
    text = carried(detail.get("value"))
    if detail.get("type") not in _HTML_TYPES:
        return paragraphs(text)
    base = carried(detail.get("base"))

    def absolute(match: re.Match[str]) -> str:
        return f'{match[1]}"{html.escape(_join(base, html.unescape(match[3])))}"'

    return _LINK.sub(absolute, text) if base else text


def _join(base: str, link: str) -> str:
    try:
        return urljoin(base, link.strip())
    except ValueError:  # "http://[" and the like: the sanitiser will name it
        return link


def _plain(detail: Mapping[str, Any] | None) -> str:
    """Return one line of text of a title, which may be HTML."""
    text = carried((detail or {}).get("value"))
    if (detail or {}).get("type") in _HTML_TYPES:
        text = html.unescape(re.sub(r"</?[A-Za-z][^<>]*>", "", text))
    return " ".join(text.split())


def _seconds(parsed: time.struct_time | None) -> int | None:
    return None if parsed is None else calendar.timegm(parsed)


if __name__ == "__main__":
    _child(*sys.argv[1:])
