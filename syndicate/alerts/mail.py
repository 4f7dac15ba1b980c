"""A mail as bytes with a few slots: made once for all who get the same, filled for each of them.

Building a message anew for each reader is slower than SMTP itself. So headers and bodies are
encoded once, and what differs (address, token, Message-ID, date) is put between the pieces.
"""

from __future__ import annotations

import email.policy
import hashlib
import quopri
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.message import EmailMessage
from html import escape
from typing import Final, Literal

from syndicate.alerts.subscription import Language
from syndicate.mailbox import Mailbox

Slot = Literal["to", "date", "message_id", "token", "address", "address_html"]
TOKEN: Final = "\ue000"  # noqa: S105 - no secret: it marks the place of one
"""Stands in a text for the reader's token; a private character, which no summary has."""
ADDRESS: Final = "\ue001"
"""Stands in a text for the reader's address."""

_MARKS: Final = re.compile(f"([{TOKEN}{ADDRESS}])")
_POLICY: Final = email.policy.SMTP.clone(max_line_length=990)  # a folded link breaks signatures
_PLAIN_ADDRESS: Final = re.compile(r"[\w.+@-]{1,70}\Z", re.ASCII)  # needs no coding, no break
_PLAIN: Final = b'Content-Type: text/plain; charset="utf-8"\r\n'
_HTML: Final = b'Content-Type: text/html; charset="utf-8"\r\n'
_CODING: Final = b"Content-Transfer-Encoding: quoted-printable\r\n\r\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a mail says, with TOKEN and ADDRESS where each reader's own belong."""

    subject: str
    text: str
    html: str | None
    language: Language
    headers: Mapping[str, str] = field(default_factory=dict)  # with slots, too; ASCII


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Who writes."""

    name: str
    address: Mailbox
    reply_to: Mailbox


@dataclass(frozen=True, slots=True, kw_only=True)
class Filling:
    """What differs from reader to reader."""

    to: Mailbox
    date: str  # as RFC 5322 writes it
    message_id: str
    token: str


class Template:
    """Bytes, and between them the names of slots."""

    def __init__(self, pieces: Iterable[bytes | Slot]) -> None:
        self._slots: list[tuple[int, Slot]] = []
        self._pieces: list[bytes] = []
        for piece in pieces:
            if isinstance(piece, str):
                self._slots.append((len(self._pieces), piece))
                self._pieces.append(b"")
            else:
                self._pieces.append(piece)

    def fill(self, filling: Filling) -> bytes:
        """Return the message for one reader, lines ending in CRLF."""
        address = str(filling.to)
        plain = _PLAIN_ADDRESS.match(address) is not None
        values: dict[str, bytes] = {
            "to": address.encode(),
            "date": filling.date.encode(),
            "message_id": filling.message_id.encode(),
            "token": filling.token.encode(),
            "address": address.encode() if plain else _quoted(address),
            "address_html": address.encode() if plain else _quoted(escape(address)),
        }
        filled = self._pieces.copy()
        for number, slot in self._slots:
            filled[number] = values[slot]
        return b"".join(filled)


def template(draft: Draft, sender: Sender) -> Template:
    """Encode a draft. ValueError for a subject or name that would begin a header of its own."""
    pieces: list[bytes | Slot] = [*_head(draft, sender)]
    text = list(_body(draft.text, "address"))
    if draft.html is None:
        pieces += [_PLAIN, _CODING, *text]
    else:
        mark = hashlib.sha256(draft.html.encode()).hexdigest()[:24].encode()
        pieces.append(b'Content-Type: multipart/alternative; boundary="=_%s"\r\n\r\n' % mark)
        pieces += [b"--=_%s\r\n" % mark, _PLAIN, _CODING, *text]
        pieces += [b"\r\n--=_%s\r\n" % mark, _HTML, _CODING, *_body(draft.html, "address_html")]
        pieces.append(b"\r\n--=_%s--\r\n" % mark)
    return Template(_joined(pieces))


def _head(draft: Draft, sender: Sender) -> Iterator[bytes | Slot]:
    yield b"Message-ID: "
    yield "message_id"
    yield b"\r\nDate: "
    yield "date"
    yield b"\r\nTo: "
    yield "to"
    yield b"\r\n"
    message = EmailMessage(policy=_POLICY)
    message["From"] = Address(sender.name, addr_spec=str(sender.address))
    message["Reply-To"] = Address(addr_spec=str(sender.reply_to))
    message["Subject"] = draft.subject
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday notice answers it
    message["Content-Language"] = draft.language
    message["MIME-Version"] = "1.0"
    yield message.as_bytes().removesuffix(b"\r\n")
    for name, value in draft.headers.items():
        if not value.replace(TOKEN, "").isascii() or re.search(r"[\r\n]", value):
            raise ValueError(f"{name} is no single line of ASCII")
        yield name.encode() + b": "
        for part in _MARKS.split(value):
            yield "token" if part == TOKEN else part.encode()
        yield b"\r\n"


def _body(text: str, address: Slot) -> Iterator[bytes | Slot]:
    """Encode a text as quoted-printable; soft line breaks keep each slot whole."""
    for part in _MARKS.split(text):
        if part in (TOKEN, ADDRESS):
            yield b"=\r\n"
            yield "token" if part == TOKEN else address
            yield b"=\r\n"
        else:
            yield _quoted(part)


def _quoted(text: str) -> bytes:
    """Return quoted-printable (RFC 2045, 6.7), its lines ending in CRLF."""
    quoted = quopri.encodestring(text.replace("\r\n", "\n").encode(), quotetabs=False)
    return quoted.replace(b"\n", b"\r\n")


def _joined(pieces: list[bytes | Slot]) -> Iterator[bytes | Slot]:
    """Join neighbouring bytes, so that filling is quick."""
    held = b""
    for piece in pieces:
        if isinstance(piece, bytes):
            held += piece
        else:
            yield held
            yield piece
            held = b""
    yield held
