"""Hands mails to the relay over SMTP: one connection, used again; each refusal with its stage."""

from __future__ import annotations

import contextlib
import smtplib
import ssl
from dataclasses import dataclass
from typing import Final, Protocol
from urllib.parse import unquote, urlsplit

from syndicate.alerts.replies import Stage
from syndicate.errors import DeliveryError

TIMEOUT: Final = 30.0  # seconds for each answer of the relay
LONGEST: Final = 5 * TIMEOUT  # a mail may take so long before it is given up
_MOST: Final = 100  # mails over one connection: some relays count


@dataclass(frozen=True, slots=True)
class Envelope:
    """Whom a mail is for, and where its refusals go."""

    sender: str
    recipient: str
    utf8: bool = False  # the recipient needs SMTPUTF8 (RFC 6531)


class Refused(DeliveryError):
    """The relay did not take a mail. `code` is 0 where the connection broke."""

    def __init__(self, code: int, reply: str, stage: Stage) -> None:
        super().__init__(f"{code} {reply}" if code else reply)
        self.code = code
        self.reply = reply
        self.stage: Stage = stage


class Relay(Protocol):
    """Takes mails. One for each thread."""

    def send(self, envelope: Envelope, message: bytes) -> None:
        """Hand a message over; return once it is accepted. Refused: it was not, or nobody knows."""

    def close(self) -> None: ...


class SmtpRelay:
    """A relay named by `smtp://user:password@host:port` or `smtps://…`.

    `smtp` takes TLS where it is offered; with a password it must be, except on this machine.
    """

    def __init__(self, url: str, *, name: str, timeout: float = TIMEOUT) -> None:
        parts = urlsplit(url)
        self._secure = parts.scheme == "smtps"
        self._host = parts.hostname or ""
        self._port = parts.port or (465 if self._secure else 25)
        self._user = unquote(parts.username or "")
        self._password = unquote(parts.password or "")
        self._name = name
        self._timeout = timeout
        self._connection: smtplib.SMTP | None = None
        self._sent = 0

    def send(self, envelope: Envelope, message: bytes) -> None:
        used = self._connection is not None
        try:
            self._send(envelope, message)
        except Refused as refused:
            if not used or refused.stage != "connect" or refused.code:
                raise
            self._send(envelope, message)  # the relay had closed a connection that was idle
        self._sent += 1
        if self._sent >= _MOST:
            self.close()

    def _send(self, envelope: Envelope, message: bytes) -> None:
        connection = self._connected()
        if envelope.utf8 and not connection.has_extn("smtputf8"):
            raise Refused(553, "5.6.7 the relay takes no address beyond ASCII", "message")
        dialogue = _Dialogue(connection)
        try:
            dialogue.hand_over(envelope, message)
        except Refused as refused:
            self._after(refused)
            raise
        except (smtplib.SMTPException, OSError, ValueError) as error:
            self.close()
            # a connection that breaks before it names anybody is the relay's own trouble
            stage: Stage = "connect" if dialogue.stage == "sender" else dialogue.stage
            raise Refused(0, _told(error), stage) from error

    def close(self) -> None:
        if self._connection is not None:
            with contextlib.suppress(smtplib.SMTPException, OSError):
                self._connection.quit()
            self._connection.close()
        self._connection = None
        self._sent = 0

    def _after(self, refused: Refused) -> None:
        """Begin anew on the same connection, unless it is at its end."""
        if refused.code == 421 or self._connection is None:
            self.close()
            return
        try:
            self._connection.rset()
        except (smtplib.SMTPException, OSError):
            self.close()

    def _connected(self) -> smtplib.SMTP:
        if self._connection is None:
            try:
                self._connection = self._connect()
            except smtplib.SMTPResponseException as error:
                raise Refused(error.smtp_code, _text(error.smtp_error), "connect") from error
            except (smtplib.SMTPException, OSError) as error:
                told = f"{self._host}:{self._port}: {_told(error)}"
                raise Refused(0, told, "connect") from error
        return self._connection

    def _connect(self) -> smtplib.SMTP:
        kind = smtplib.SMTP_SSL if self._secure else smtplib.SMTP
        connection = kind(self._host, self._port, local_hostname=self._name, timeout=self._timeout)
        try:
            connection.ehlo_or_helo_if_needed()
            secure = self._secure
            if not secure and connection.has_extn("starttls"):
                connection.starttls(context=_context(self._host))
                connection.ehlo()
                secure = True
            if self._user:
                self._log_in(connection, secure=secure)
        except BaseException:
            connection.close()
            raise
        return connection

    def _log_in(self, connection: smtplib.SMTP, *, secure: bool) -> None:
        if not secure and not _is_here(self._host):
            raise Refused(0, "the relay offers no TLS: no password is sent", "connect")
        connection.login(self._user, self._password)


class _Dialogue:
    """One mail over an open connection; `stage` is how far it has come.

    Where the relay allows it (RFC 2920) the three commands go in one packet: two waits a mail
    instead of four, which counts when the relay is far away.
    """

    def __init__(self, connection: smtplib.SMTP) -> None:
        self._connection = connection
        self._at_once = connection.has_extn("pipelining")
        self.stage: Stage = "sender"

    def hand_over(self, envelope: Envelope, message: bytes) -> None:
        options = " SMTPUTF8 BODY=8BITMIME" if envelope.utf8 else ""
        mail = f"MAIL FROM:<{envelope.sender}>{options}\r\n".encode()
        rcpt = f"RCPT TO:<{envelope.recipient}>\r\n".encode()
        stages: tuple[tuple[Stage, bytes], ...] = (("sender", mail), ("recipient", rcpt))
        if self._at_once:
            self._connection.send(b"".join([mail, rcpt, b"DATA\r\n"]))
        refused = None
        for stage, command in stages:
            self.stage = stage
            told = self._ask(b"" if self._at_once else command, 200)
            refused = refused or told
            if refused and (not self._at_once or refused.code == 421):
                raise refused  # after 421 the relay says no more
        begun = self._ask(b"" if self._at_once else b"DATA\r\n", 300)
        if not refused:
            self.stage = "message"
        if begun:
            begun.stage = self.stage
            raise refused or begun
        if refused:
            self._ask(b".\r\n", 200)  # the relay waits for a message that has no recipient
            raise refused
        end = b".\r\n" if message.endswith(b"\r\n") else b"\r\n.\r\n"
        if told := self._ask(message.replace(b"\r\n.", b"\r\n..") + end, 200):
            raise told

    def _ask(self, command: bytes, wanted: int) -> Refused | None:
        """Send a command, unless it went before, and return a reply that is not of 2xx or 3xx."""
        if command:
            self._connection.send(command)
        code, text = self._connection.getreply()
        if wanted <= code < wanted + 100:
            return None
        return Refused(code, _text(text), self.stage)


def _context(host: str) -> ssl.SSLContext:
    """Return how to judge a relay's certificate; one on this machine need not have a real one."""
    context = ssl.create_default_context()
    if _is_here(host):
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _is_here(host: str) -> bool:
    return host in ("localhost", "127.0.0.1", "::1")


def _text(reply: bytes | str) -> str:
    text = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
    return " ".join(text.split())[:500]


def _told(error: Exception) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
