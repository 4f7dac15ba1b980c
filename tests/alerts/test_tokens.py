"""Links: ours only, each for its purpose only, readable for as long as the key is known."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.alerts.tokens import LENGTH, Keyring, Purpose, new_key

OLD, NEW = "o" * 32, "n" * 32
PURPOSES: tuple[Purpose, ...] = ("confirm", "preferences", "unsubscribe", "bounce")


@pytest.mark.parametrize("purpose", PURPOSES)
def test_a_token_is_worth_something_for_its_purpose_only(purpose: Purpose) -> None:
    keyring, key = Keyring([NEW]), new_key()
    token = keyring.make(purpose, key)
    assert len(token) == LENGTH
    assert [p for p in PURPOSES if keyring.read(p, token)] == [purpose]
    assert keyring.read(purpose, token) == key
    assert keyring.read(purpose, token.upper()) == key


def test_after_a_new_key_old_links_still_work() -> None:
    token = Keyring([OLD]).make("unsubscribe", key := new_key())
    assert Keyring([NEW, OLD]).read("unsubscribe", token) == key
    assert Keyring([NEW]).read("unsubscribe", token) is None
    assert Keyring([NEW, OLD]).make("unsubscribe", key) != token


@given(st.text(max_size=60) | st.from_regex(r"[0-9a-f]{36}", fullmatch=True))
def test_nothing_else_is_a_token(text: str) -> None:
    keyring = Keyring([NEW])
    assert [purpose for purpose in PURPOSES if keyring.read(purpose, text)] == []


@given(st.integers(0, LENGTH - 1), st.sampled_from("0123456789abcdef"))
def test_every_character_counts(place: int, other: str) -> None:
    keyring = Keyring([NEW])
    token = keyring.make("confirm", "0123456789abcdef")
    changed = token[:place] + other + token[place + 1 :]
    assert (keyring.read("confirm", changed) is not None) == (changed == token)


def test_digests_are_keyed_and_found_after_a_new_key() -> None:
    before = Keyring([OLD]).digest("address", "reader@example.org")
    assert before in Keyring([NEW, OLD]).digests("address", "reader@example.org")
    assert before not in Keyring([NEW]).digests("address", "reader@example.org")
    assert Keyring([OLD]).digest("client", "reader@example.org") != before
