"""Imports a feed: RSS 0.9x to 2.0, RSS 1.0 or Atom, broken ones too, from bytes fetched before."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

from syndicate import foreign
from syndicate.definitions import Definitions
from syndicate.importing.report import Report
from syndicate.importing.write import Candidate, Progress, write_all


def import_feed(
    raw: bytes,
    *,
    address: str,
    site: Path,
    definitions: Definitions,
    now: datetime,
    media_type: str = "",
    dry_run: bool = False,
    progress: Progress | None = None,
) -> Report:
    """Write a file under `site`/content/summaries/ for each entry that is not there yet.

    `address` is where the feed came from; relative links are resolved against it. Raises
    ForeignFeedError for bytes that are no feed or cost too much to read.
    """
    feed = foreign.parse(raw, address=address, media_type=media_type)
    candidates = [
        Candidate(entry=replace(entry, language=entry.language or feed.language))
        for entry in feed.entries
    ]
    lines = write_all(
        candidates,
        site=site,
        definitions=definitions,
        now=now,
        scope=feed.id or feed.link,
        dry_run=dry_run,
        progress=progress,
    )
    remarks = (f"the feed is not well-formed: {feed.broken}",) if feed.broken else ()
    return Report(source=address, lines=lines, remarks=remarks, dry_run=dry_run)
