"""A mail server that is not ours (aiosmtpd, RFC 5321), on loopback: taken, refused, slow, gone."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from typing import Any, Final

import pytest

from syndicate.alerts.replies import Stage
from syndicate.deliver import signing
from syndicate.deliver.audit import audit
from syndicate.deliver.smtp import Envelope as Ours
from syndicate.deliver.smtp import Refused, SmtpRelay
from syndicate.deliver.worker import Worker
from tests.deliver.answers import A, B, states
from tests.deliver.server import Server, running
from tests.deliver.test_signing import KEY, verified
from tests.outgoing.stand import CERTIFICATE
from tests.readers import Network

MESSAGE: Final = (
    b"Subject: x\r\nFrom: a@a.example\r\n\r\n.a line that begins with a dot\r\n..two\r\n"
)
SENT: Final = Ours(sender="alerts@pprnet.example", recipient=A)


@pytest.fixture
def server() -> Iterator[Server]:
    with running() as made:
        yield made


def relay(server: Server, login: str = "", **how: Any) -> SmtpRelay:
    return SmtpRelay(f"smtp://{login}127.0.0.1:{server.port}", name="localhost", **how)


# Handing over one mail ---------------------------------------------------------------------------


def test_a_mail_arrives_byte_for_byte(server: Server) -> None:
    ours = relay(server)
    for _ in range(3):
        ours.send(SENT, MESSAGE)
    ours.close()
    assert server.taken == [(A, MESSAGE)] * 3


@pytest.mark.parametrize(
    ("answers", "code", "stage"),
    [
        ({"mail": "451 4.3.0 later"}, 451, "sender"),
        ({"mail": "553 5.7.1 not you"}, 553, "sender"),
        ({"rcpt": {A: "450 4.2.0 greylisted"}}, 450, "recipient"),
        ({"rcpt": {A: "550 5.1.1 unknown"}}, 550, "recipient"),
        ({"rcpt": {A: "drop"}}, 0, "recipient"),
        ({"rcpt": {A: "slow"}}, 0, "recipient"),
        ({"data": {A: "452 4.3.1 no room"}}, 452, "message"),
        ({"data": {A: "554 5.7.1 spam"}}, 554, "message"),
        ({"data": {A: "drop"}}, 0, "message"),
        ({"data": {A: "slow"}}, 0, "message"),
    ],
)
def test_a_refusal_has_its_stage_and_the_next_mail_goes(
    server: Server, answers: dict[str, Any], code: int, stage: Stage
) -> None:
    # a busy machine may be slow too: only what never answers is given up soon
    ours = relay(server, timeout=2 if "slow" in str(answers) else 20)
    for name, value in answers.items():
        setattr(server, name, value)
    with pytest.raises(Refused) as refused:
        ours.send(SENT, MESSAGE)
    assert (refused.value.code, refused.value.stage) == (code, stage)
    server.mail, server.rcpt, server.data = "", {}, {}
    ours.send(SENT, MESSAGE)
    ours.close()
    assert server.taken == [(A, MESSAGE)]


def test_a_server_that_goes_after_each_250_is_asked_anew(server: Server) -> None:
    """What was answered with 250 was taken: it does not go again."""
    server.after = "drop"
    ours = relay(server)
    for number in range(3):
        ours.send(SENT, b"%d\r\n" % number)
        assert ours._connection is not None
        ours._connection.sock.recv(1)  # type: ignore[union-attr]  # until the end is seen
    assert [data for _address, data in server.taken] == [b"0\r\n", b"1\r\n", b"2\r\n"]
    ours.close()


# TLS and passwords -------------------------------------------------------------------------------


def tls() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    return context


def test_a_password_goes_over_tls() -> None:
    server = Server()
    with running(
        tls_context=tls(),
        require_starttls=True,
        auth_required=True,
        authenticator=server.authenticate,
    ) as taking:
        ours = relay(taking, "user:right%20word@")
        ours.send(SENT, MESSAGE)
        ours.close()
    assert server.logins == [(b"user", b"right word")]
    assert taking.secure == [True]


def test_a_wrong_password_is_our_own_trouble() -> None:
    server = Server()
    with running(
        tls_context=tls(),
        require_starttls=True,
        auth_required=True,
        authenticator=server.authenticate,
    ) as taking:
        with pytest.raises(Refused) as refused:
            relay(taking, "user:wrong@").send(SENT, MESSAGE)
        assert (refused.value.code, refused.value.stage) == (535, "connect")
        assert taking.taken == []


# A whole network ---------------------------------------------------------------------------------


def test_signed_alerts_and_each_kind_of_refusal(network: Network, server: Server) -> None:
    network.alerts(dkim_selector="s1")
    readers = [A, B, "dead@dead.example", "full@full.example", "gone@gone.example"]
    for address in readers:
        network.subscribe(address)
    network.end_workers()
    server.rcpt = {"dead@dead.example": "550 5.1.1 unknown", "full@full.example": "452 4.2.2 full"}
    server.data = {"gone@gone.example": "drop"}
    signer = signing.load(KEY)
    network.workers.append(
        Worker(
            network.site.engine,
            network.keyring,
            relay(server),
            clock=lambda: network.now,
            signer=signer,
        )
    )
    network.site.write("one")
    network.site.publish()
    network.work()
    assert {address: state[0] for address, state in states(network).items()} == {
        A: "sent",
        B: "sent",
        "dead@dead.example": "failed",
        "full@full.example": "queued",
        "gone@gone.example": "queued",
    }
    server.rcpt, server.data = {}, {}
    network.wait(minutes=10)
    network.work()
    assert sorted(address for address, _data in server.taken) == sorted(
        one for one in readers if one != "dead@dead.example"
    )
    assert all(verified(data) for _address, data in server.taken)
    found = audit(network.site.engine)
    assert (found.sent, found.failed, found.pending, found.faults) == (4, 1, 0, [])
