"""Keys, what they open, and that a wrong one learns nothing."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate import definitions, partners
from syndicate.definitions import Definitions
from syndicate.errors import NotFound, PartnerRefused
from syndicate.model import RIGHTS, Quota
from syndicate.partners import Key, Keyring, Partner, Scopes, make_key, parse_scopes
from tests.sites import REPOSITORY

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def known() -> Definitions:
    return definitions.load(REPOSITORY)


def partner(*keys: Key, name: str = "Care", **more: object) -> Partner:
    made = Partner(id=partners.make_id(), name=name, created=NOW, keys=keys)
    return replace(made, **more)  # type: ignore[arg-type]


# Keys -------------------------------------------------------------------------------------------


def test_a_key_is_found_again_and_is_not_kept() -> None:
    key, text = make_key(NOW)
    owner = partner(key)
    assert re.fullmatch(rf"sk_{key.id}_[0-9a-f]{{64}}", text)
    assert key.digest == hashlib.sha256(text.encode()).digest()
    assert Keyring([owner]).find(text) == (owner, key)
    for shown in (repr(key), repr(owner)):
        assert text not in shown
        assert key.digest.hex() not in shown
        assert repr(key.digest) not in shown


def test_no_two_keys_are_alike() -> None:
    assert len({make_key(NOW)[1] for _ in range(200)}) == 200


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text[:-1] + ("0" if text[-1] != "0" else "1"),  # wrong
        lambda text: text[:3] + "0" * 12 + text[15:],  # unknown
        lambda text: text.upper(),
        lambda text: text + "\n",
        lambda text: text + "\0",
        lambda text: "\0" + text[1:],
        lambda text: text[:40] + "\0" + text[41:],
        lambda text: text + "0",
        lambda text: text[:-1],
        lambda text: f"{text}, {text}",
        lambda _: "",
        lambda _: "sk_",
        lambda _: "é" * 80,
        lambda _: "0" * 1_000_000,
        lambda text: text.replace("_", "-"),
        lambda text: text[:-1] + "٣",  # a digit, but not one of ours
    ],
)
def test_everything_else_is_nobodys(spoil: object) -> None:
    key, text = make_key(NOW)
    assert callable(spoil)
    assert Keyring([partner(key)]).find(spoil(text)) is None


@given(st.text(max_size=120))
def test_no_text_is_a_key_by_chance(text: str) -> None:
    key, _ = make_key(NOW)
    assert Keyring([partner(key)]).find(text) is None


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Return the names of what costs time, each as often as it was called."""
    taken: list[str] = []
    compare, sha256 = hmac.compare_digest, hashlib.sha256

    def comparing(a: bytes, b: bytes) -> bool:
        assert len(a) == len(b) == 32
        taken.append("compare")
        return compare(a, b)

    def hashing(data: bytes) -> object:
        taken.append(f"hash {len(data)}")
        return sha256(data)

    monkeypatch.setattr("syndicate.partners.hmac.compare_digest", comparing)
    monkeypatch.setattr("syndicate.partners.hashlib.sha256", hashing)
    return taken


def test_unknown_and_wrong_take_the_same_steps(steps: list[str]) -> None:
    """By structure, not by the clock: which id exists cannot be told from the time taken."""
    key, text = make_key(NOW)
    ring = Keyring([partner(key)])
    steps.clear()
    taken = []
    for tried in (text, text[:16] + "0" * 64, f"sk_{'0' * 12}_{'0' * 64}"):
        ring.find(tried)
        taken.append(steps.copy())
        steps.clear()
    assert taken == [["hash 80", "compare"]] * 3


def test_what_has_not_the_form_of_a_key_is_not_even_hashed(steps: list[str]) -> None:
    key, _ = make_key(NOW)
    ring = Keyring([partner(key)])
    steps.clear()
    ring.find("x" * 1_000_000)
    assert steps == []


def test_states_of_a_key() -> None:
    key, _ = make_key(NOW, expires=NOW + DAY)
    assert key.state(NOW) == "live"
    assert key.state(NOW + DAY) == "expired"
    assert replace(key, revoked=NOW).state(NOW) == "revoked"
    owner = partner(key, expires=NOW + DAY / 2)
    assert owner.live_keys(NOW) == (key,)
    assert owner.live_keys(NOW + DAY / 2) == ()


def test_quotas_are_the_networks_where_a_partner_has_none() -> None:
    usual = Quota(minute=10, day=100)
    assert partner().quota(usual) == usual
    assert partner(per_minute=5).quota(usual) == Quota(minute=5, day=100)
    assert partner(per_day=7).quota(usual) == Quota(minute=10, day=7)


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "a\x00", "a\u202eb", "x" * 81])
def test_names_that_are_none(name: str) -> None:
    with pytest.raises(PartnerRefused, match="one line of text"):
        partners.check_name(name)


def test_a_name_may_have_any_letter() -> None:
    assert partners.check_name("  Hôpital général d’Ottawa ") == "Hôpital général d’Ottawa"


# Scopes -----------------------------------------------------------------------------------------


def test_no_scope_named_is_every_right(known: Definitions) -> None:
    assert parse_scopes([], known) == Scopes()
    only_topics = parse_scopes(["topics:empathy"], known)
    assert only_topics.rights == frozenset(RIGHTS)
    assert only_topics.allowed(known) == {"empathy"}


def test_scopes_as_they_are_written(known: Definitions) -> None:
    words = ["state", "topics:training,empathy", "read", "topics:empathy"]
    found = parse_scopes(words, known)
    assert str(found) == "read state topics:empathy,training"
    assert Scopes.read(str(found)) == found


@given(
    st.sets(st.sampled_from(RIGHTS)),
    st.none() | st.sets(st.from_regex(r"[a-z]{1,5}", fullmatch=True), min_size=1),
)
def test_scopes_are_read_as_they_were_written(rights: set, topics: set | None) -> None:  # type: ignore[type-arg]
    scopes = Scopes(rights=frozenset(rights), topics=None if topics is None else frozenset(topics))
    assert Scopes.read(str(scopes)) == scopes


@pytest.mark.parametrize("word", ["write", "", "topics", "read,state", "Read"])
def test_a_word_that_is_no_scope(word: str, known: Definitions) -> None:
    with pytest.raises(PartnerRefused, match="is no scope; read, full-text, state or topics:"):
        parse_scopes([word], known)


@pytest.mark.parametrize("word", ["topics:", "topics:empathy,", "topics:empaty"])
def test_a_topic_that_is_none(word: str, known: Definitions) -> None:
    with pytest.raises(NotFound):
        parse_scopes([word], known)


def _with(known: Definitions, folder: Path, old: str, new: str) -> Definitions:
    """Return the definitions with topics.toml edited."""
    (folder / "feeds").mkdir()
    for name, text in known.texts.items():
        changed = text.replace(old, new, 1) if name == "topics.toml" else text
        (folder / "feeds" / name).write_text(changed, "utf-8")
    return definitions.load(folder)


def test_a_renamed_topic_stays_within_a_scope(known: Definitions, tmp_path: Path) -> None:
    scopes = parse_scopes(["topics:empathy"], known)
    renamed = _with(
        known,
        tmp_path,
        'slug = "empathy"',
        'slug = "being-understood"\nkey = "empathy"\nformer = ["empathy"]',
    )
    assert scopes.allowed(renamed) == {"being-understood"}


def test_a_topic_that_is_gone_opens_nothing(known: Definitions) -> None:
    scopes = Scopes(topics=frozenset({"abolished"}))
    assert scopes.allowed(known) == frozenset()
