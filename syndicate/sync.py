"""What lets a partner prove that its copy is exact: set hashes, and cursors that cannot be forged.

Pure. docs/partners.md says the same for those who compute it elsewhere.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, cast

from syndicate.errors import CursorExpired, CursorInvalid
from syndicate.selection import EVERYTHING, Group, Selection, Term, canonical

BUCKETS: Final = 256
PREFIX: Final = "sha-256:"

# The set hash -----------------------------------------------------------------------------------


def bucket_of(id: str) -> int:
    """Return the bucket of an entry: the first byte of the SHA-256 of its id."""
    return hashlib.sha256(id.encode()).digest()[0]


def bucket_hash(entries: Iterable[tuple[str, str]]) -> str:
    """Return the SHA-256, in hexadecimal, over the sorted lines `id TAB content_hash LF`.

    Lines are sorted as bytes of UTF-8. A bucket without entries has the hash of no bytes.
    """
    lines = sorted(f"{id}\t{content_hash}\n".encode() for id, content_hash in entries)
    return hashlib.sha256(b"".join(lines)).hexdigest()


EMPTY: Final = bucket_hash(())


def set_hash(buckets: Mapping[int, str]) -> str:
    """Return `sha-256:` and the SHA-256 over the 256 bucket hashes, as 32 bytes each, in order.

    Buckets that `buckets` leaves out are empty.
    """
    hashes = (buckets.get(number, EMPTY) for number in range(BUCKETS))
    return PREFIX + hashlib.sha256(b"".join(map(bytes.fromhex, hashes))).hexdigest()


def hashes_of(entries: Iterable[tuple[str, str]]) -> dict[int, str]:
    """Return the hash of each bucket that has any of these (id, content_hash)."""
    parts: dict[int, list[tuple[str, str]]] = {}
    for id, content_hash in entries:
        parts.setdefault(bucket_of(id), []).append((id, content_hash))
    return {number: bucket_hash(part) for number, part in parts.items()}


# Tokens -----------------------------------------------------------------------------------------

_MAC: Final = 16
_LONGEST: Final = 1_000  # characters of a token


@dataclass(frozen=True, slots=True)
class Seal:
    """Signs with the first of `keys`, and takes what any of them has signed.

    A token is good for one purpose only: a cursor cannot be shown where another token is asked.
    """

    keys: Sequence[str] = field(repr=False)

    def sign(self, purpose: str, payload: bytes) -> str:
        """Return base64url without padding of the payload and 16 bytes of HMAC-SHA-256."""
        return _base64url(payload + _mac(self.keys[0], purpose, payload))

    def open(self, purpose: str, token: str) -> bytes | None:
        """Return the payload of a token; None unless it was signed here for this purpose."""
        if len(token) > _LONGEST or not token.isascii():
            return None
        try:
            signed = base64.b64decode(token + "=" * (-len(token) % 4), b"-_", validate=True)
        except binascii.Error:
            return None
        if _base64url(signed) != token:  # its last letter has idle bits: one token, one spelling
            return None
        payload, mac = signed[:-_MAC], signed[-_MAC:]
        known = [hmac.compare_digest(_mac(key, purpose, payload), mac) for key in self.keys]
        return payload if any(known) else None


def _base64url(data: bytes) -> str:
    """Return RFC 4648 section 5, without padding."""
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _mac(key: str, purpose: str, payload: bytes) -> bytes:
    derived = hmac.digest(key.encode(), f"syndicate {purpose}".encode(), "sha256")
    return hmac.digest(derived, payload, "sha256")[:_MAC]


# Filters ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Which summaries a partner pulls: a selection by present slugs.

    With `all_topics` a summary must have every named topic instead of one of them. `allowed`, where
    it is not None, are the topics that a partner's key is limited to.
    """

    selection: Selection = EVERYTHING
    all_topics: bool = False
    allowed: frozenset[str] | None = None

    @property
    def is_everything(self) -> bool:
        return self.selection == EVERYTHING and self.allowed is None

    def matches(self, *, topics: Collection[str], kind: str | None, form: str) -> bool:
        named = self.selection.named("topic")
        if self.all_topics and not named <= set(topics):
            return False
        if self.allowed is not None and self.allowed.isdisjoint(topics):
            return False
        return self.selection.matches(topics=topics, kind=kind, form=form)

    def meant(self, key_of: Callable[[str], str]) -> str:
        """Return the scope as text that a renamed topic does not change.

        `key_of` gives a topic's lasting key for its present slug.
        """
        terms = sorted(
            f"{'~' * t.excluded}{t.group}:{key_of(t.slug) if t.group == 'topic' else t.slug}"
            for t in self.selection.terms
        )
        allowed = "*" if self.allowed is None else " ".join(sorted(map(key_of, self.allowed)))
        return "\n".join(["all" if self.all_topics else "any", allowed, *terms])

    def __str__(self) -> str:
        """Return the scope for a person."""
        text = str(self.selection) or "everything"
        if self.all_topics:
            text += ", every topic of these"
        if self.allowed is not None:
            text += f", within {' '.join(sorted(self.allowed)) or '–'}"
        return text


