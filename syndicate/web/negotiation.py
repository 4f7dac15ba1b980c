"""Chooses a content coding from Accept-Encoding (RFC 9110, 12.5.3). Pure."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final, Literal

Coding = Literal["identity", "gzip", "br"]
LONGEST: Final = 1_000  # characters; a longer header is nobody's preference

_MEMBER = re.compile(
    r"[ \t]*([!#$%&'*+.^_`|~0-9A-Za-z-]+)[ \t]*(?:;[ \t]*[qQ]=([01](?:\.[0-9]{0,3})?)[ \t]*)?\Z"
)
_UNNAMED: Final = 0.0001  # identity's weight where nothing speaks of it: below every named coding


def weights(header: str) -> dict[str, float]:
    """Return coding -> weight; what cannot be read is left out, as if it had not been sent."""
    found: dict[str, float] = {}
    for member in header.split(","):
        match = _MEMBER.match(member)
        if match is None:
            continue
        weight = 1.0 if match[2] is None else float(match[2])
        if weight <= 1:
            found[match[1].lower().removeprefix("x-")] = weight
    return found


def choose(header: str | None, available: Collection[Coding]) -> Coding | None:
    """Return the coding to send out of those `available`; None when none is acceptable.

    The highest weight wins; at equal weights br comes before gzip and gzip before none.
    """
    if header is None or len(header) > LONGEST:
        return "identity"
    asked = weights(header)
    rest = asked.get("*")

    def weight(coding: Coding) -> float:
        if coding in asked:
            return asked[coding]
        if rest is not None:
            return rest
        return _UNNAMED if coding == "identity" else 0.0

    order: tuple[Coding, ...] = ("br", "gzip", "identity")
    best = max((coding for coding in order if coding in available), key=weight)
    return best if weight(best) > 0 else None
