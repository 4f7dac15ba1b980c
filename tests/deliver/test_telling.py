"""Who is told what: each entry to all who ask for it, once, and what happened to it since."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from syndicate.alerts.subscription import Schedule
from syndicate.deliver import planner
from syndicate.deliver.audit import Audit, audit
from syndicate.deliver.knowledge import Knowledge
from syndicate.store import engine as store
from syndicate.store import subscriptions
from tests.readers import Network
from tests.sink import Taken

READER = "reader@example.org"


def audited(network: Network) -> Audit:
    found = audit(network.site.engine)
    assert found.faults == []
    return found


def publish(network: Network, slug: str, **front: Any) -> None:
    network.site.write(slug, **front)
    outcome = network.site.publish()
    assert outcome.problems == ()


def titles(mails: list[Taken]) -> list[str]:
    return sorted(f"{mail.recipient}: {mail.message['Subject']}" for mail in mails)


# What there is to tell -------------------------------------------------------------------------


def test_each_hears_of_what_they_ask_for(either: Network) -> None:
    either.subscribe("all@example.org", "")
    either.subscribe("empathy@example.org", "empathy")
    either.subscribe("kind@example.org", "kind:meta-analysis", "training")
    either.subscribe("without@example.org", "empathy+~training")
    either.subscribe("other@example.org", "adherence")
    publish(either, "one", topics=["empathy", "training"])
    assert sorted(mail.recipient for mail in either.work()) == [
        "all@example.org",
        "empathy@example.org",
        "kind@example.org",
    ]
    assert audited(either).sent == 3


def test_one_mail_however_many_topics_match(network: Network) -> None:
    network.subscribe(READER, "empathy", "training", "kind:meta-analysis")
    publish(network, "one", topics=["training", "empathy", "adherence"])
    (mail,) = network.work()
    assert mail.text.count("What is known of one") == 1
    assert "Meta-analysis · Training · Empathy\n" in mail.text
    assert "asked for alerts (at once) on: Empathy, Meta-analysis, Training." in mail.words


def test_what_is_published_together_is_told_together(network: Network) -> None:
    network.subscribe(READER)
    for number in range(3):
        network.site.write(f"summary-{number}", number=number)
    network.site.publish()
    (mail,) = network.work()
    assert mail.message["Subject"] == "PPRNet demo: 3 new summaries"
    assert [f"summary-{n}/" in mail.text for n in range(3)] == [True] * 3


def test_a_long_list_is_cut_and_says_so(network: Network) -> None:
    network.subscribe(READER)
    for number in range(43):
        network.site.write(f"summary-{number:02}", number=number)
    network.site.publish()
    (mail,) = network.work()
    assert mail.text.count("Read it here") == 40
    assert "and 3 more: https://feeds.network.example/archive/" in mail.text
    assert len(mail.data) < 102_000  # beyond, some mail programs cut a mail
    assert audited(network).sent == 43


def test_nobody_hears_of_what_came_before_they_asked(network: Network) -> None:
    publish(network, "old")
    network.subscribe(READER)
    assert network.work() == []
    assert audited(network).sent == 0


def test_cosmetic_edits_and_history_are_not_announced(network: Network) -> None:
    network.subscribe(READER)
    publish(network, "one")
    assert len(network.work()) == 1
    publish(network, "one", topics=["empathy", "training"])
    publish(network, "from-an-old-blog", number=5, backfill=True)
    assert network.work() == []
    assert audited(network).sent == 1


# What happened since ---------------------------------------------------------------------------

CORRECTION = {"date": "2024-01-01T12:20:00Z", "note": "A figure was wrong."}
WITHDRAWAL = {"date": "2024-01-01T12:30:00Z", "reason": "error", "note": "The table was wrong."}


def test_a_correction_goes_to_those_who_had_the_entry(either: Network) -> None:
    either.subscribe("had@example.org", "empathy")
    publish(either, "one")
    assert len(either.work()) == 1
    either.subscribe("later@example.org", "empathy")
    publish(either, "one", corrections=[CORRECTION])
    (mail,) = either.work()
    assert mail.recipient == "had@example.org"
    assert mail.message["Subject"] == "PPRNet demo, Empathy: Corrected: What is known of one"
    assert "It has changed since you got it. A figure was wrong." in mail.words
    assert audited(either).sent == 2


def test_a_withdrawal_goes_to_those_who_had_the_entry_whatever_they_ask_for_now(
    network: Network,
) -> None:
    reader = network.subscribe(READER, "empathy")
    publish(network, "one")
    assert len(network.work()) == 1
    network.change(reader, "adherence")
    publish(network, "one", withdrawn=WITHDRAWAL)
    (mail,) = network.work()
    assert "WITHDRAWN: What is known of one" in mail.text
    assert "The table was wrong." in mail.words
    assert "The analysis joined" not in mail.text
    assert audited(network).sent == 2


def test_a_withdrawal_for_legal_reasons_names_nothing(network: Network) -> None:
    network.subscribe(READER)
    publish(network, "one")
    network.work()
    publish(network, "one", withdrawn={**WITHDRAWAL, "reason": "legal"})
    (mail,) = network.work()
    assert mail.message["Subject"] == "PPRNet demo: Withdrawn: A summary"
    told = mail.text + mail.html
    assert "What is known" not in told
    assert "The table was wrong" not in told


def test_withdrawn_before_it_was_told_is_never_told(network: Network) -> None:
    network.subscribe(READER, "", schedule=Schedule(rhythm="weekly"))
    publish(network, "one")
    publish(network, "one", withdrawn=WITHDRAWAL)
    assert network.work() == []  # planned
    network.wait(days=8)
    assert network.work() == []
    assert audited(network).skipped == {"untold": 2}


def test_restored(network: Network) -> None:
    network.subscribe("had@example.org")
    publish(network, "one")
    network.work()
    publish(network, "one", withdrawn=WITHDRAWAL)
    network.work()
    network.subscribe("later@example.org")
    publish(network, "one", corrections=[{"date": "2024-01-01T12:40:00Z", "note": "It stands."}])
    assert titles(network.work()) == [
        "had@example.org: PPRNet demo: Published again: What is known of one",
        "later@example.org: PPRNet demo: What is known of one",
    ]
    audited(network)


def test_a_correction_before_the_bulletin_is_no_second_piece_of_news(network: Network) -> None:
    network.subscribe(READER, "", schedule=Schedule(rhythm="weekly"))
    publish(network, "one")
    network.work()
    publish(network, "one", corrections=[CORRECTION])
    network.work()
    network.wait(days=8)
    (mail,) = network.work()
    assert mail.message["Subject"] == "PPRNet demo: What is known of one"
    assert "CORRECTED" not in mail.text


def test_what_left_the_topic_before_the_bulletin_is_left_out(network: Network) -> None:
    network.subscribe(READER, "empathy", schedule=Schedule(rhythm="weekly"))
    publish(network, "one")
    publish(network, "two", number=1)
    network.work()
    publish(network, "one", topics=["training"])
    network.wait(days=8)
    (mail,) = network.work()
    assert "known of two" in mail.text
    assert "known of one" not in mail.text
    assert audited(network).skipped == {"retagged": 1}


# When ------------------------------------------------------------------------------------------


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
    published, told = 0, []
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


# Readers who come and go -----------------------------------------------------------------------


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
