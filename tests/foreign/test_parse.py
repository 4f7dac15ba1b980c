"""Feeds of every format, broken and hostile ones, through the child process that parses them."""

from __future__ import annotations

import dataclasses
import json
import os
import time
from datetime import datetime
from pathlib import Path

import pytest

from syndicate import foreign
from syndicate.errors import ForeignFeedError
from syndicate.foreign import ForeignEntry, ForeignFeed, Limits

CORPUS = Path(__file__).parents[1] / "corpus" / "foreign"
ADDRESS = "https://given.example/dir/feed"


def rss(inside: bytes) -> bytes:
    return b'<rss version="2.0"><channel><title>T</title>' + inside + b"</channel></rss>"


def told(feed: ForeignFeed) -> dict[str, object]:
    """Return a feed as its expectation file has it: dates as text, empty fields left out."""
    empty = ForeignEntry()
    entries = [
        {
            name: value.isoformat() if isinstance(value, datetime) else value
            for name, value in dataclasses.asdict(entry).items()
            if value != getattr(empty, name)
        }
        for entry in feed.entries
    ]
    unsaid = {"previous": "", "is_archive": False, "is_complete": False, "tombstones": ()}
    fields = {
        name: value
        for name, value in dataclasses.asdict(feed).items()
        if unsaid.get(name, ...) != value
    }
    whole: dict[str, object] = json.loads(json.dumps(fields | {"entries": entries}, default=str))
    return whole


FEEDS = sorted(path for path in CORPUS.iterdir() if path.suffix in {".xml", ".feed"})


@pytest.mark.parametrize("path", FEEDS, ids=lambda path: path.stem)
def test_each_feed_of_the_corpus_is_read_as_expected(path: Path) -> None:
    expected = json.loads(path.with_suffix(".json").read_text("utf-8"))
    assert told(foreign.parse(path.read_bytes(), address=ADDRESS)) == expected


def test_dates_are_aware_and_in_utc() -> None:
    feed = foreign.parse((CORPUS / "rss20.xml").read_bytes())
    dates = [entry.published for entry in feed.entries if entry.published]
    assert dates
    assert {date.utcoffset() for date in dates} == {dates[0] - dates[0]}


@pytest.mark.parametrize("address", ["", "feed.xml", "file:///srv/secret/feed.xml"])
def test_without_a_web_address_relative_links_stay_relative(address: str) -> None:
    feed = foreign.parse((CORPUS / "rss20.xml").read_bytes(), address=address)
    assert "secret" not in repr(feed)
    assert '<a href="/more">' in feed.entries[0].content_html


@pytest.mark.parametrize(
    ("raw", "cause"),
    [
        (b"", "the feed is empty"),
        (b" \n", "the feed is empty"),
        (b"<!DOCTYPE html><html><title>x</title></html>", "a web page, not a feed"),
        (b"\xef\xbb\xbf<!-- hello -->\n<HTML lang=en>", "a web page, not a feed"),
        (b"hello, world", "this is not a feed"),
        (b'{"version": "https://jsonfeed.org/version/1.1"}', "this is not a feed"),
        (b"\0\0\0\0", "this is not a feed"),
        (b'<!DOCTYPE r [<!ENTITY a "b">]><rss/>', "declares entities"),
        (b'<?xml version="1.0"?><!-- <rss --><!DOCTYPE r [\n<!ENTITY % a "b">]><rss/>', "entities"),
        ('<!DOCTYPE r [<!ENTITY a "b">]><rss/>'.encode("utf-16"), "declares entities"),
    ],
)
def test_what_is_no_feed_is_refused_with_its_cause_and_a_remedy(raw: bytes, cause: str) -> None:
    with pytest.raises(ForeignFeedError, match=cause) as refused:
        foreign.parse(raw)
    assert refused.value.remedy


def test_a_feed_may_be_as_large_as_the_limit_and_no_larger() -> None:
    raw = rss(b"")
    assert foreign.parse(raw, limits=Limits(raw=len(raw))).title == "T"
    with pytest.raises(ForeignFeedError, match="larger than 10 bytes"):
        foreign.parse(raw, limits=Limits(raw=10))


