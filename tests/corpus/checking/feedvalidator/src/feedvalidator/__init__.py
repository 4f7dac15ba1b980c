"""A stand-in for the W3C feed validator: it logs the events that a document's comments name."""

from __future__ import annotations

import re
from typing import BinaryIO

from . import logging


def validateStream(  # noqa: N802 - the validator's name
    stream: BinaryIO,
    firstOccurrenceOnly: int = 0,  # noqa: N803 - the validator's names
    contentType: str | None = None,  # noqa: N803
    base: str = "",
) -> dict[str, list[logging.LoggedEvent]]:
    """Log the events that `<!-- Event Other=namespace -->` asks for."""
    asked = re.findall(r"<!-- (.*?) -->", stream.read().decode())
    events = []
    for word in " ".join(asked).split():
        name, _, namespace = word.partition("=")
        params = {"line": 1, "column": 2, "backupline": 1, "base": base, "type": contentType}
        kind = vars(logging)[name]
        events.append(kind({**params, "namespace": namespace} if namespace else params))
    return {"loggedEvents": events}
