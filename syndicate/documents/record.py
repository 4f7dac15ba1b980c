"""A summary as partners pull it: the JSON object of `/v1/items`, and the hash of its content."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Collection
from html import escape
from typing import Any, Final

import orjson

from syndicate import addresses
from syndicate.definitions import Definitions
from syndicate.documents import citing, reference
from syndicate.documents.identity import digest, rfc3339
from syndicate.model import Citation, Finding, Network, Summary

RENDERER: Final = "2"
"""Goes up when the same summary would give another object; every record is then made anew."""

HASH: Final = "sha-256:"


def content_hash(summary: Summary) -> str:
    """Return `sha-256:…` of what the editor wrote, sanitised, as it stands in the record.

    Labels, addresses and the licence are not in it: they change without the summary's doing.
    """
    canonical = orjson.dumps(_content(summary), option=orjson.OPT_SORT_KEYS)
    return HASH + hashlib.sha256(canonical).hexdigest()


def _content(summary: Summary) -> dict[str, Any]:
    assert summary.published is not None
    assert summary.updated is not None
    return {
        "title": summary.title,
        "form": summary.form,
        "language": summary.lang,
        "published": rfc3339(summary.published),
        "updated": rfc3339(summary.updated),
        "month_only": summary.month_only,
        "authors": summary.authors,
        "topics": summary.topics,
        "kind": summary.kind,
        "description": summary.description,
        "content_html": summary.content_html,
        "implications_html": summary.implications_html,
        "citation": _citation(summary.citation),
        "findings": [_finding(finding) for finding in summary.findings],
        "corrections": [{"date": rfc3339(c.date), "note": c.note} for c in summary.corrections],
    }


def _citation(citation: Citation | None) -> dict[str, Any] | None:
    if citation is None:
        return None
    return {
        "text": citation.text,
        "doi": citation.doi,
        "url": citation.doi_url,
        "year": citation.year,
    }


def _finding(finding: Finding) -> dict[str, Any]:
    """Return a finding with its numbers as strings: 0.50 stays 0.50."""
    return dataclasses.asdict(finding)


# The record -------------------------------------------------------------------------------------


def look(definitions: Definitions) -> str:
    """Return a digest of all that shows in every record besides its summary."""
    network = definitions.network
    shown = (
        RENDERER,
        network.base_url,
        network.title,
        dataclasses.astuple(network.licence),
        network.rights,
        network.notice_en,
        network.notice_fr,
        [(t.slug, t.label, t.label_fr) for t in definitions.topics],
        [(k.slug, k.label, k.label_fr) for k in definitions.kinds],
    )
    return digest(orjson.dumps(shown))


def render(
    summary: Summary,
    definitions: Definitions,
    *,
    seq: int,
    revision: int,
    content_text: str,
    sanitizer_version: str,
) -> bytes:
    """Return the object. `seq` and `revision` stand first; `content_text` is its plain text."""
    network = definitions.network
    url = definitions.absolute(addresses.summary(summary.slug))
    fields = {
        "seq": seq,
        "id": summary.id,
        "revision": revision,
        "status": "published",
        "url": url,
        **_content(summary),
        "topics": [_labelled(slug, definitions.find_topic(slug)) for slug in summary.topics],
        "citation": _with_parts(summary),
        "kind": _labelled(summary.kind, definitions.find_kind(summary.kind))
        if summary.kind
        else None,
        "authors": [{"name": name} for name in summary.authors],
        "content_text": content_text,
        "content_sha256": hashlib.sha256(summary.content_html.encode()).hexdigest(),
        "content_hash": content_hash(summary),
        "sanitizer_version": sanitizer_version,
        "licence": {
            "name": network.licence.name,
            "spdx": network.licence.spdx,
            "url": network.licence.url,
            "terms_version": network.licence.terms_version,
        },
        "attribution": _attribution(summary, network, url),
        "availability_notice": {"en": network.notice_en, "fr": network.notice_fr},
    }
    return orjson.dumps(fields)


def _with_parts(summary: Summary) -> dict[str, Any] | None:
    """Return the citation with its parts as CSL-JSON: what citation managers and styles take."""
    written = _citation(summary.citation)
    if summary.citation is None or written is None:
        return None
    return {**written, "csl": citing.csl(reference.of_article(summary.id, summary.citation))}


def _labelled(slug: str, known: Any) -> dict[str, Any]:  # noqa: ANN401 - a topic or a kind
    english = known.label if known else slug
    french = known.label_fr if known else ""
    return {"slug": slug, "label": {"en": english, "fr": french or english}}


def _attribution(summary: Summary, network: Network, url: str) -> dict[str, Any]:
    by = ", ".join(summary.authors)
    licence = network.licence
    return {
        "text": attribution_text(summary, network, url),
        "html": f'<p><a href="{escape(url)}">{escape(summary.title)}</a> by {escape(by)}, '
        f"{escape(network.title)}. "
        f'<a href="{escape(licence.url)}" rel="license">{escape(licence.name)}</a>.</p>',
        "logo": network.base_url + addresses.FEED_ICON,
        "link_required": True,
    }


def attribution_text(summary: Summary, network: Network, url: str) -> str:
    """Return the line that whoever shows a summary has to show with it."""
    by = ", ".join(summary.authors)
    return f"“{summary.title}” by {by}, {network.title}, {url}. {network.licence.name}."


TEXT: Final = ("content_html", "content_text", "content_sha256")
PARTS: Final = {
    "summary": (*TEXT, "implications_html"),
    "implications": (*TEXT, "description"),
}
"""What `parts=` leaves out of a record."""


def part(record: bytes, parts: str) -> bytes:
    """Return a record with only the `parts` that were asked for: full, summary, implications."""
    left_out = PARTS.get(parts, ())
    return _without(record, left_out, parts) if left_out else record


def without_text(record: bytes) -> bytes:
    """Return a record for who may not have the full text: description and implications stay."""
    return _without(record, TEXT, "without-text")


def _without(record: bytes, left_out: Collection[str], parts: str) -> bytes:
    fields = orjson.loads(record)
    return orjson.dumps({n: v for n, v in fields.items() if n not in left_out} | {"parts": parts})
