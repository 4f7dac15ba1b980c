"""From a summary to what feeds carry of it: its entry or tombstone, and its notices."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime

import orjson

from syndicate import addresses
from syndicate.definitions import Definitions
from syndicate.documents import identity
from syndicate.model import Entry, Notice, Summary, Tombstone

RENDERER = "1"
"""Goes up when the same entry would give other bytes; every fragment is then rendered anew."""

WITHHELD = "a summary"  # stands for the title where it was withdrawn for legal reasons


def look(definitions: Definitions) -> str:
    """Return a digest of all that shows in every entry: labels, base URL, licence, renderer."""
    network = definitions.network
    shown = (
        RENDERER,
        network.base_url,
        network.author,
        network.rights,
        network.licence.url,
        [(topic.slug, topic.feed_label) for topic in definitions.topics],
        [(kind.slug, kind.feed_label) for kind in definitions.kinds],
        f"{network.tag_authority},{network.tag_date}",
    )
    return identity.digest(orjson.dumps(shown))


def entry(summary: Summary, definitions: Definitions) -> Entry:
    """Return the entry of a published summary."""
    assert summary.published is not None
    assert summary.updated is not None
    return Entry(
        id=summary.id,
        url=definitions.absolute(addresses.summary(summary.slug)),
        title=summary.title,
        published=summary.published,
        updated=summary.updated,
        authors=summary.authors,
        categories=_categories(summary, definitions),
        description=summary.description,
        content_html=summary.content_html,
        lang=summary.lang,
        rights=definitions.network.rights,
        licence_url=definitions.network.licence.url,
        external_url=summary.citation.doi_url if summary.citation else None,
    )


def _categories(summary: Summary, definitions: Definitions) -> tuple[str, ...]:
    """Return the labels of topics and kind, each once; a slug that left the files is left out."""
    topics = map(definitions.find_topic, summary.topics)
    labels = [topic.feed_label for topic in topics if topic]
    kind = definitions.find_kind(summary.kind) if summary.kind else None
    return tuple(dict.fromkeys([*labels, *([kind.feed_label] if kind else [])]))


def notice_id(summary: Summary, notice: Notice, definitions: Definitions) -> str:
    """Mint the notice's own tag URI: readers that never show an edit see a new entry."""
    subject = hashlib.sha256(summary.id.encode()).hexdigest()[:16]
    return definitions.tag(f"notice/{subject}/{notice.what}/{notice.date:%Y%m%dT%H%M%SZ}")


def notice_entry(summary: Summary, notice: Notice, definitions: Definitions) -> Entry:
    """Return the entry that tells of a withdrawal or a correction."""
    return Entry(
        id=notice_id(summary, notice, definitions),
        url=definitions.absolute(addresses.summary(summary.slug)),
        title=notice.title,
        published=notice.date,
        updated=notice.date,
        authors=(definitions.network.author,),
        categories=_categories(summary, definitions),
        description=notice.description,
        content_html=notice.content_html,
        lang=summary.lang,
        rights=definitions.network.rights,
        licence_url=definitions.network.licence.url,
    )


def entries(summary: Summary, definitions: Definitions) -> Iterator[Entry]:
    """Yield everything that feeds show of a summary: itself unless withdrawn, then its notices."""
    if summary.withdrawn is None:
        yield entry(summary, definitions)
    for notice in summary.notices:
        yield notice_entry(summary, notice, definitions)


def tombstone(summary: Summary, definitions: Definitions) -> Tombstone:
    """Return the record of a withdrawn summary (RFC 6721, section 3)."""
    assert summary.withdrawn is not None
    withdrawn = summary.withdrawn
    told = withdrawn.reason if withdrawn.reason == "legal" else withdrawn.note or withdrawn.reason
    return Tombstone(
        ref=summary.id,
        when=withdrawn.date,
        comment=told,
        by=definitions.network.author,
    )


def left(id: str, when: datetime, definitions: Definitions) -> Tombstone:
    """Return the record of a summary that is still published, but no longer in this selection."""
    return Tombstone(ref=id, when=when, comment="left-scope", by=definitions.network.author)
