"""Mails that we sign, verified by dkimpy as a receiver does, against the record in the DNS."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import dkim
import pytest

from syndicate.deliver import signing
from syndicate.deliver.signing import Signer
from syndicate.errors import DeliveryError
from tests.readers import Network
from tests.sink import Taken
from tests.sites import REPOSITORY

CORPUS: Final = REPOSITORY / "tests/corpus/dkim"
KEY: Final = CORPUS / "key.pem"
DOMAIN: Final = "pprnet.example"
READER: Final = "reader@example.org"


def verified(data: bytes, asked: list[str] | None = None) -> bool:
    """Verify a message; the DNS is one record. `asked` gets the names that were looked up."""

    def look_up(name: bytes, timeout: int = 5) -> bytes:
        if asked is not None:
            asked.append(name.decode())
        return (CORPUS / "record.txt").read_bytes().strip()

    found: bool = dkim.verify(data, dnsfunc=look_up)
    return found


def tags(data: bytes) -> dict[str, str]:
    """Return the tags of the signature (RFC 6376, 3.5)."""
    head = re.match(rb"DKIM-Signature: (.*?)\r\n(?!\s)", data, re.DOTALL)
    assert head
    text = re.sub(r"\s+", "", head[1].decode())
    return {name: value for name, _, value in (tag.partition("=") for tag in text.split(";"))}


@pytest.fixture
def mails(network: Network) -> list[Taken]:
    """Return a letter, a mail in HTML and one in plain text, signed, as the relay got them."""
    network.alerts(dkim_selector="s1", inbound="in.pprnet.example")
    network.worker(signer=signing.load(KEY))
    network.subscribe(READER)
    network.subscribe("text@example.org", form="text")
    network.site.write("mirror-neurons")
    network.site.publish()
    network.work()
    assert len(network.sink.mails) == 4
    return network.sink.mails


def test_every_mail_is_signed_by_the_senders_domain(mails: list[Taken]) -> None:
    for mail in mails:
        asked: list[str] = []
        assert verified(mail.data, asked)
        assert asked == [f"s1._domainkey.{DOMAIN}."]
        found = tags(mail.data)
        assert (found["d"], found["s"], found["a"]) == (DOMAIN, "s1", "rsa-sha256")


def test_both_headers_of_one_click_are_covered(mails: list[Taken]) -> None:
    """RFC 8058, 4: both fields must be in `h=`; and the link stands on one line."""
    for mail in mails[2:]:
        covered = tags(mail.data)["h"].split(":")
        assert {"list-unsubscribe", "list-unsubscribe-post", "from", "to", "subject"} <= set(
            covered
        )
        assert covered.count("from") == 2  # nobody can add another
        (line,) = re.findall(rb"^List-Unsubscribe: .*\r\n", mail.data, re.MULTILINE)
        assert b"/alerts/u/" in line


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"List-Unsubscribe-Post: List-Unsubscribe=One-Click", b"List-Unsubscribe-Post: x"),
        (b"/alerts/u/", b"/alerts/x/"),
        (b"\r\nFrom: ", b"\r\nFrom: liar@example.com\r\nFrom: "),
        (b"\r\nSubject: ", b"\r\nSubject: Win\r\nSubject: "),
        (b"studies of mirror-neurons", b"studies of nothing"),
    ],
)
def test_what_is_changed_on_the_way_is_seen(mails: list[Taken], old: bytes, new: bytes) -> None:
    data = mails[2].data
    assert old in data
    assert not verified(data.replace(old, new, 1))


def test_without_a_key_the_relay_signs(network: Network) -> None:
    network.alerts(dkim_selector="s1")
    network.subscribe(READER)
    assert b"DKIM-Signature" not in network.sink.mails[0].data


# Keys that are none ----------------------------------------------------------------------------


def test_a_key_file_that_is_none_is_told_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(DeliveryError, match="cannot be read: No such file"):
        signing.load(tmp_path / "none.pem")
    file = tmp_path / "key.pem"
    file.write_text("-----BEGIN CERTIFICATE-----\n")
    with pytest.raises(DeliveryError, match=r"is no private key.*openssl genrsa"):
        signing.load(file)


def test_a_broken_key_sends_nothing_unsigned_and_loses_nothing(network: Network) -> None:
    network.subscribe(READER)
    network.alerts(dkim_selector="s1")
    network.end_workers()
    broken = KEY.read_bytes().replace(b"MII", b"XII", 1)
    network.worker(signer=Signer(broken))
    network.site.write("one")
    network.site.publish()
    with pytest.raises(DeliveryError, match="no mail can be signed"):
        network.work()
    assert len(network.sink.mails) == 1  # the letter from before
    network.end_workers()
    network.worker(signer=signing.load(KEY))
    network.wait(minutes=11)  # its lease has ended
    (mail,) = network.work()
    assert verified(mail.data)
