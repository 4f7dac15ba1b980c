"""English only, and said so: a demand for another language fails, a wish for one does not.

A mirror that asks for `lang=fr` must not store English text as French. A browser's Accept-Language
is a preference, which a server may leave unmet (RFC 9110, 12.5.4).
"""

from __future__ import annotations

import re
from typing import Final

from syndicate.web.pull.problems import Refused

_ENGLISH = re.compile(r"en(?:-[a-z0-9]{1,8})*\Z", re.IGNORECASE)
_RANGE = re.compile(
    r"\s*(\*|[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*)\s*(?:;\s*[qQ]=([01](?:\.\d{0,3})?)\s*)?\Z"
)
_LONGEST: Final = 1_000

ENGLISH: Final = "This is available in English only."
FRENCH: Final = "Ceci est offert en anglais seulement."


def require_english(lang: str | None, accept_language: str | None, address: str) -> None:
    """Refuse what demands anything but English. `address` is the English one."""
    if lang is not None and not _ENGLISH.match(lang):
        raise _refused(lang[:20], address)
    if accept_language and _excludes_english(accept_language):
        raise _refused("Accept-Language", address)


def _excludes_english(header: str) -> bool:
    """Tell whether English has weight 0 and nothing else is as welcome as anything."""
    if len(header) > _LONGEST:
        return False
    weights: dict[str, float] = {}
    for member in header.split(","):
        if match := _RANGE.match(member):
            weights[match[1].lower()] = 1.0 if match[2] is None else float(match[2])
    english = [weight for name, weight in weights.items() if name == "*" or _ENGLISH.match(name)]
    return "en" in weights and max(english) == 0


def _refused(what: str, address: str) -> Refused:
    return Refused(
        "language-not-available",
        f"{what}: {ENGLISH} {FRENCH}",
        more={
            "detail_en": ENGLISH,
            "detail_fr": FRENCH,
            "available": ["en"],
            "english": address,
        },
        headers=(
            ("Content-Language", "en, fr"),
            ("Link", f'<{address}>; rel="alternate"; hreflang="en"'),
        ),
    )
