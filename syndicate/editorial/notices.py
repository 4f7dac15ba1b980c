"""What feeds tell of a withdrawal or a correction: for readers that know no tombstone, no edit."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import timedelta
from html import escape

from syndicate.model import Correction, Notice, SafeHtml, Summary, Withdrawal

_REASONS = {
    "retracted": "the article that it summarises was retracted",
    "error": "it was in error",
    "superseded": "another summary replaces it",
    "duplicate": "it stood here twice",
    "legal": "for legal reasons",
    "other": "for the reason given below",
}
# A correction's notice and the corrected entry must not share one instant: validators and some
# readers take entries of equal date for one.
AFTER = timedelta(seconds=1)


def with_notices(summary: Summary) -> Summary:
    """Return the summary with the notices that its withdrawal and its corrections call for."""
    return dataclasses.replace(summary, notices=tuple(_notices(summary)))


def _notices(summary: Summary) -> Iterator[Notice]:
    for correction in summary.corrections:
        if correction.notify and summary.withdrawn is None:
            yield _corrected(summary, correction)
    if summary.withdrawn is not None:
        yield _withdrawn(summary, summary.withdrawn)


def _corrected(summary: Summary, correction: Correction) -> Notice:
    told = (
        f"This summary was corrected on {correction.date:%-d %B %Y}.",
        correction.note,
        "Please read it again where it is published; copies made before are out of date.",
    )
    return Notice(
        what="corrected",
        date=correction.date + AFTER,
        title=f"Corrected: {summary.title}",
        description=" ".join(told[:2]),
        content_html=_paragraphs(told),
    )


def _withdrawn(summary: Summary, withdrawn: Withdrawal) -> Notice:
    legal = withdrawn.reason == "legal"
    reason = _REASONS[withdrawn.reason]
    told = (
        f"This summary was withdrawn on {withdrawn.date:%-d %B %Y}: {reason}.",
        "" if legal else withdrawn.note,
        "Please do not rely on copies of it.",
    )
    return Notice(
        what="withdrawn",
        date=withdrawn.date,
        title="Withdrawn: a summary" if legal else f"Withdrawn: {summary.title}",
        description=" ".join(filter(None, told[:2])),
        content_html=_paragraphs(told),
    )


def _paragraphs(texts: tuple[str, ...]) -> SafeHtml:
    # few publishes have any notice, and all would have to load what reads HTML
    from syndicate.editorial.sanitize import sanitize  # noqa: PLC0415 - most summaries have none

    return sanitize("\n".join(f"<p>{escape(text, quote=False)}</p>" for text in texts if text))
