"""What is kept of what people agreed to."""

from __future__ import annotations

import hashlib
from typing import Any, Final

from syndicate.alerts import templates
from syndicate.alerts.subscription import Wish

_SHOWN: Final = "confirm.{language}.txt"


def detail_of(wish: Wish) -> dict[str, Any]:
    """Return what was agreed to, and a digest of the words in which it was asked."""
    words = templates.source(_SHOWN.format(language=wish.language))
    return {
        "selections": list(wish.selections),
        "rhythm": wish.schedule.rhythm,
        "language": wish.language,
        "words": hashlib.sha256(words.encode()).hexdigest()[:27],
    }
