"""What the files of feeds/ may say: the conditions of pulling, and labels in two languages."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from syndicate import definitions
from syndicate.errors import DefinitionError
from syndicate.model import Conditions, Quota
from tests import networks
from tests.sites import REPOSITORY


def conditions(folder: Path, old: str = "", new: str = "") -> Conditions:
    """Return what network.toml of the repository says, with one piece of it replaced."""
    (folder / "feeds").mkdir()
    for path in (REPOSITORY / "feeds").glob("*.toml"):
        text = path.read_text("utf-8")
        if path.name == "network.toml":
            assert old in text
            text = text.replace(old, new, 1) if old else text
        (folder / "feeds" / path.name).write_text(text, "utf-8")
    return definitions.load(folder).network.conditions


def test_the_file_says_what_holds_without_it(tmp_path: Path) -> None:
    assert conditions(tmp_path) == Conditions()


def test_a_site_without_the_table_has_the_usual_conditions(tmp_path: Path) -> None:
    text = (REPOSITORY / "feeds/network.toml").read_text("utf-8")
    assert conditions(tmp_path, text[text.index("[pull]") :], "") == Conditions()


def test_a_key_may_be_asked_of_everybody(tmp_path: Path) -> None:
    found = conditions(tmp_path, '["read", "full-text", "state"]', "[]")
    assert found.anonymous == frozenset()


def test_quotas(tmp_path: Path) -> None:
    found = conditions(tmp_path, "partner_per_day = 1000000", "partner_per_day = 7")
    assert found.partner_quota == Quota(minute=6_000, day=7)


def test_a_date_without_a_zone_is_in_utc(tmp_path: Path) -> None:
    found = conditions(tmp_path, "# terms_due = 2027-01-01T00:00:00Z", "terms_due = 2027-01-01")
    assert found.terms_due == datetime(2027, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('"state"]', '"write"]', "pull.anonymous"),
        ("partner_per_day = 1000000", "partner_per_day = 0", "pull.partner_per_day"),
        ("partner_per_day = 1000000", "partner_per_hour = 5", "there is no such setting"),
    ],
)
def test_what_cannot_be(old: str, new: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(DefinitionError, match=rf"feeds/network.toml:\d+: .*{told}"):
        conditions(tmp_path, old, new)


EMPATHY = networks.topic("empathy", "Empathy", label_fr="Empathie")
TRAINING = networks.topic("training", "Training")


def test_without_a_french_label_the_english_one_is_shown_and_the_owner_is_told() -> None:
    network = networks.make(EMPATHY, TRAINING)
    assert [topic.label_fr for topic in network.topics] == ["Empathie", "Training"]
    told = [(p.path, p.line, p.message) for p in definitions.doubts(network.texts)]
    assert told == [
        ("feeds/topics.toml", 8, "the topic 'training' has no label_fr"),
        ("feeds/kinds.toml", 3, "the kind 'meta-analysis' has no label_fr"),
        ("feeds/kinds.toml", 7, "the kind 'randomised-trial' has no label_fr"),
    ]
    assert {problem.severity for problem in definitions.doubts(network.texts)} == {"warning"}


def test_a_network_without_french_is_not_troubled() -> None:
    assert definitions.doubts(networks.make(TRAINING).texts) == ()


@pytest.mark.parametrize(
    ("label", "told"),
    [
        ("x" * 301, "at most 300"),
        ("", "write something there"),
        ("  ", "write something there"),
        ("Empa\u0007thie", "without the character U+0007"),
        ("Em\u202epathie", "without the character U+202E"),
    ],
)
def test_a_french_label_that_cannot_be(label: str, told: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        networks.make(networks.topic("empathy", "Empathy", label_fr=label))
    (problem,) = caught.value.problems
    assert (problem.path, problem.line) == ("feeds/topics.toml", 5)
    assert problem.message.startswith("topic.0.label_fr: ")
    assert told in problem.message


def test_a_label_is_not_blank() -> None:
    with pytest.raises(DefinitionError, match="label: write something there"):
        networks.make(networks.topic("empathy", " ", "Empathy"))