def read_scope(meant: str, slug_of: Callable[[str], str]) -> Scope:
    """Return the scope that `Scope.meant` has written; `slug_of` gives a topic's present slug."""
    mode, allowed, *terms = meant.split("\n")
    return Scope(
        selection=canonical([_read_term(term, slug_of) for term in terms]),
        all_topics=mode == "all",
        allowed=None if allowed == "*" else frozenset(map(slug_of, allowed.split())),
    )


def _read_term(text: str, slug_of: Callable[[str], str]) -> Term:
    group, _, key = text.removeprefix("~").partition(":")
    known = cast("Group", group)
    slug = slug_of(key) if known == "topic" else key
    return Term(known, slug, excluded=text.startswith("~"))


EVERY: Final = Scope()

# Cursors ----------------------------------------------------------------------------------------

_VERSION: Final = b"\x01"
_EPOCH, _SEQ, _DIGEST = 8, 8, 8  # bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """A place in the journal of one store, for one filter.

    `meant` is the filter as the definitions understand it, `asked` as it was written: where topics
    were merged since, the first changes and the second does not.
    """

    epoch: str
    seq: int
    meant: str
    asked: str

    def seal(self, seal: Seal) -> str:
        payload = (
            _VERSION
            + bytes.fromhex(self.epoch)
            + self.seq.to_bytes(_SEQ, "big")
            + _digest(self.meant)
            + _digest(self.asked)
        )
        return seal.sign("cursor", payload)


def read_cursor(token: str, seal: Seal, *, epoch: str, head: int, meant: str, asked: str) -> int:
    """Return the `seq` of a cursor that is good here.

    CursorInvalid: it was changed on its way, or was made for another filter. CursorExpired: it is
    of another history of this store, or what its filter means has changed; begin again.
    """
    payload = seal.open("cursor", token)
    if payload is None or payload[:1] != _VERSION:
        raise CursorInvalid(
            "this cursor was not made here", "send the `cursor` of an answer as it is"
        )
    rest = payload[1:]
    of_epoch, rest = rest[:_EPOCH], rest[_EPOCH:]
    seq = int.from_bytes(rest[:_SEQ], "big")
    of_meant, of_asked = rest[_SEQ : _SEQ + _DIGEST], rest[_SEQ + _DIGEST :]
    if of_meant != _digest(meant):
        if of_asked != _digest(asked):
            raise CursorInvalid(
                "this cursor belongs to another filter",
                "send the same topics and kinds that it was made with, or begin without a cursor",
            )
        raise CursorExpired("what this filter selects has changed: topics were merged", _ANEW)
    if of_epoch.hex() != epoch or seq > head:
        raise CursorExpired("this cursor is of another history of this store", _ANEW)
    return seq


_ANEW: Final = "take the snapshot again, then go on with its cursor"


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()[:_DIGEST]
