"""Who may pull: partners, their keys, and what a key opens. Pure: `now` is a parameter.

A key is `sk_<id>_<secret>`. Its id is public; of the whole of it only the SHA-256 is kept: the
secret has 256 random bits, so that a slow hash would protect nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal

from syndicate.definitions import Definitions
from syndicate.errors import PartnerRefused
from syndicate.model import RIGHTS, Quota, Right

KeyState = Literal["live", "expired", "revoked"]
LIVE_AT_ONCE: Final = 2
LONGEST_NAME: Final = 80
_TOPICS: Final = "topics:"

# Scopes -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Scopes:
    """What a partner's keys open. `topics` are lasting keys of topics; None is all of them."""

    rights: frozenset[Right] = frozenset(RIGHTS)
    topics: frozenset[str] | None = None

    def __str__(self) -> str:
        """Return the scopes as they are written and kept: `read state topics:empathy,training`."""
        words: list[str] = [right for right in RIGHTS if right in self.rights]
        if self.topics is not None:
            words.append(_TOPICS + ",".join(sorted(self.topics)))
        return " ".join(words)

    @classmethod
    def read(cls, text: str) -> Scopes:
        """Return what `str` has written."""
        words = text.split()
        limits = [word.removeprefix(_TOPICS) for word in words if word.startswith(_TOPICS)]
        return cls(
            rights=frozenset(right for right in RIGHTS if right in words),
            topics=frozenset(limits[0].split(",")) if limits else None,
        )

    def allowed(self, definitions: Definitions) -> frozenset[str] | None:
        """Return the present slugs of the topics; None for all.

        A topic that was merged stands for what it is a part of now, one that is gone for nothing.
        """
        if self.topics is None:
            return None
        by_key = {topic.key: topic for topic in definitions.topics}
        found = (by_key.get(key) or definitions.find_topic(key) for key in self.topics)
        return frozenset(topic.slug for topic in found if topic)


EVERYTHING: Final = Scopes()


def parse_scopes(words: Iterable[str], definitions: Definitions) -> Scopes:
    """Return the scopes of `read`, `full-text`, `state` and `topics:<slug>[,…]`.

    No right named is all of them. PartnerRefused for another word, NotFound for an unknown topic.
    """
    rights: set[Right] = set()
    topics: set[str] = set()
    for word in words:
        if word.startswith(_TOPICS):
            slugs = word.removeprefix(_TOPICS).split(",")
            topics |= {definitions.topic(slug.strip()).key for slug in slugs}
        elif right := next((one for one in RIGHTS if one == word), None):
            rights.add(right)
        else:
            known = ", ".join(RIGHTS)
            raise PartnerRefused(f"{word!r} is no scope", f"{known} or topics:<slug>[,<slug>]")
    return Scopes(rights=frozenset(rights or RIGHTS), topics=frozenset(topics) or None)


# Partners and keys ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A key as it is kept: enough to know it again, too little to make it."""

    id: str
    digest: bytes = field(repr=False)
    created: datetime
    expires: datetime | None = None
    revoked: datetime | None = None

    def state(self, now: datetime) -> KeyState:
        if self.revoked is not None:
            return "revoked"
        return "expired" if self.expires is not None and self.expires <= now else "live"


@dataclass(frozen=True, slots=True, kw_only=True)
class Partner:
    """Who was given keys. Where a quota is None, that of the network holds."""

    id: str
    name: str
    created: datetime
    contact: str = ""
    scopes: Scopes = EVERYTHING
    expires: datetime | None = None
    terms_version: str | None = None  # of the licence's terms that were accepted last
    per_minute: int | None = None
    per_day: int | None = None
    keys: tuple[Key, ...] = ()  # oldest first

    def live_keys(self, now: datetime) -> tuple[Key, ...]:
        """Return the keys that open something now."""
        if self.has_expired(now):
            return ()
        return tuple(key for key in self.keys if key.state(now) == "live")

    def has_expired(self, now: datetime) -> bool:
        return self.expires is not None and self.expires <= now

    def quota(self, usual: Quota) -> Quota:
        return Quota(minute=self.per_minute or usual.minute, day=self.per_day or usual.day)


def check_name(name: str) -> str:
    """Return a partner's name without the space around it. PartnerRefused for one that is none."""
    name = " ".join(name.split(" ")).strip()
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise PartnerRefused(
            "a partner's name is one line of text", f"1 to {LONGEST_NAME} printable characters"
        )
    return name


def make_id() -> str:
    """Return a new public id, of a partner or a key: 12 hexadecimal digits."""
    return secrets.token_hex(6)


def make_key(now: datetime, *, expires: datetime | None = None) -> tuple[Key, str]:
    """Return a new key and its text, which is kept nowhere."""
    id = make_id()
    text = f"sk_{id}_{secrets.token_hex(32)}"
    return Key(id=id, digest=_digest(text), created=now, expires=expires), text


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


_FORM: Final = re.compile(r"sk_([0-9a-f]{12})_[0-9a-f]{64}")
_LENGTH: Final = len("sk_") + 12 + len("_") + 64


class Keyring:
    """Knows every key that was ever given out."""

    def __init__(self, partners: Collection[Partner]) -> None:
        self.partners = {partner.id: partner for partner in partners}
        self._found: dict[str, tuple[Partner | None, Key]] = {
            key.id: (partner, key) for partner in partners for key in partner.keys
        }
        # stands in for an unknown id, so that it is compared with something like any other
        nobodys = Key(id="", digest=secrets.token_bytes(32), created=datetime.min)  # noqa: DTZ901 - nobody compares it
        self._nobody: tuple[Partner | None, Key] = (None, nobodys)

    def find(self, text: str) -> tuple[Partner, Key] | None:
        """Return whose key this is, whatever has become of it; None where it is nobody's.

        A wrong secret and an unknown id take the same steps.
        """
        match = _FORM.fullmatch(text) if len(text) == _LENGTH else None
        if match is None:
            return None
        partner, key = self._found.get(match[1], self._nobody)
        is_right = hmac.compare_digest(key.digest, _digest(text))
        return (partner, key) if is_right and partner else None
