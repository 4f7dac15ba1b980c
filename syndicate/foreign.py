"""The one door to feedparser: bytes of a foreign feed in, plain data out, whatever the bytes do.

feedparser opens files and addresses, inflates without end, raises at will and is superlinear on
hostile input; so it gets bytes only, in a child process (`python -m syndicate.foreign`) that the
kernel bounds in memory, processor time and output. Its HTML is NOT safe: sanitise it.
"""

from __future__ import annotations

import calendar
import html
import json
import os
import re
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import IO, Any
from urllib.parse import urljoin

from syndicate.errors import ForeignFeedError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_HTML_TYPES = frozenset({"text/html", "application/xhtml+xml"})
# What may stand before the first element (XML 1.0, section 2.8): only there are entities declared.
_PROLOG = re.compile(
    rb"(?:\s|\xef\xbb\xbf|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^\[>]*(?:\[.*?\]\s*)?>)*", re.DOTALL
)
_WEB_PAGE = re.compile(
    rb"\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL
)
_REFERENCE = re.compile(rb"&#(?:x([0-9a-f]{1,8})|([0-9]{1,9}));", re.IGNORECASE)
_LINK = re.compile(r"""(<a\s[^<>]*?\bhref\s*=\s*)(["'])([^"'<>]*)\2""", re.IGNORECASE)
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_DOI = re.compile(r"10\.\d{4,9}/[^\s\"'<>]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one feed may cost: sizes in bytes, times in seconds; `memory` is address space."""

    raw: int = 10_000_000
    memory: int = 1_000_000_000
    cpu_seconds: int = 20
    seconds: float = 60.0
    output: int = 60_000_000


DEFAULT_LIMITS = Limits()


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignEntry:
    """An entry as its publisher wrote it: absent text is empty, HTML is unsafe.

    Links are absolute where xml:base or the feed's address allow it.
    """

    id: str = ""
    link: str = ""
    title: str = ""  # plain text
    summary_html: str = ""
    content_html: str = ""
    published: datetime | None = None
    published_text: str = ""  # the date as it was written
    updated: datetime | None = None
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    enclosures: tuple[str, ...] = ()
    language: str = ""
    doi: str = ""  # bare, from a link or a metadata element


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignFeed:
    """A feed. `broken` says why it is no well-formed XML; empty when it is."""

    title: str
    id: str
    link: str
    language: str
    entries: tuple[ForeignEntry, ...]
    broken: str = ""


def parse(
    raw: bytes, *, address: str = "", media_type: str = "", limits: Limits = DEFAULT_LIMITS
) -> ForeignFeed:
    """Read a feed of any format from its bytes; ForeignFeedError where the limits do not allow it.

    Relative links are resolved against xml:base, or `address`, where the feed came from;
    `media_type` is the Content-Type that it came with.
    """
    _refuse_at_sight(raw, limits)
    if not address.startswith(("http://", "https://")):
        address = ""  # links must not come to name files of this machine
    answer = _read_in_child(raw, address, media_type, limits)
    if not answer["version"] and not answer["entries"]:
        cause = answer["broken"] or "no feed format is recognised"
        raise ForeignFeedError(
            f"this is not a feed: {cause}", "give the address of an RSS or Atom feed"
        )
    return ForeignFeed(
        title=answer["title"],
        id=answer["id"],
        link=answer["link"],
        language=answer["language"],
        broken=answer["broken"],
        entries=tuple(map(_entry, answer["entries"])),
    )


def _refuse_at_sight(raw: bytes, limits: Limits) -> None:
    """Refuse what needs no parser to be seen. `squeezed` makes UTF-16 and UTF-32 legible."""
    if not raw.strip():
        raise ForeignFeedError("the feed is empty", "check its address")
    if len(raw) > limits.raw:
        raise ForeignFeedError(
            f"the feed is larger than {limits.raw:,} bytes", "ask its publisher for a shorter one"
        )
    squeezed = raw.replace(b"\0", b"")
    if _WEB_PAGE.match(squeezed.removeprefix(b"\xef\xbb\xbf")):
        raise ForeignFeedError(
            "this is a web page, not a feed", "look in the page's source for rel=alternate"
        )
    prolog = _PROLOG.match(squeezed.lstrip(b"\xff\xfe"))
    if prolog and b"<!ENTITY" in prolog[0]:
        raise ForeignFeedError(
            "the feed declares entities, which can blow it up", "ask for one without a DTD"
        )


# The parent ------------------------------------------------------------------------------------


def _read_in_child(raw: bytes, address: str, media_type: str, limits: Limits) -> dict[str, Any]:
    """Run the child on files, not pipes: nothing blocks, and the kernel bounds what it writes."""
    command = [
        *(sys.executable, "-P", "-m", "syndicate.foreign"),
        *map(str, (limits.memory, limits.cpu_seconds, limits.output)),
        *(address.replace("\0", ""), media_type.replace("\0", "")),
    ]
    environment = {"PYTHONPATH": str(Path(__file__).parents[1]), "PYTHONIOENCODING": "utf-8"}
    with (
        tempfile.TemporaryFile() as given,
        tempfile.TemporaryFile() as written,
        tempfile.TemporaryFile() as complaint,
    ):
        given.write(raw)
        given.seek(0)
        child = subprocess.Popen(
            command,
            stdin=given,
            stdout=written,
            stderr=complaint,
            env=environment,
            start_new_session=True,
        )
        try:
            code = child.wait(limits.seconds)
        except subprocess.TimeoutExpired as error:
            raise ForeignFeedError(
                f"the feed took longer than {limits.seconds:g} s to read", "ask for a shorter one"
            ) from error
        finally:
            _end(child)
        if code:
            raise _explained(code, _last_line(complaint), limits)
        written.seek(0)
        answer: dict[str, Any] = json.load(written)
        return answer


def _end(child: subprocess.Popen[bytes]) -> None:
    """End the child and whatever it started; it leads a process group of its own."""
    if child.poll() is None:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def _last_line(complaint: IO[bytes]) -> str:
    size = complaint.seek(0, os.SEEK_END)
    complaint.seek(max(0, size - 2000))
    lines = complaint.read().decode("utf-8", "replace").split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), "")


