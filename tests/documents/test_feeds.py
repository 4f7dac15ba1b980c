"""Feed documents: joined from fragments, as feedgen makes them whole, valid, read back whole."""

from __future__ import annotations

import dataclasses
import io
import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from syndicate import addresses, definitions
from syndicate.definitions import Definitions
from syndicate.documents import atom, render, rss
from syndicate.model import FORMATS, Entry, Format, SafeHtml, Tombstone
from tests import checking
from tests.checking import reading
from tests.sites import BASE_URL, REPOSITORY

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def site() -> Definitions:
    return definitions.load(REPOSITORY, base_url=BASE_URL)


def entry(number: int = 0, **fields: object) -> Entry:
    made = Entry(
        id=f"tag:network.example,2013:summary/{number}",
        url=f"{BASE_URL}/summaries/number-{number}/",
        title=f"Summary number {number}",
        published=NOON + timedelta(minutes=number),
        updated=NOON + timedelta(minutes=number),
        authors=("Demonstration editors",),
        categories=("Empathy", "Training"),
        description=f"In short, number {number}.",
        content_html=SafeHtml(f"<p>In short, number {number}. And then at length.</p>"),
        lang="en",
        rights="Free to reuse.",
        licence_url="https://licence.example/by/",
        external_url="https://doi.org/10.1000/example",
    )
    return dataclasses.replace(made, **fields)  # type: ignore[arg-type]


HOSTILE = (
    {"title": "r < .05 and n > 3 & \u2212 minus", "description": "p < .05 & so on"},
    {"content_html": SafeHtml("<p>It ends a section: ]]&gt; and goes on ]]&gt;]]&gt;.</p>")},
    {"content_html": SafeHtml("<pre>a]]>b</pre><p>In short? No, at some length.</p>")},
    {"title": "Emoji \U0001f642 and accents: Fl\u00fcckiger, O\u2019Brien"},
    {"content_html": SafeHtml("<p>" + "long and longer " * 13_000 + "</p>")},
    {"authors": ("Anna One", "Bert Two & Sons")},
    {"categories": ("Posttraumatic Stress",), "external_url": None},
    {"title": "Ends in a backslash \\ and 'quotes' \"both\""},
)


def joined(site: Definitions, format: Format, entries: list[Entry], **more: object) -> bytes:
    feed = site.feeds[0]
    return render.join(
        feed,
        format,
        links=render.place(feed, format, BASE_URL, hub="https://hub.example/", sealed=3),
        network=site.network,
        updated=max((e.updated for e in entries), default=NOON),
        fragments=[render.render_entry(e, format) for e in entries],
        **more,  # type: ignore[arg-type]
    )


def newest_first(*entries: Entry) -> list[Entry]:
    return sorted(entries, key=lambda e: e.updated, reverse=True)


def canonical(body: bytes) -> bytes:
    target = io.BytesIO()
    etree.ElementTree(etree.fromstring(body)).write_c14n(target)
    return target.getvalue()


@pytest.mark.parametrize("format", ["atom", "rss"])
@pytest.mark.parametrize("count", [0, 1, 3])
def test_joined_is_what_feedgen_makes_of_the_whole_feed(
    site: Definitions, format: Format, count: int
) -> None:
    entries = newest_first(*(entry(n, **HOSTILE[n]) for n in range(count)))
    feed = site.feeds[0]
    links = render.place(feed, format, BASE_URL, hub="https://hub.example/", sealed=3)
    updated = max((e.updated for e in entries), default=NOON)
    module = {"atom": atom, "rss": rss}[format]
    whole = module.render_feed(feed, links, site.network, updated, tuple(entries))
    assert canonical(joined(site, format, entries)) == canonical(whole)


@pytest.mark.parametrize("format", FORMATS)
def test_hostile_but_legal_content_is_valid_and_read_back_whole(
    site: Definitions, format: Format
) -> None:
    entries = newest_first(*(entry(n, **fields) for n, fields in enumerate(HOSTILE)))
    body = joined(site, format, entries)
    url = f"{BASE_URL}/feed.{format}"
    assert checking.problems(format, body, url) == []
    assert reading.disagreements(body, addresses.MEDIA_TYPES[format], entries) == []


def test_three_hundred_entries_are_read_by_every_reader(site: Definitions) -> None:
    entries = newest_first(*(entry(n) for n in range(300)))
    for format in FORMATS:
        body = joined(site, format, entries)
        assert reading.disagreements(body, addresses.MEDIA_TYPES[format], entries) == []


def test_tombstones_stand_in_atom_only(site: Definitions) -> None:
    gone = Tombstone(ref="tag:x.example,2013:1", when=NOON, comment="error & more", by="Editors")
    body = joined(site, "atom", [entry(1)], tombstones=[gone])
    assert checking.problems("atom", body, f"{BASE_URL}/feed.atom") == []
    assert b'ref="tag:x.example,2013:1" when="2024-03-01T12:00:00Z"' in body
    for format in ("rss", "json"):
        assert b"tag:x.example" not in joined(site, format, [entry(1)], tombstones=[gone])  # type: ignore[arg-type]


def test_same_input_gives_the_same_bytes_whatever_the_locale_and_clock(site: Definitions) -> None:
    import locale

    entries = [entry(n) for n in range(3)]
    before = [joined(site, format, entries) for format in FORMATS]
    present = locale.setlocale(locale.LC_ALL)
    again = [joined(site, format, entries) for format in FORMATS]
    assert before == again
    assert locale.setlocale(locale.LC_ALL) == present
    documents = [render.document("/x", "t", body, NOON) for body in before]
    assert [d.gzip for d in documents] == [
        render.document("/x", "t", body, NOON + timedelta(days=1)).gzip for body in again
    ]


def test_places_of_documents_and_archives(site: Definitions) -> None:
    feed = site.feeds[0]
    subscription = render.place(feed, "atom", BASE_URL, hub="https://hub.example/", sealed=2)
    assert subscription.prev_archive == f"{BASE_URL}/feed/archive/2.atom"
    assert (subscription.next_archive, subscription.is_archive) == ("", False)
    first = render.place(feed, "rss", BASE_URL, hub="https://hub.example/", archive=1, sealed=2)
    assert (first.prev_archive, first.hub) == ("", "")
    assert first.next_archive == first.self.replace("/1.", "/2.")
    assert first.current == f"{BASE_URL}/feed.rss"


texts = (
    st.text(
        st.characters(
            min_codepoint=32,
            max_codepoint=0x1FFFF,
            exclude_categories=("Cs", "Cc", "Cn", "Co", "Zl", "Zp"),
        ),
        min_size=1,
        max_size=60,
    )
    .map(str.strip)
    .filter(bool)
)


@given(title=texts, description=texts)
def test_what_is_rendered_is_parsed_back(title: str, description: str) -> None:
    made = entry(1, title=title, description=description)
    feed = etree.fromstring(
        b'<feed xmlns="http://www.w3.org/2005/Atom">'
        + render.render_entry(made, "atom")
        + b"</feed>"
    )
    names = {"a": "http://www.w3.org/2005/Atom"}
    assert feed.findtext("a:entry/a:title", None, names) == title
    assert feed.findtext("a:entry/a:summary", None, names) == description
    assert feed.findtext("a:entry/a:content", None, names) == made.content_html
    item = json.loads(render.render_entry(made, "json"))
    assert (item["title"], item["summary"]) == (title, description)
