"""Resumption tokens (3.5): where a list goes on, signed and kept nowhere, so that none expires.

A token names its place by the journal, not by counting. What changes between two pages moves to
the end of the list, and neither hides nor doubles another.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import orjson

from syndicate.store.journal import Head
from syndicate.sync import Seal
from syndicate.web.oai.arguments import TOKEN, Asked, Refused, read

_PURPOSE: Final = "oai"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a list is: after `seq` of the journal, `cursor` records of `size` having been given."""

    asked: Asked
    seq: int
    cursor: int
    size: int


def write(place: Place, head: Head, seal: Seal) -> str:
    """Return the token of a place in this store's history."""
    given = dict(place.asked.given)
    payload = [head.epoch, given, place.seq, place.cursor, place.size]
    return seal.sign(_PURPOSE, orjson.dumps(payload))


def resume(asked: Asked, head: Head, seal: Seal) -> Place:
    """Return the place of the token that was sent. Refused: badResumptionToken."""
    payload = seal.open(_PURPOSE, asked.token or "")
    if payload is None:
        raise _refused("was not made here, or was changed on its way")
    epoch, given, seq, cursor, size = orjson.loads(payload)
    if given["verb"] != asked.verb:
        raise _refused(f"belongs to {given['verb']}")
    if epoch != head.epoch or seq > head.seq:
        raise _refused("is of another history of this repository: begin the list anew")
    return Place(asked=_read_again(given), seq=seq, cursor=cursor, size=size)


def _read_again(given: Mapping[str, str]) -> Asked:
    """Return the request that began the list. It was right then, and is so now."""
    return read(list(given.items()))


def _refused(why: str) -> Refused:
    return Refused(("badResumptionToken", f"This {TOKEN} {why}."))