HOSTILE = {
    "deep": rss(b"<a>" * 20_000),
    "many": rss(b"<item>" * 5_000),
    "controls": rss(b"<item><title>\0\x01</title><description>&#xDC00;&#0;</description></item>"),
    "utf7": b'<?xml version="1.0" encoding="utf-7"?>' + rss(b"<item><title>+ADw-</title></item>"),
    "zlib": b'<?xml version="1.0" encoding="zlib_codec"?>' + rss(b"<item/>"),
    "unknown coding": b'<?xml version="1.0" encoding="no-such"?>' + rss(b"<item/>"),
    "no coding": rss(b"<item><title>\xff\xfe\xfa</title></item>"),
    "long date": rss(b"<item><pubDate>" + b"9" * 5_000 + b"</pubDate></item>"),
    "attributes": rss(b"<item " + b" ".join(b'a%d="1"' % n for n in range(2_000)) + b"/>"),
    "noncharacter": rss("<item><title>\U0001f600\ufffe</title></item>".encode()),
}


@pytest.mark.parametrize("raw", HOSTILE.values(), ids=HOSTILE)
def test_hostile_bytes_become_plain_data_or_a_refusal(raw: bytes) -> None:
    try:
        feed = foreign.parse(raw, limits=Limits(cpu_seconds=10))
    except ForeignFeedError as refused:
        assert refused.remedy  # noqa: PT017 - either outcome is right
        return
    json.dumps(dataclasses.asdict(feed), default=str).encode("utf-8")
    texts = [feed.title, *(entry.title + entry.summary_html for entry in feed.entries)]
    assert not any(ord(c) < 9 or 0xD800 <= ord(c) <= 0xDFFF for text in texts for c in text)


def test_a_feed_that_needs_too_much_processor_time_is_given_up() -> None:
    attributes = b" ".join(b'a%d="1"' % number for number in range(60_000))
    start = time.monotonic()
    with pytest.raises(ForeignFeedError, match="more than 1 s of processor time"):
        foreign.parse(rss(b"<a " + attributes + b"/>"), limits=Limits(cpu_seconds=1))
    assert time.monotonic() - start < 30


def test_a_feed_that_needs_too_much_memory_is_given_up() -> None:
    with pytest.raises(ForeignFeedError, match="more than 60,000,000 bytes of memory"):
        foreign.parse(rss(b"x" * 9_000_000), limits=Limits(memory=60_000_000))


def test_a_feed_that_says_too_much_is_given_up() -> None:
    entry = b"<item><title>" + b"x" * 1_000 + b"</title></item>"
    with pytest.raises(ForeignFeedError, match="what it holds is larger than 10,000 bytes"):
        foreign.parse(rss(entry * 50), limits=Limits(output=10_000))


def test_a_feed_that_takes_too_long_is_given_up_and_its_process_ended() -> None:
    before = children()
    with pytest.raises(ForeignFeedError, match=r"longer than 0\.01 s"):
        foreign.parse(rss(b""), limits=Limits(seconds=0.01))
    assert children() == before


def children() -> set[str]:
    """Return the processes that this one started and that are still there."""
    path = Path(f"/proc/self/task/{os.getpid()}/children")
    return set(path.read_text().split())


def test_billion_laughs_are_refused_at_sight() -> None:
    entities = b"".join(b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 10))
    start = time.monotonic()
    with pytest.raises(ForeignFeedError, match="declares entities"):
        foreign.parse(b'<!DOCTYPE l [<!ENTITY l0 "ha">' + entities + b"]>" + rss(b"&l9;"))
    assert time.monotonic() - start < 1


def test_no_file_is_opened_that_the_feed_or_its_address_names(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("s3cret")
    doctype = f'<!DOCTYPE rss SYSTEM "{secret.as_uri()}">'.encode()
    feed = foreign.parse(doctype + rss(b"<item><title>&x;</title></item>"), address=secret.as_uri())
    assert "s3cret" not in repr(feed)
    with pytest.raises(ForeignFeedError, match="not a feed"):
        foreign.parse(str(secret).encode())


def test_the_environment_is_not_handed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """A secret of ours must not be where hostile bytes are parsed."""
    monkeypatch.setenv("PYTHONSTARTUP", "/nonexistent")
    monkeypatch.setenv("PYTHONHOME", "/nonexistent")  # would keep any Python from starting
    assert foreign.parse(rss(b"")).title == "T"