def _explained(code: int, complaint: str, limits: Limits) -> ForeignFeedError:
    if code == -signal.SIGXCPU:
        cause = f"it takes more than {limits.cpu_seconds} s of processor time"
    elif complaint.startswith("MemoryError"):
        cause = f"it takes more than {limits.memory:,} bytes of memory"
    elif complaint.startswith("OSError: [Errno 27]"):
        cause = f"what it holds is larger than {limits.output:,} bytes"
    elif code < 0:
        cause = f"the parser was ended by {signal.Signals(-code).name}"
    else:
        cause = f"the parser failed: {complaint[:200]}"
    return ForeignFeedError(f"the feed cannot be read: {cause}", "ask its publisher to mend it")


def _entry(given: dict[str, Any]) -> ForeignEntry:
    fields: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in given.items()
    }
    fields["published"] = _instant(given["published"])
    fields["updated"] = _instant(given["updated"])
    return ForeignEntry(**fields)


def _instant(seconds: int | None) -> datetime | None:
    """Return the UTC time of a count of seconds since 1970, None where no calendar has it."""
    try:
        return None if seconds is None else _EPOCH + timedelta(seconds=seconds)
    except OverflowError:
        return None


# The child -------------------------------------------------------------------------------------


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
        "id": _text(feed.get("id")),
        "link": _text(feed.get("link")),
        "language": _text(feed.get("language")),
        "broken": _text(broken and f"{type(broken).__name__}: {broken}")[:300],
        "entries": [_fields(entry) for entry in found.entries],
    }


def _whole_character(match: re.Match[bytes]) -> bytes:
    """Replace a reference to half a character, at which feedparser raises."""
    code = int(match[1], 16) if match[1] else int(match[2])
    return b"&#xFFFD;" if 0xD800 <= code <= 0xDFFF else match[0]


def _fields(entry: dict[str, Any]) -> dict[str, Any]:
    contents = entry.get("content") or []
    first: Mapping[str, Any] = next((c for c in contents if c.get("value")), {})
    links = [link for link in entry.get("links", []) if link.get("href")]
    return {
        "id": _text(entry.get("id")),
        "link": _text(entry.get("link")),
        "title": _plain(entry.get("title_detail")),
        "summary_html": _markup(entry.get("summary_detail")),
        "content_html": _markup(first),
        "published": _seconds(entry.get("published_parsed")),
        "published_text": _text(entry.get("published")),
        "updated": _seconds(dict.get(entry, "updated_parsed")),  # get() would give published
        "authors": list(_authors(entry)),
        "categories": [_text(tag.get("label") or tag.get("term")) for tag in entry.get("tags", [])],
        "enclosures": [_text(link["href"]) for link in links if link.get("rel") == "enclosure"],
        "language": _text(
            first.get("language") or (entry.get("title_detail") or {}).get("language")
        ),
        "doi": next(_dois(entry, links), ""),
    }


def _authors(entry: dict[str, Any]) -> Iterator[str]:
    for author in entry.get("authors", []) or [entry.get("author_detail") or {}]:
        name = author.get("name") or author.get("email")
        if name:
            yield _text(name)


def _dois(entry: dict[str, Any], links: list[Any]) -> Iterator[str]:
    """Yield DOIs named by a link to the resolver, by prism:doi or by dc:identifier."""
    named = [link["href"] for link in links if re.match(r"https?://(dx\.)?doi\.org/", link["href"])]
    for text in (*named, entry.get("prism_doi"), entry.get("dc_identifier")):
        match = _DOI.search(_text(text))
        if match:
            yield match[0].lower()


def _markup(detail: Mapping[str, Any] | None) -> str:
    """Return HTML with absolute links. Whether untyped RSS text is HTML is feedparser's guess."""
    detail = detail or {}
    text = _text(detail.get("value"))
    if detail.get("type") not in _HTML_TYPES:
        paragraphs = re.split(r"\n\s*\n", html.escape(text, quote=False).strip())
        return "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs if paragraph)
    base = _text(detail.get("base"))

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
    text = _text((detail or {}).get("value"))
    if (detail or {}).get("type") in _HTML_TYPES:
        text = html.unescape(re.sub(r"</?[A-Za-z][^<>]*>", "", text))
    return " ".join(text.split())


def _text(value: object) -> str:
    """Return text that JSON, XML and UTF-8 can all carry."""
    return _NOT_XML.sub("\ufffd", str(value)) if value else ""


def _seconds(parsed: time.struct_time | None) -> int | None:
    return None if parsed is None else calendar.timegm(parsed)


if __name__ == "__main__":
    _child(*sys.argv[1:])
