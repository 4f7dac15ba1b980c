"""A summary in `syndicate`, the format that is our own; summary.xsd says the same for machines.

The words are those of the JSON objects of /v1; numbers of results are kept as they were written.
"""

from __future__ import annotations

from syndicate import addresses
from syndicate.definitions import Definitions
from syndicate.documents import record
from syndicate.documents.identity import rfc3339
from syndicate.documents.oai import xml
from syndicate.documents.oai.xhtml import render_xhtml
from syndicate.documents.oai.xml import Element, add
from syndicate.model import Citation, Finding, SafeHtml, Summary


def schema_of(definitions: Definitions) -> str:
    """Return the address of the schema."""
    return definitions.absolute(addresses.OAI_SCHEMA)


def render(summary: Summary, definitions: Definitions) -> Element:
    """Return the `summary` element."""
    assert summary.published is not None
    assert summary.updated is not None
    made = xml.root("summary", xml.OWN, schema_of(definitions))
    made.set(xml.LANG, summary.lang)
    add(made, "id", summary.id)
    add(made, "url", definitions.absolute(addresses.summary(summary.slug)))
    add(made, "form", summary.form)
    add(made, "title", summary.title)
    month_only = "true" if summary.month_only else None
    add(made, "published", rfc3339(summary.published), month_only=month_only)
    add(made, "updated", rfc3339(summary.updated))
    for name in summary.authors:
        add(made, "author", name)
    _add_groups(made, summary, definitions)
    add(made, "description", summary.description)
    _add_html(made, "body", summary.body_html)
    _add_html(made, "implications", summary.implications_html)
    if summary.citation:
        _add_citation(made, summary.citation)
    for finding in summary.findings:
        _add_finding(made, finding)
    for correction in summary.corrections:
        add(made, "correction", correction.note, date=rfc3339(correction.date))
    licence = definitions.network.licence
    add(
        made,
        "licence",
        licence.name,
        url=licence.url,
        spdx=licence.spdx or None,
        terms_version=licence.terms_version,
    )
    add(made, "content_hash", record.content_hash(summary))
    return made


def _add_groups(made: Element, summary: Summary, definitions: Definitions) -> None:
    for slug in summary.topics:
        topic = definitions.find_topic(slug)
        add(made, "topic", topic.label if topic else slug, slug=slug)
    if summary.kind:
        kind = definitions.find_kind(summary.kind)
        add(made, "kind", kind.label if kind else summary.kind, slug=summary.kind)


def _add_html(made: Element, name: str, source: SafeHtml) -> None:
    if source:
        add(made, name).append(render_xhtml(source))


def _add_citation(made: Element, citation: Citation) -> None:
    year = str(citation.year) if citation.year else None
    add(made, "citation", citation.text, doi=citation.doi, url=citation.doi_url, year=year)


def _add_finding(made: Element, finding: Finding) -> None:
    element = add(made, "finding")
    add(element, "label", finding.label)
    add(element, "measure", finding.measure)
    add(element, "value", finding.value)
    if finding.interval:
        low, high = finding.interval
        add(element, "interval", low=low, high=high, level=finding.level)
    for name in ("se", "p", "k", "n"):
        value = getattr(finding, name)
        if value is not None:
            add(element, name, str(value))


# About a record ---------------------------------------------------------------------------------


def render_provenance(summary: Summary, definitions: Definitions, revision: int) -> Element:
    """Return where a record comes from, for those that do not take the whole of it.

    OAI's own `provenance` tells by which harvests a record came: here is where they begin.
    """
    url = definitions.absolute(addresses.summary(summary.slug))
    made = xml.root("provenance", xml.OWN, schema_of(definitions))
    made.set("revision", str(revision))
    add(made, "publisher", definitions.network.title)
    add(made, "url", url)
    add(made, "attribution", record.attribution_text(summary, definitions.network, url))
    add(made, "content_hash", record.content_hash(summary))
    return made
