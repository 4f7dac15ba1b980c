"""Records of OAI-PMH: valid by their schemas, and saying what the summary says."""

from __future__ import annotations

import dataclasses
import re
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from syndicate import definitions
from syndicate.definitions import Definitions
from syndicate.documents import record
from syndicate.documents.oai import basis, native, response
from syndicate.documents.oai.formats import FORMATS
from syndicate.documents.oai.response import Answer, Header, Record
from syndicate.documents.oai.xhtml import render_xhtml
from syndicate.editorial.parsed import Event, parse
from syndicate.editorial.sanitize import sanitize
from syndicate.model import Citation, Correction, Finding, SafeHtml, Summary, SummaryId
from tests import oai
from tests.oai import NS
from tests.sites import BASE_URL, REPOSITORY

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)
SITE = definitions.load(REPOSITORY, base_url=BASE_URL)
PLAIN = Summary(
    id=SummaryId("tag:network.example,2013:summary/1"),
    slug="a-summary",
    form="research",
    title="What is known",
    published=NOON,
    authors=("Ann Ames", "Bo Berg & Sons"),
    topics=("empathy", "training"),
    kind="meta-analysis",
    lang="en",
    description="In short: r < .05 & so on.",
    body_html=SafeHtml("<p>At <em>length</em>.<br>And more &amp; more.</p>"),
    implications_html=SafeHtml("<ul><li>Ask early.</li></ul>"),
    content_html=SafeHtml("<p>At <em>length</em>.</p>"),
    citation=Citation(text="Doe, J. (2020). On it.", doi="10.1000/a<b>", year=2020),
    findings=(
        Finding(
            label="alliance and outcome",
            measure="r",
            value="0.50",
            interval=("-.10", "0.5"),
            level="97.5",
            se="0.020",
            p="< .001",
            k=0,
            n=6000,
        ),
        Finding(label="bare", measure="\u03c7\u00b2", value="12."),
    ),
    corrections=(Correction(date=NOON, note="It was wrong."),),
)


def answered(summary: Summary, prefix: str, site: Definitions = SITE) -> etree._Element:
    """Return the record as a harvester gets it, after every check."""
    header = Header(identifier=summary.id, datestamp=NOON, sets=("topic:empathy",), deleted=False)
    made = Record(
        header=header,
        metadata=FORMATS[prefix].render(summary, site),
        about=(
            response.render_rights(site.network),
            native.render_provenance(summary, site, 3),
        ),
    )
    answer = Answer(url=f"{BASE_URL}/oai", now=NOON, request={})
    body = answer.render(lambda root: response.add_list(root, "GetRecord", [made]))
    return oai.read(body).find("o:GetRecord/o:record", NS)


def texts(element: etree._Element, path: str) -> list[str]:
    return [each.text or "" for each in element.iterfind(path, NS)]


@pytest.mark.parametrize("prefix", FORMATS)
@pytest.mark.parametrize(
    "change",
    [
        {},
        {"month_only": True},
        {"form": "announcement", "kind": None, "citation": None, "findings": ()},
        {"implications_html": "", "corrections": (), "description": ""},
        {"citation": Citation(text="")},
        {"citation": Citation(text="One.", doi="10.1/\u00e9 {x}")},
        {"topics": ("no-longer-there",), "kind": "neither"},
        {"topics": ()},
        {"lang": "en-CA", "title": "\u2212 \U0001f642 ]]> <b>"},
        {"id": "https://old.example/?p=123&x=1"},
    ],
)
def test_every_record_is_valid(prefix: str, change: dict[str, object]) -> None:
    made = answered(dataclasses.replace(PLAIN, **change), prefix)  # type: ignore[arg-type]
    about = "o:about/s:provenance/s:content_hash"
    assert re.fullmatch("sha-256:[0-9a-f]{64}", texts(made, about)[0])


def test_our_own_format_says_all_of_it() -> None:
    made = answered(PLAIN, "syndicate").find("o:metadata/s:summary", NS)
    assert texts(made, "s:author") == ["Ann Ames", "Bo Berg & Sons"]
    assert [(e.get("slug"), e.text) for e in made.iterfind("s:topic", NS)] == [
        ("empathy", "Empathy"),
        ("training", "Training"),
    ]
    assert texts(made, "s:content_hash") == [record.content_hash(PLAIN)]
    assert texts(made, "s:implications/x:div/x:ul/x:li") == ["Ask early."]
    first = made.find("s:finding", NS)
    assert [(etree.QName(e).localname, e.text) for e in first] == [
        ("label", "alliance and outcome"),
        ("measure", "r"),
        ("value", "0.50"),
        ("interval", None),
        ("se", "0.020"),
        ("p", "< .001"),
        ("k", "0"),
        ("n", "6000"),
    ]
    assert dict(first.find("s:interval", NS).attrib) == {
        "low": "-.10",
        "high": "0.5",
        "level": "97.5",
    }
    citation = made.find("s:citation", NS)
    assert citation.get("doi") == "10.1000/a<b>"
    assert citation.get("url") == "https://doi.org/10.1000/a%3Cb%3E"
    licence = made.find("s:licence", NS)
    assert (licence.get("spdx"), licence.get("terms_version")) == ("CC-BY-4.0", "1")


