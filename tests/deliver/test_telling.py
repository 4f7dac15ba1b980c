"""Who is told what: each entry to all who ask for it, once, and what happened to it since."""

from __future__ import annotations

from typing import get_args

from syndicate.alerts import wording
from syndicate.alerts.subscription import Schedule
from syndicate.model import WithdrawalReason
from tests.deliver.news import CORRECTION, READER, WITHDRAWAL, audited, publish, titles
from tests.readers import Network


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
    assert "asked for alerts (at once) on: Empathy; Meta-analysis; Training." in mail.words


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


def test_a_withdrawal_goes_to_those_who_had_what_is_called_history_since(either: Network) -> None:
    either.subscribe(READER)
    publish(either, "one")
    assert len(either.work()) == 1
    publish(either, "one", backfill=True)
    assert either.work() == []
    publish(either, "one", backfill=True, withdrawn=WITHDRAWAL)
    (mail,) = either.work()
    assert "Withdrawn" in mail.message["Subject"]
    assert audited(either).sent == 2


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
    assert (
        "It was withdrawn because it was in error; please do not rely on copies of it. "
        "The table was wrong. More on this: https://feeds.network.example/summaries/one/"
    ) in mail.words
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
    assert "It was withdrawn for legal reasons; please do not rely on copies of it." in mail.words


def test_who_had_what_a_newer_one_replaces_is_led_there_in_french(network: Network) -> None:
    network.subscribe(READER, "empathy+training+kind:meta-analysis+~adherence", language="fr")
    publish(network, "one")
    publish(network, "two", number=1)
    network.work()
    why = {"date": "2024-01-01T12:30:00Z", "reason": "superseded", "replaced_by": "two"}
    publish(network, "one", withdrawn=why)
    (mail,) = network.work()
    asked = "Empathie ou Formation, Méta-analyse, sauf Adhésion"
    subject = f"PPRNet demo, {asked} : Retiré : What is known of one"
    assert mail.message["Subject"] == subject
    assert "Il a été retiré parce qu’un résumé plus récent le remplace ; veuillez" in mail.words
    there = "https://feeds.network.example/fr/summaries/two/"
    assert f"À lire plutôt : {there}" in mail.words
    assert f'href="{there}"' in mail.html
    assert f"(dès la parution) sur : {asked}." in mail.words


def test_every_reason_is_told_in_each_language() -> None:
    reasons = set(get_args(WithdrawalReason))
    assert [set(wording.WHY[language]) for language in ("en", "fr")] == [reasons, reasons]


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
