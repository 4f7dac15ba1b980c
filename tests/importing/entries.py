"""Entries as other sites offer them, and how the tests of importing turn them into files."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from syndicate.definitions import Definitions
from syndicate.editorial import summary
from syndicate.editorial.taken import Taken
from syndicate.foreign import ForeignEntry
from syndicate.importing.convert import ImportedFile, to_file
from syndicate.model import Summary

NOW = datetime(2026, 3, 4, 5, 6, tzinfo=UTC)
DATE = datetime(2021, 4, 5, 14, 0, tzinfo=UTC)
REFERENCE = (
    "Sample, S., &amp; Probe, P. (2020). Rehearsal. Example Review, 12, 45-67. doi:10.1234/A.1"
)
RESEARCH = ForeignEntry(
    id="https://blog.example/?p=42",
    link="https://blog.example/rehearsal/",
    title="Does rehearsal help?",
    content_html=(
        f"<p>{REFERENCE}</p><p>The authors asked whether rehearsal helps, and it did.</p>"
        "<h2>Practice Implications</h2><p>Those who train can make room for it.</p>"
    ),
    published=DATE,
    authors=("Sam Sample",),
    categories=("Training", "Meta-Analysis"),
)
PLAIN = replace(RESEARCH, content_html="<p>The office will be closed for all of July.</p>")


def converted(entry: ForeignEntry, network: Definitions, **options: object) -> ImportedFile:
    settings = {"taken": Taken(), "id": entry.id, "now": NOW, **options}
    return to_file(entry, network, **settings)  # type: ignore[arg-type]


def read(imported: ImportedFile, network: Definitions) -> Summary:
    return summary.parse(imported.path, imported.text.encode(), network).summary
