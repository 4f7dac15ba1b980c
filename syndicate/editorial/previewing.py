"""What a file would look like if it went out now. What a draft lacks is not made up."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from syndicate.definitions import Definitions
from syndicate.editorial.file import Previewed
from syndicate.editorial.summary import parse
from syndicate.errors import ContentError


def preview(path: str, raw: bytes, definitions: Definitions, *, now: datetime) -> Previewed:
    """Read the file `path`, which holds `raw`. A draft without a date gets the present minute."""
    try:
        parsed = parse(path, raw, definitions)
    except ContentError as error:
        return Previewed(path=path, summary=None, problems=error.problems)
    found = parsed.summary
    published = found.published or now.replace(second=0, microsecond=0)
    return Previewed(
        path=path,
        summary=replace(found, draft=False, published=published),
        problems=parsed.warnings,
        state=found.state(now),
    )
