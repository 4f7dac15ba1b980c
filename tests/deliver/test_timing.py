"""When each is told, and whom: bulletins, pauses, and readers who come and go."""

from __future__ import annotations

from datetime import timedelta

import pytest

from syndicate.alerts.subscription import Schedule
from syndicate.deliver import planner
from syndicate.deliver.knowledge import Knowledge
from syndicate.store import engine as store
from syndicate.store import subscriptions
from tests.deliver.news import READER, WITHDRAWAL, audited, publish
from tests.readers import Network
from tests.sink import Taken


def test_a_bulletin_a_week_and_never_an_empty_one(either: Network) -> None:
    weekly = Schedule(rhythm="weekly", zone="America/Toronto", hour=8, weekday=3)
    either.subscribe(READER, "", schedule=weekly)  # a Monday, 1 January 2024, 13:02 UTC
    publish(either, "one")
    publish(either, "two", number=1)
    assert either.work() == []
    either.wait(days=1, hours=23)
    publish(either, "three", number=2)
    assert either.work() == []
    either.wait(hours=1)
    (mail,) = either.work()
    assert f"{either.now:%A %H}" == "Wednesday 13"
    assert mail.message["Subject"] == "PPRNet demo: 3 new summaries"
    either.wait(days=14)
    assert either.work() == []
    assert audited(either).sent == 3


def test_changing_the_rhythm_brings_what_waits_with_the_next_mail(network: Network) -> None:
    monthly = Schedule(rhythm="monthly", zone="UTC", hour=8, day=31)
    reader = network.subscribe(READER, "", schedule=monthly)
    publish(network, "one")
    network.work()
    network.change(reader, "", schedule=Schedule(rhythm="daily", zone="UTC", hour=8))
    publish(network, "two", number=1)
    assert network.work() == []
    network.wait(hours=20)
    (mail,) = network.work()
    assert mail.message["Subject"] == "PPRNet demo: 2 new summaries"
    network.wait(days=40)
    assert network.work() == []
    assert audited(network).sent == 2


def test_a_publish_settles_before_it_is_told(network: Network) -> None:
    network.alerts(settle_minutes=10)
    network.subscribe(READER)
    publish(network, "one")
    publish(network, "slip", number=1)
    assert network.work() == []
    publish(network, "slip", number=1, withdrawn=WITHDRAWAL)
    network.wait(minutes=9)
    assert network.work() == []
    network.wait(minutes=2)
    (mail,) = network.work()
    assert "known of one" in mail.text
    assert "slip" not in mail.text


def test_who_publishes_on_and_on_delays_news_by_three_times_at_most(network: Network) -> None:
    network.alerts(settle_minutes=10)
    network.subscribe(READER)
    published = 0
    told: list[Taken] = []
    while not told:
        publish(network, f"summary-{published}", number=published)
        published += 1
        network.wait(minutes=8)
        told = network.work()
    assert published == 4


def test_a_worker_that_was_away_sends_one_mail_of_what_gathered(network: Network) -> None:
    network.subscribe(READER, "", schedule=Schedule(rhythm="daily", zone="UTC", hour=8))
    for number in range(3):
        publish(network, f"summary-{number}", number=number)
        network.wait(days=1)
    (mail,) = network.work()  # it is past one in the afternoon: five hours late
    assert mail.message["Subject"] == "PPRNet demo: 3 new summaries"
    assert network.work() == []


def test_paused_is_skipped_and_says_so(network: Network) -> None:
    reader = network.subscribe(READER)
    network.pause(reader, until=network.now + timedelta(days=14))
    publish(network, "one")
    assert network.work() == []
    assert audited(network).skipped == {"paused": 1}
    network.wait(days=15)
    publish(network, "two", number=1)
    (mail,) = network.work()
    assert "known of two" in mail.text
    assert "known of one" not in mail.text


def test_who_ends_gets_not_even_what_is_queued(network: Network) -> None:
    reader = network.subscribe(READER)
    publish(network, "one")
    while planner.plan(network.site.engine, Knowledge(), now=network.now):
        pass
    network.end(reader)
    assert network.work() == []
    with store.reading(network.site.engine) as connection:
        assert subscriptions.get_many(connection, [reader.id])[reader.id].standing == "ended"


@pytest.mark.parametrize("piece", [1, 2, 100])
def test_planning_in_pieces_with_deaths_between_plans_all_once(either: Network, piece: int) -> None:
    """Each piece is planned by another planner, and somebody subscribes in between."""
    for number in range(5):
        either.subscribe(f"reader-{number}@example.org")
    either.sign_up("late@example.org")
    (letter,) = either.work()
    publish(either, "one")
    publish(either, "two", number=1)
    pieces = 0
    while planner.plan(either.site.engine, Knowledge(), now=either.now, piece=piece):
        pieces += 1
        if pieces == 1:
            either.confirm(letter)
    mails = either.work()
    assert [mail.recipient for mail in mails] == [f"reader-{n}@example.org" for n in range(5)]
    found = audited(either)
    assert (found.sent, found.pending) == (10, 0)
