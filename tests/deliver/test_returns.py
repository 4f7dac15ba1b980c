"""Mail that comes back, and what follows for the reader whom it names."""

from __future__ import annotations

from syndicate.subscribing import returning
from tests.deliver.answers import A, standing
from tests.readers import Network


def test_mail_that_comes_back_reaches_the_reader_it_names(network: Network) -> None:
    network.alerts(inbound="in.pprnet.example")
    network.subscribe(A)
    network.site.write("one")
    network.site.publish()
    (mail,) = network.work()
    assert mail.sender.endswith("@in.pprnet.example")
    assert "<mailto:u+" in mail.message["List-Unsubscribe"]
    report = (
        f"To: {mail.sender}\nContent-Type: multipart/report; boundary=b\n\n--b\n"
        "Content-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\n"
        "Action: failed\nStatus: 5.1.1\n\n--b--\n"
    )
    engine, keyring = network.site.engine, network.keyring
    for _ in range(2):
        taken = returning.take_mail(engine, keyring, report.encode(), [], now=network.now)
        assert taken == "bounce"
    assert standing(network, A) == "bounced"


def test_leaving_by_mail(network: Network) -> None:
    network.alerts(inbound="in.pprnet.example")
    network.subscribe(A)
    network.site.write("one")
    network.site.publish()
    (mail,) = network.work()
    address = mail.message["List-Unsubscribe"].partition("<mailto:")[2].rstrip(">")
    leave = f"To: {address}\nSubject: x\n\n".encode()
    engine, keyring = network.site.engine, network.keyring
    assert returning.take_mail(engine, keyring, leave, [], now=network.now) == "leave"
    assert standing(network, A) == "ended"


def test_a_complaint_ends_it_and_keeps_the_address_out(network: Network) -> None:
    network.subscribe(A)
    engine, keyring = network.site.engine, network.keyring
    taken = returning.take_report(
        engine, keyring, A, event="1", severity="complaint", status="", now=network.now
    )
    assert taken == "bounce"
    assert standing(network, A) == "ended"
    network.forget_letters()
    network.sign_up(A)
    assert network.work() == []
