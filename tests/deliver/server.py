"""A mail server that is not ours, on loopback: aiosmtpd, answering as a test says."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


@dataclass
class Server:
    """What aiosmtpd asks at each step. An answer that is `slow` or `drop` is no answer at all."""

    port: int = 0
    mail: str = ""
    rcpt: dict[str, str] = field(default_factory=dict)
    data: dict[str, str] = field(default_factory=dict)
    after: str = ""  # what happens once a mail has been taken and answered
    taken: list[tuple[str, bytes]] = field(default_factory=list)
    secure: list[bool] = field(default_factory=list)
    logins: list[tuple[bytes, bytes]] = field(default_factory=list)

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if not self.mail:
            envelope.mail_from = address
            envelope.mail_options.extend(options)
        return self.mail or "250 ok"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        answer = await self._answer(server, self.rcpt.get(address, ""))
        if not answer:
            envelope.rcpt_tos.append(address)
        return answer or "250 ok"

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        (address,) = envelope.rcpt_tos
        answer = await self._answer(server, self.data.get(address, ""))
        if answer:
            return answer
        assert isinstance(envelope.original_content, bytes)
        self.taken.append((address, envelope.original_content))
        self.secure.append(session.ssl is not None)
        if self.after == "drop":
            asyncio.get_running_loop().call_later(0.05, self._drop, server)
        return "250 2.0.0 taken"

    async def _answer(self, server: SMTP, answer: str) -> str:
        if answer == "slow":
            await asyncio.sleep(6)
        if answer == "drop":
            self._drop(server)
        return answer

    def _drop(self, server: SMTP) -> None:
        assert isinstance(server.transport, asyncio.Transport)
        server.transport.abort()

    def authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: Any
    ) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.logins.append((data.login, data.password))
        return AuthResult(success=data.password == b"right word", handled=False)


@contextmanager
def running(**how: Any) -> Iterator[Server]:
    """Run the server on a free port of 127.0.0.1."""
    made = Server()
    with socket.socket() as probe:  # the controller knows no port but one that is given
        probe.bind(("127.0.0.1", 0))
        made.port = probe.getsockname()[1]
    controller = Controller(
        made, hostname="127.0.0.1", port=made.port, ready_timeout=30, timeout=60, **how
    )
    controller.start()
    try:
        yield made
    finally:
        controller.stop(no_assert=True)