def test_dublin_core_says_what_it_can_in_english() -> None:
    made = answered(PLAIN, "oai_dc").find("o:metadata/*", NS)
    found = {name: texts(made, f"dc:{name}") for name in ("subject", "date", "source", "language")}
    assert found == {
        "subject": ["Empathy", "Training", "Meta-analysis"],
        "date": ["2024-03-01"],
        "source": ["Doe, J. (2020). On it."],
        "language": ["en"],
    }
    assert PLAIN.id in texts(made, "dc:identifier")
    assert texts(made, "dc:relation") == ["https://doi.org/10.1000/a%3Cb%3E"]
    xml = "{http://www.w3.org/XML/1998/namespace}"
    assert {e.get(f"{xml}lang") for e in made.iterfind("dc:title", NS)} == {"en"}
    month = answered(dataclasses.replace(PLAIN, month_only=True), "oai_dc")
    assert texts(month, "o:metadata/*/dc:date") == ["2024-03"]


def test_the_licence_and_the_attribution_go_with_every_record() -> None:
    made = answered(PLAIN, "oai_dc")
    rights = made.find("o:about/r:rights/r:rightsReference", NS)
    assert rights.get("ref") == SITE.network.licence.url
    (told,) = texts(made, "o:about/s:provenance/s:attribution")
    assert "Ann Ames" in told
    assert f"{BASE_URL}/summaries/a-summary/" in told


# HTML -------------------------------------------------------------------------------------------

LINK = '<a href="https://x.example/?a=1&amp;b=2" rel="nofollow noopener noreferrer">x</a>'
HTML = st.recursive(
    st.one_of(
        st.text(st.characters(codec="utf-8", exclude_categories=["C"]), max_size=12).map(
            lambda text: text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        ),
        st.sampled_from(["<br>", "<hr>", LINK, "&nbsp;", "<pre>a\n  b</pre>", "<q>q</q>"]),
    ),
    lambda inner: st.lists(inner, max_size=3).flatmap(
        lambda parts: st.sampled_from(
            [
                "<ul><li>{}</li></ul>",
                "<blockquote><p>a</p>{}</blockquote>",
                '<ol start="3" reversed>\n<li>{}</li></ol>',
                '<table><tbody><tr><td colspan="2">{}</td></tr></tbody></table>',
                "<dl><dt>a</dt><dd>{}</dd></dl>",
            ]
        ).map(lambda frame: frame.format("".join(parts)))
    ),
    max_leaves=9,
)


def walk(element: ET.Element) -> list[Event]:
    """Return a tree as the events that parsed.py reads out of HTML."""
    name = element.tag.removeprefix("{http://www.w3.org/1999/xhtml}")
    attributes = ((k, "" if v == k else v) for k, v in element.attrib.items())
    found = [Event("start", name, tuple(sorted(attributes)))]
    found += [Event("text", element.text)] if element.text else []
    for child in element:
        found += walk(child)
        found += [Event("text", child.tail)] if child.tail else []
    return found if name in ("br", "hr") else [*found, Event("end", name)]


@given(HTML)
@settings(deadline=None, max_examples=150)
def test_xhtml_is_the_same_tree(html: str) -> None:
    safe = sanitize(html)
    made = ET.fromstring(etree.tostring(render_xhtml(safe)))
    wanted, problems = parse(f"<div>{safe}</div>")
    assert problems == []
    assert walk(made) == wanted


# What all records rest on -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("network.toml", "CC-BY-4.0", "CC-BY-SA-4.0"),
        ("network.toml", 'PPRNet demo"', 'PPRNet demo"\n'),
        ("topics.toml", 'label = "Empathy"', 'label = "Empathic understanding"'),
        ("topics.toml", 'former = ["adherance"]', 'former = ["adherance", "compliance"]'),
    ],
)
def test_what_changes_every_record_or_set_changes_the_basis(file: str, old: str, new: str) -> None:
    text = SITE.texts[file]
    assert old in text
    changed = definitions.parse({**SITE.texts, file: text.replace(old, new)}, base_url=BASE_URL)
    shows = changed.network != SITE.network or changed.topics != SITE.topics
    assert (basis(changed, "e") != basis(SITE, "e")) == shows
    assert basis(SITE, "e") != basis(SITE, "f")
