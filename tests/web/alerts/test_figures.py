"""Figures of alerts, as Prometheus reads them: right, and without an address or a domain."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from syndicate.store import engine as store
from syndicate.store import holding
from tests.deliver.answers import says
from tests.readers import Network
from tests.web.alerts.browser import READER, Browser, link

TOKEN = "m" * 32


@pytest.fixture
def watched(network: Network) -> Iterator[Browser]:
    made = Browser(network, SYNDICATE_METRICS_TOKEN=TOKEN)
    yield made
    made.app.close()


def scraped(browser: Browser) -> str:
    answer = browser.ask("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    return answer.text


def figures(browser: Browser) -> dict[str, float]:
    """Return the figures of alerts, by name and labels."""
    found = re.findall(
        r"^syndicate_((?:deliveries|alerts|lanes|subscriptions|suppressed|mails)\S*) (\S+)$",
        scraped(browser),
        re.MULTILINE,
    )
    return {name: float(value) for name, value in found if "_created" not in name}


def test_of_a_site_that_has_sent_nothing(watched: Browser) -> None:
    assert figures(watched) == {
        "deliveries_oldest_seconds": 0,
        "alerts_held": 0,
        "lanes_resting": 0,
        "suppressed": 0,
    }


def test_of_what_became_of_mails(watched: Browser) -> None:
    names = ("sent", "dead", "later", "left")
    for name in names:
        watched.subscribe(f"{name}@{name}.example", selection="everything")
    watched.sign_up("refused@example.org")
    (letter,) = watched.network.work()
    watched.submit(link(letter, "confirm"), act="refuse")
    watched.network.sink.rule = says(
        {
            "rcpt:dead@dead.example": "550 5.1.1 unknown",
            "rcpt:later@later.example": "421 4.7.0 busy",
        }
    )
    for mail in watched.alert():
        if mail.recipient == "left@left.example":
            watched.submit(link(mail, "u"))
    found = figures(watched)
    assert found == {
        'deliveries_open{channel="alert",state="queued"}': 1,
        "deliveries_oldest_seconds": 0,  # it is not due again yet
        "alerts_held": 0,
        "lanes_resting": 1,
        'subscriptions{standing="active"}': 2,
        'subscriptions{standing="bounced"}': 1,
        'subscriptions{standing="ended"}': 1,
        "suppressed": 1,
        'mails_total{what="asked"}': 5,
        'mails_total{what="confirmed"}': 4,
        'mails_total{what="sent"}': 5 + 2,
        'mails_total{what="deferred"}': 1,
        'mails_total{what="failed"}': 1,
        'mails_total{what="ended"}': 1,
    }


def test_of_what_waits_too_long_and_of_a_hold(watched: Browser) -> None:
    watched.network.fill(1)
    watched.sign_up()
    with store.recording(watched.network.site.engine) as connection:
        connection.exec_driver_sql("UPDATE delivery SET due_at = '2020-01-01T00:00:00Z'")
        holding.hold(connection, why="a test", sent_until=None)
    found = figures(watched)
    assert found["alerts_held"] == 1
    assert found["deliveries_oldest_seconds"] > 5 * 365 * 24 * 3600


def test_they_name_nobody(watched: Browser) -> None:
    watched.subscribe()
    watched.network.sink.rule = says({f"rcpt:{READER}": "421 4.7.0 busy"})
    watched.alert()
    text = scraped(watched)
    assert "lanes_resting 1" in text
    assert "example.org" not in text
    assert "reader" not in text
