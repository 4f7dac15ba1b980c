"""A mail server on loopback that keeps what it takes and fails as it is told to.

Small and quick, so that a test may send thousands of mails, and so strict about the dialogue that
a wrong client is seen.
"""

from __future__ import annotations

import email
import email.policy
import re
import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any, cast

Answer = str | None
"""What to reply instead of 250; `drop` breaks the connection, `drop-after` once it has taken it."""
Rule = Callable[[str, str], Answer]
"""(stage, address) -> answer; stages are hello, mail, rcpt and data."""


@dataclass(frozen=True)
class Taken:
    """A mail that was accepted."""

    sender: str
    recipient: str
    data: bytes

    @property
    def message(self) -> EmailMessage:
        return cast(
            "EmailMessage", email.message_from_bytes(self.data, policy=email.policy.default)
        )

    @property
    def text(self) -> str:
        part = self.message.get_body(("plain",))
        assert part is not None
        return str(part.get_content()).replace("\r\n", "\n")

    @property
    def words(self) -> str:
        """Return the text without its line breaks."""
        return " ".join(self.text.split())

    @property
    def html(self) -> str:
        part = self.message.get_body(("html",))
        return str(part.get_content()) if part else ""

    @property
    def links(self) -> list[str]:
        found = re.findall(r"https?://[^\s<>\")]+", self.text)
        found += re.findall(r'href="(https?://[^"]+)"', self.html)
        for name in ("List-Unsubscribe", "List-Archive", "List-Help"):
            found += re.findall(r"<(https?://[^>]+)>", self.message.get(name, ""))
        return list(dict.fromkeys(found))


@dataclass
class Sink:
    """The server; `mails` is what it took, in order. `log`: a file that gets each Message-ID."""

    port: int = 0
    rule: Rule = lambda _stage, _address: None
    log: Path | None = None
    offers: tuple[str, ...] = ("SMTPUTF8", "PIPELINING")
    mails: list[Taken] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    connections: int = 0

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def to(self, address: str) -> list[Taken]:
        return [mail for mail in self.mails if mail.recipient == address]

    def take(self, mail: Taken) -> None:
        with self.lock:
            self.mails.append(mail)
            if self.log:
                found = re.search(rb"^Message-ID: (\S+)", mail.data, re.MULTILINE)
                assert found
                with self.log.open("ab") as file:
                    file.write(found[1] + b"\n")


class _Dialogue(socketserver.StreamRequestHandler):
    """One client (RFC 5321, 4.3)."""

    disable_nagle_algorithm = True
    wbufsize = 0

    def handle(self) -> None:
        self.sender = self.recipient = ""
        with self._sink.lock:
            self._sink.connections += 1
        going_on = self._answer(self._sink.rule("hello", ""), "220 sink")
        verbs = {
            b"EHLO": self._ehlo,
            b"HELO": self._ehlo,
            b"MAIL": self._mail,
            b"RCPT": self._rcpt,
            b"DATA": self._data,
            b"RSET": self._rset,
            b"QUIT": self._quit,
        }
        while going_on and (line := self.rfile.readline()):
            going_on = verbs.get(line[:4].upper(), self._unknown)(line)

    @property
    def _sink(self) -> Sink:
        return self.server.sink  # type: ignore[attr-defined,no-any-return]

    def _ehlo(self, _line: bytes) -> bool:
        offered = ["sink", "8BITMIME", *self._sink.offers]
        for number, name in enumerate(offered, 1):
            self.wfile.write(f"250{' ' if number == len(offered) else '-'}{name}\r\n".encode())
        return True

    def _mail(self, line: bytes) -> bool:
        answer = self._sink.rule("mail", _address(line))
        self.sender, self.recipient = "" if answer else _address(line), ""
        return self._answer(answer, "250 2.1.0 ok")

    def _rcpt(self, line: bytes) -> bool:
        if not self.sender:
            return self._answer("503 5.5.1 no sender", "")
        answer = self._sink.rule("rcpt", _address(line))
        self.recipient = "" if answer else _address(line)
        return self._answer(answer, "250 2.1.5 ok")

    def _data(self, _line: bytes) -> bool:
        if not self.recipient:
            return self._answer("503 5.5.1 no recipient", "")
        self.wfile.write(b"354 go on\r\n")
        data = self._read()
        answer = self._sink.rule("data", self.recipient)
        if not answer or answer == "drop-after":
            self._sink.take(Taken(self.sender, self.recipient, data))
        return self._answer(answer, "250 2.0.0 taken")

    def _rset(self, _line: bytes) -> bool:
        self.recipient = ""
        return self._answer(None, "250 2.0.0 ok")

    def _quit(self, _line: bytes) -> bool:
        self.wfile.write(b"221 2.0.0 bye\r\n")
        return False

    def _unknown(self, _line: bytes) -> bool:
        return self._answer("500 5.5.2 what?", "")

    def _answer(self, answer: Answer, usual: str) -> bool:
        """Reply; False ends the dialogue."""
        if answer in ("drop", "drop-after"):
            return False
        if answer and answer.startswith("slow"):
            time.sleep(float(answer.split()[1]))
            answer = None
        self.wfile.write(f"{answer or usual}\r\n".encode())
        return not (answer or "").startswith("421")

    def _read(self) -> bytes:
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            assert line.endswith(b"\r\n"), "the client broke off or sent a bare line feed"
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        return b"".join(lines)


def _address(line: bytes) -> str:
    found = re.search(rb"<([^>]*)>", line)
    assert found
    return found[1].decode()


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 64
    sink: Sink

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a client that was killed: tests do that."""


@contextmanager
def running(**how: Any) -> Iterator[Sink]:
    """Run a sink for as long as the block lasts."""
    server = _Server(("127.0.0.1", 0), _Dialogue)
    server.sink = sink = Sink(port=server.server_address[1], **how)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield sink
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
