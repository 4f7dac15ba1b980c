"""Connections that break, hang, end, or are used again."""

from __future__ import annotations

import pytest

from tests.deliver.answers import A, B, says, states
from tests.readers import Network
from tests.sink import Answer


@pytest.mark.parametrize("pipelining", [True, False])
@pytest.mark.parametrize("stage", ["mail", "rcpt", "data"])
def test_a_connection_that_breaks_is_opened_again(
    two: Network, stage: str, *, pipelining: bool
) -> None:
    two.sink.offers = ("SMTPUTF8", "PIPELINING") if pipelining else ("SMTPUTF8",)
    broken: list[str] = []

    def once(at: str, address: str) -> Answer:
        if at == stage and not broken:
            broken.append(address)
            return "drop"
        return None

    two.sink.rule = once
    two.work()
    two.wait(minutes=20)
    two.work()
    told = [mail.recipient for mail in two.sink.mails if mail.message["Subject"].endswith("one")]
    assert sorted(told) == [A, B]


def test_taken_but_not_said_so_goes_twice_under_one_name(two: Network) -> None:
    """At least once: whoever cannot know sends again, and the reader's program can tell."""
    two.sink.rule = says({f"data:{A}": "drop-after"})
    two.work()
    two.sink.rule = says({})
    two.wait(minutes=20)
    two.work()
    copies = [mail.message["Message-ID"] for mail in two.sink.to(A) if mail.html]
    assert len(copies) == 2
    assert len(set(copies)) == 1


def test_a_slow_relay_is_waited_for_no_longer_than_allowed(two: Network) -> None:
    two.sink.rule = says({f"data:{A}": "slow 30"})
    two.end_workers()
    two.worker(timeout=1)
    two.work()
    assert states(two)[A][0] == "queued"
    assert states(two)[B][0] == "sent"


def test_one_connection_is_used_again_and_not_for_ever(network: Network) -> None:
    network.fill(110)
    before = network.sink.connections
    network.site.write("one")
    network.site.publish()
    assert len(network.work()) == 110
    assert network.sink.connections - before <= 3


def test_addresses_beyond_ascii_need_a_relay_that_takes_them(network: Network) -> None:
    network.subscribe("jérôme@exämple.org")
    network.sink.offers = ()
    network.end_workers()
    network.site.write("one")
    network.site.publish()
    assert network.work() == []
    assert states(network)["jérôme@xn--exmple-cua.org"][2] == (
        "553 5.6.7 the relay takes no address beyond ASCII"
    )
