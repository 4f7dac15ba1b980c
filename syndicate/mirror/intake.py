"""What is taken into a copy: a record as it was sent becomes one that may be shown. Pure.

Nothing that another site says of its own HTML is believed: it passes our sanitiser, whatever passed
theirs. `content_hash` stays as it was sent, for it names what the origin has.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Any, Final

import orjson

from syndicate.editorial.characters import find_forbidden
from syndicate.editorial.policy import POLICY, find_url_fault
from syndicate.editorial.sanitize import clean, sanitize
from syndicate.errors import ContentError, OriginError
from syndicate.store.mirrored import Held

MOST_BYTES: Final = 2_000_000  # of one record
_DEEPEST: Final = 20
_ID: Final = re.compile(r"[^\s\x00-\x20\x7f-\x9f]{1,1000}")
_HASH: Final = re.compile(r"[!-~]{1,200}")
_NAMED: Final = 300  # characters of what is said of an entry


class Damaged(Exception):
    """A record whose content is not what its own checksum says."""

    def __init__(self, id: str) -> None:
        super().__init__(id)
        self.id = id


@dataclass(frozen=True, slots=True)
class TakenIn:
    """An entry to keep, and a name for each thing of it that is not fit to be shown."""

    held: Held
    dropped: tuple[str, ...] = ()


def identify(sent: Mapping[str, Any]) -> tuple[str, str]:
    """Return the id of a record and a digest of it as it was sent. OriginError: it has none.

    The digest is another one after our own rules change: then the record is to be taken in anew.
    """
    if not _ID.fullmatch(_text(sent, "id")):
        raise OriginError("the origin sends a record without a proper id", _TELL)
    raw = orjson.dumps(sent)
    if len(raw) > MOST_BYTES:
        raise OriginError(f"the record {sent['id']} is larger than {MOST_BYTES:,} bytes", _TELL)
    return sent["id"], hashlib.sha256(POLICY.encode() + b"\n" + raw).hexdigest()


_TELL: Final = "tell its operator; nothing of this answer was taken in"


def take_in(sent: Mapping[str, Any], *, source: str) -> TakenIn:
    """Return an identified record as it may be kept and shown.

    OriginError: it is no record. Damaged: its content is not what was sent.
    """
    id = sent["id"]
    if not _HASH.fullmatch(_text(sent, "content_hash")):
        raise OriginError(f"the record {id} has no proper content_hash", _TELL)
    checksum = hashlib.sha256(_text(sent, "content_html").encode()).hexdigest()
    if sent.get("content_sha256", checksum) != checksum:
        raise Damaged(id)
    dropped: list[str] = []
    record = _fields(sent, dropped, 0)
    if dropped:
        record["cleaned"] = dropped
    seq = sent.get("seq")
    held = Held(
        id=id,
        seq=seq if isinstance(seq, int) and 0 <= seq < 2**63 else 0,
        url=_text(record, "url"),
        title=_text(record, "title"),
        published=_text(record, "published")[:40],
        updated=_text(record, "updated")[:40],
        content_hash=sent["content_hash"],
        source=source,
        record=orjson.dumps(record).decode(),
    )
    return TakenIn(held, tuple(dropped))


def _text(record: Mapping[str, Any], name: str) -> str:
    value = record.get(name)
    return value if isinstance(value, str) else ""


def _fields(sent: Mapping[str, Any], dropped: list[str], depth: int) -> dict[str, Any]:
    """Return an object whose every string may be shown as what its name says it is."""
    text = _text(sent, "content_text") or _text(sent, "text")
    made: dict[str, Any] = {}
    for name, value in sent.items():
        if isinstance(value, str) and (name == "html" or name.endswith("_html")):
            made[name] = _markup(value, text, dropped)
        elif isinstance(value, str) and (name == "url" or name.endswith("_url")):
            made[name] = _address(value, name, dropped)
        else:
            made[_plain(name, dropped)] = _value(value, dropped, depth + 1)
    return made


def _value(value: Any, dropped: list[str], depth: int) -> Any:  # noqa: ANN401 - JSON
    if depth > _DEEPEST:
        raise OriginError("the origin sends a record that is nested too deeply", _TELL)
    if isinstance(value, dict):
        return _fields(value, dropped, depth)
    if isinstance(value, list):
        return [_value(one, dropped, depth + 1) for one in value]
    return _plain(value, dropped) if isinstance(value, str) else value


def _markup(html: str, text: str, dropped: list[str]) -> str:
    try:
        return sanitize(html)  # what our own kind of site sends passes as it is
    except ContentError:
        pass
    try:
        safe, names = clean(html)
    except ContentError as error:  # too large, or nothing of it is safe with certainty
        dropped.append(f"its markup: {error}"[:_NAMED])
        return "".join(
            f"<p>{escape(line)}</p>" for line in _plain(text, dropped).split("\n") if line
        )
    dropped += [name[:_NAMED] for name in names if name not in dropped]
    return safe


def _address(url: str, name: str, dropped: list[str]) -> str:
    if not url or find_url_fault(url) is None:
        return url
    dropped.append(f"{name} “{_plain(url, [])[:80]}”")
    return ""


def _plain(text: str, dropped: list[str]) -> str:
    """Return text without characters that XML, JSON or a database could not carry on."""
    found = {character for _, character in find_forbidden(text)}
    if found:
        dropped.append("characters: " + " ".join(f"U+{ord(c):04X}" for c in sorted(found))[:80])
        text = text.translate({ord(character): None for character in found})
    return text
