"""An e-mail address as we send to it: one, bare; no name, comment, quotes or address literal.

RFC 5321 (4.1.2) allows more than anybody has; what is left out here is what injects headers or
reaches two people. Names beyond ASCII follow RFC 6531 (before the @) and IDNA 2008 (after it).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

import idna

from syndicate.errors import AddressError

LONGEST: Final = 254  # octets: RFC 5321, 4.5.3.1.3, without the angle brackets
_LONGEST_LOCAL: Final = 64
_ATOM = re.compile(r"[a-zA-Z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-zA-Z0-9!#$%&'*+/=?^_`{|}~-]+)*\Z")
_LETTERS: Final = frozenset({"L", "M", "N"})  # of Unicode: letters, marks, numbers
_ROLES: Final = frozenset(
    {
        *("abuse", "bounce", "bounces", "hostmaster", "mailer-daemon", "no-reply", "nobody"),
        *("noc", "noreply", "postmaster", "root", "security", "spam", "usenet", "webmaster"),
    }
)


@dataclass(frozen=True, slots=True)
class Mailbox:
    """`local`@`domain`; the domain in lower case and in the letters of DNS (A-labels)."""

    local: str
    domain: str

    def __str__(self) -> str:
        return f"{self.local}@{self.domain}"

    @property
    def key(self) -> str:
        """Return what spellings of one address share; dots and `+` tags stay: they may matter."""
        return f"{unicodedata.normalize('NFKC', self.local).lower()}@{self.domain}"

    @property
    def needs_utf8(self) -> bool:
        """Tell whether only a relay with SMTPUTF8 (RFC 6531) can take it."""
        return not self.local.isascii()

    @property
    def is_role(self) -> bool:
        """Tell whether it reaches an office of the mail system (RFC 2142), not a reader."""
        return self.local.partition("+")[0].lower() in _ROLES

    @property
    def masked(self) -> str:
        """Return enough of it for its owner to know it, and for nobody else: `j•••@u•••.ca`."""
        name, _, top = self.domain.rpartition(".")
        return f"{self.local[:1]}•••@{name[:1]}•••.{top}"


def written(text: str) -> Mailbox:
    """Read an address that was written by `str(mailbox)`; nothing is checked again."""
    local, _, domain = text.rpartition("@")
    return Mailbox(local, domain)


def parse(text: str) -> Mailbox:
    """Read one address. AddressError says what is wrong with it."""
    text = unicodedata.normalize("NFC", text.strip())
    local, at, domain = text.rpartition("@")
    if not at or not local or not domain:
        raise AddressError("an address has a name, an @ and a domain", "as in name@example.org")
    if len(local.encode("utf-8", "replace")) > _LONGEST_LOCAL or not _is_local(local):
        raise AddressError("what stands before the @ cannot be written to", "check the spelling")
    mailbox = Mailbox(local, _domain(domain))
    if len(str(mailbox).encode()) > LONGEST:
        raise AddressError("this address is too long", f"an address has at most {LONGEST} octets")
    return mailbox


def _is_local(local: str) -> bool:
    if local.isascii():
        return _ATOM.match(local) is not None
    plain = "".join("x" if unicodedata.category(c)[0] in _LETTERS else c for c in local)
    return plain.isascii() and _ATOM.match(plain) is not None


def _domain(text: str) -> str:
    try:
        domain = idna.encode(text, uts46=True).decode("ascii").lower()
    except (idna.IDNAError, UnicodeError):
        domain = ""
    labels = domain.split(".")
    if len(labels) < 2 or labels[-1].isdecimal() or domain.endswith("."):
        raise AddressError("what stands after the @ is no domain", "check the spelling")
    return domain
