"""Giving and taking keys, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from syndicate import granting
from syndicate.errors import NotFound, PartnerRefused
from syndicate.granting import Terms
from syndicate.partners import Keyring, Partner
from syndicate.store import engine as store
from syndicate.store import partners
from syndicate.store.engine import Engine
from tests import stores

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    made = stores.make(database_url)
    yield made
    made.dispose()


def stored(engine: Engine, name: str = "Care") -> Partner:
    with store.reading(engine) as connection:
        return partners.get(connection, name)


def states(engine: Engine, now: datetime) -> list[str]:
    return [key.state(now) for key in stored(engine).keys]


def test_a_partner_gets_what_was_agreed_and_a_key(engine: Engine) -> None:
    terms = Terms(contact="web@care.example", terms_version="2", per_minute=5, expires=NOW + DAY)
    made = granting.add(engine, " Care ", terms, now=NOW)
    kept = stored(engine)
    assert kept == made.partner
    assert (kept.contact, kept.terms_version, kept.per_minute) == ("web@care.example", "2", 5)
    found = Keyring([kept]).find(made.text)
    assert found is not None
    assert found[1] == made.key
    assert made.text not in repr(made)


@pytest.mark.parametrize("name", ["Care", "CARE", "  care "])
def test_a_name_is_given_once(engine: Engine, name: str) -> None:
    granting.add(engine, "Care", Terms(), now=NOW)
    with pytest.raises(PartnerRefused, match=r"partner 'Care' already; .*partner rotate 'Care'"):
        granting.add(engine, name, Terms(), now=NOW)


def test_two_keys_work_while_one_takes_the_others_place(engine: Engine) -> None:
    first = granting.add(engine, "Care", Terms(), now=NOW)
    second = granting.rotate(engine, "Care", now=NOW)
    ring = Keyring([stored(engine)])
    assert ring.find(first.text)
    assert ring.find(second.text)
    assert states(engine, NOW + DAY) == ["live", "live"]
    assert states(engine, NOW + granting.OVERLAP) == ["expired", "live"]


def test_a_third_key_is_refused(engine: Engine) -> None:
    first = granting.add(engine, "Care", Terms(), now=NOW)
    second = granting.rotate(engine, "Care", now=NOW)
    message = f"two keys that work: {first.key.id} and {second.key.id}; .*revoke 'Care' --key ID"
    with pytest.raises(PartnerRefused, match=message):
        granting.rotate(engine, "Care", now=NOW + DAY)
    granting.revoke(engine, "Care", now=NOW + DAY, key_id=first.key.id)
    granting.rotate(engine, "Care", now=NOW + DAY)
    assert states(engine, NOW + DAY) == ["revoked", "live", "live"]


def test_without_an_overlap_the_key_before_ends_at_once(engine: Engine) -> None:
    granting.add(engine, "Care", Terms(), now=NOW)
    granting.rotate(engine, "Care", now=NOW, overlap=timedelta())
    assert states(engine, NOW) == ["expired", "live"]


def test_an_overlap_lengthens_no_key(engine: Engine) -> None:
    granting.add(engine, "Care", Terms(), now=NOW)
    granting.rotate(engine, "Care", now=NOW, overlap=DAY)
    granting.rotate(engine, "Care", now=NOW + 2 * DAY)
    assert [key.expires for key in stored(engine).keys] == [
        NOW + DAY,
        NOW + 2 * DAY + granting.OVERLAP,
        None,
    ]


def test_revoking_says_what_worked(engine: Engine) -> None:
    first = granting.add(engine, "Care", Terms(), now=NOW)
    second = granting.rotate(engine, "Care", now=NOW, overlap=DAY)
    assert granting.revoke(engine, "Care", now=NOW + 2 * DAY) == (replace(second.key),)
    assert states(engine, NOW) == ["revoked", "revoked"]
    assert granting.revoke(engine, "Care", now=NOW + 3 * DAY) == ()
    assert {key.revoked for key in stored(engine).keys} == {NOW + 2 * DAY}
    again = granting.rotate(engine, "Care", now=NOW + 3 * DAY)
    assert [key.id for key in stored(engine).live_keys(NOW + 3 * DAY)] == [again.key.id]
    with pytest.raises(NotFound, match=f"no key 'abc'; there are: {first.key.id}, "):
        granting.revoke(engine, "Care", now=NOW, key_id="abc")


def test_who_is_not_there(engine: Engine) -> None:
    for act in (granting.rotate, granting.revoke):
        with pytest.raises(NotFound, match="no partner 'Nobody'"):
            act(engine, "Nobody", now=NOW)


def test_a_change_leaves_the_keys(engine: Engine) -> None:
    made = granting.add(engine, "Care", Terms(), now=NOW)
    granting.update(engine, "Care", lambda partner: replace(partner, per_day=9))
    assert stored(engine) == replace(made.partner, per_day=9)
