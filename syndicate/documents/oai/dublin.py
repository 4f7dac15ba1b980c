"""A summary in `oai_dc`: unqualified Dublin Core, which every repository offers (5)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from lxml import etree

from syndicate import addresses
from syndicate.definitions import Definitions
from syndicate.documents.identity import rfc3339
from syndicate.documents.oai import xml
from syndicate.documents.oai.xml import Element
from syndicate.model import Network, Summary

SCHEMA: Final = f"{xml.OAI}oai_dc.xsd"
_PROSE: Final = frozenset({"description", "rights", "subject", "title"})


def render(summary: Summary, definitions: Definitions) -> Element:
    """Return the `oai_dc:dc` of a summary. What is prose says that it is English."""
    return _dc(_of_summary(summary, definitions))


def render_network(network: Network) -> Element:
    """Return what describes the whole collection, for Identify."""
    return _dc(
        [
            ("title", network.title),
            ("description", network.description),
            ("publisher", network.title),
            ("language", "en"),
            *_rights(network),
        ]
    )


def _dc(pairs: Iterator[tuple[str, str]] | list[tuple[str, str]]) -> Element:
    names = {"oai_dc": xml.OAI_DC, "dc": xml.DC, "xsi": xml.XSI}
    made = etree.Element(f"{{{xml.OAI_DC}}}dc", nsmap=names)
    made.set(xml.LOCATION, f"{xml.OAI_DC} {SCHEMA}")
    for name, text in pairs:
        element = etree.SubElement(made, f"{{{xml.DC}}}{name}")
        element.text = text
        if name in _PROSE:
            element.set(xml.LANG, "en")
    return made


def _of_summary(summary: Summary, definitions: Definitions) -> Iterator[tuple[str, str]]:
    network = definitions.network
    assert summary.published is not None
    yield "title", summary.title
    yield from (("creator", name) for name in summary.authors)
    yield from (("subject", label) for label in _subjects(summary, definitions))
    yield "description", summary.description
    yield "publisher", network.title
    yield "date", rfc3339(summary.published)[: 7 if summary.month_only else 10]
    yield "type", "Text"
    yield "format", "text/html"
    yield "identifier", definitions.absolute(addresses.summary(summary.slug))
    yield "identifier", summary.id
    if summary.citation:
        yield "source", summary.citation.text
        if summary.citation.doi_url:
            yield "relation", summary.citation.doi_url
    yield "language", summary.lang
    yield from _rights(network)


def _subjects(summary: Summary, definitions: Definitions) -> Iterator[str]:
    for slug in summary.topics:
        topic = definitions.find_topic(slug)
        yield topic.label if topic else slug
    if summary.kind:
        kind = definitions.find_kind(summary.kind)
        yield kind.label if kind else summary.kind


def _rights(network: Network) -> Iterator[tuple[str, str]]:
    yield "rights", network.rights
    yield "rights", f"{network.licence.name}: {network.licence.url}"
